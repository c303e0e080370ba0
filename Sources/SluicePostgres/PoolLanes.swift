/// What a connection is wanted for; a lane further down never takes the room of those above it.
public enum PoolLane: Int, Sendable, Hashable, CaseIterable {
    /// A look at whether the database answers.
    case probe
    /// What is short and somebody waits for: leases, reviews, arrivals.
    case work
    /// What the service does by itself.
    case upkeep
    /// What reads for long: reports and their kin.
    case reading
    /// What reads at the pace of a client that may be slow.
    case stream
}

/// How many connections of a pool each lane may have at once, those of the lanes below it included.
public struct PoolShares: Sendable, Hashable {
    let limits: [Int]

    /// Lets every lane have all connections.
    public init(all maximum: Int) {
        limits = Array(repeating: maximum, count: PoolLane.allCases.count)
    }

    /// Divides a service's connections.
    ///
    /// Of eight, seven may be used for anything but probes, six of them for upkeep and long reads, four
    /// for long reads, and three of these for streams. Of two, one is kept for work; a single one is
    /// shared by all.
    public init(dividing maximum: Int) {
        let work = maximum > 2 ? maximum - 1 : maximum
        let upkeep = max(1, work - max(1, maximum / 8))
        let reading = max(1, min(maximum / 2, upkeep - 1))
        limits = [maximum, work, upkeep, reading, max(1, reading - 1)]
    }

    /// How many connections a lane may have.
    func limit(_ lane: PoolLane) -> Int { limits[lane.rawValue] }
}

/// How many connections the lanes of a pool have, and how many callers wait in each.
struct PoolUsage: Equatable {
    /// Connections of the lane and of those below it.
    private var lent = Array(repeating: 0, count: PoolLane.allCases.count)
    private var queued = Array(repeating: 0, count: PoolLane.allCases.count)
    /// How many callers wait in all.
    private(set) var waiting = 0

    /// How many callers wait in a lane.
    func waiting(_ lane: PoolLane) -> Int { queued[lane.rawValue] }

    /// Whether a lane may have one more.
    func hasRoom(_ lane: PoolLane, _ shares: PoolShares) -> Bool {
        for index in 0...lane.rawValue where lent[index] >= shares.limits[index] { return false }
        return true
    }

    /// How many of those who wait could be served if there were connections enough.
    func servable(_ shares: PoolShares) -> Int {
        guard waiting > 0 else { return 0 }
        return queued.indices.reversed().reduce(0) { below, index in
            min(below + queued[index], max(0, shares.limits[index] - lent[index]))
        }
    }

    mutating func waits(_ lane: PoolLane) {
        queued[lane.rawValue] += 1
        waiting += 1
    }

    mutating func waitsNoMore(_ lane: PoolLane) {
        queued[lane.rawValue] -= 1
        waiting -= 1
    }

    mutating func took(_ lane: PoolLane) { count(lane, by: 1) }

    mutating func gaveBack(_ lane: PoolLane) { count(lane, by: -1) }

    private mutating func count(_ lane: PoolLane, by change: Int) {
        for index in 0...lane.rawValue { lent[index] += change }
    }
}
