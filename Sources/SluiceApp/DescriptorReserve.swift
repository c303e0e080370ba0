import Glibc

/// Which connections are served when file descriptors run short.
///
/// A new descriptor gets the lowest number that is free, so the number of an accepted connection says
/// how many are in use at least, whatever they are used for. The last ones are kept: for the
/// connections to the database, without which those already connected could not go on, and for
/// health checks, which always come by a new connection.
struct DescriptorReserve: Sendable, Equatable {
    /// What becomes of a connection.
    enum Admission: Equatable {
        case served, probesOnly, refused
    }

    /// The first number that is kept for health checks and the service itself.
    let served: Int
    /// The first number that is kept for the service itself.
    let probes: Int

    private static let probeDescriptors = 16
    /// Files, pipes, and requests to cancel that are on their way.
    private static let otherDescriptors = 16
    /// Each connection to the database has a socket, and an event by which other threads reach it.
    private static let perDatabaseConnection = 2

    /// Divides what a process may open.
    ///
    /// - Parameters:
    ///   - limit: how many descriptors the process may have; of a small number half is kept.
    ///   - poolSize: how many connections to the database there may be.
    init(limit: Int, poolSize: Int) {
        let own = Self.otherDescriptors + Self.perDatabaseConnection * poolSize
        served = limit - min(own + Self.probeDescriptors, limit / 2)
        probes = limit - min(own, limit / 3)
    }

    /// Divides what this process may open.
    init(poolSize: Int) {
        var limits = rlimit()
        let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0
        self.init(
            limit: isKnown ? Int(clamping: limits.rlim_cur) : Int.max, poolSize: poolSize)
    }

    /// What becomes of the connection that was accepted as that descriptor.
    func admission(descriptor: Int) -> Admission {
        if descriptor < served { return .served }
        return descriptor < probes ? .probesOnly : .refused
    }
}
