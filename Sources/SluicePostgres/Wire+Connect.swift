import CPostgres
import Glibc

extension Wire {
    /// Connects to the first server that takes the connection, and settles the session.
    ///
    /// Name lookup is libpq's and may block this thread; everything after it keeps to the timeout.
    static func connect(
        _ options: ConnectionOptions, interruption: Interruption
    ) throws(PostgresError) -> Wire {
        var failures: [String] = []
        for parameters in try ConnectionTarget.attempts(options) {
            let limit = ContinuousClock.now + options.connectTimeout
            do throws(PostgresError) {
                let wire = try attempt(parameters, interruption, until: limit)
                try wire.settle(options, until: limit)
                return wire
            } catch {
                if error.code == .poolClosed || error.code == .cancelled { throw error }
                failures.append(
                    error.code == .deadlineExceeded
                        ? "no answer in \(options.connectTimeout)" : error.message)
            }
        }
        throw PostgresError(
            .connectionFailed, message: failures.joined(separator: "; "), isBeforeAnyEffect: true)
    }

    private static func attempt(
        _ parameters: [String: String], _ interruption: Interruption,
        until limit: ContinuousClock.Instant
    ) throws(PostgresError) -> Wire {
        let pairs = parameters.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (keyword, value) in pairs {
                free(keyword)
                free(value)
            }
        }
        let keywords = pairs.map { UnsafePointer($0.0) } + [nil]
        let values = pairs.map { UnsafePointer($0.1) } + [nil]
        guard let connection = PQconnectStartParams(keywords, values, 0) else {
            throw PostgresError(.connectionFailed, message: "libpq is out of memory")
        }
        let wire = Wire(connection, interruption: interruption)
        // Without a receiver libpq prints the server's notices on standard error.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        try wire.handshake(until: limit)
        PQsetnonblocking(connection, 1)
        interruption.attach(CancelHandle(connection))
        return wire
    }

    private func handshake(until limit: ContinuousClock.Instant) throws(PostgresError) {
        var interest = PGRES_POLLING_WRITING
        while true {
            if PQstatus(pointer) == CONNECTION_BAD { throw lost() }
            _ = try wait(for: interest == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: limit)
            interest = PQconnectPoll(pointer)
            if interest == PGRES_POLLING_OK { return }
            if interest == PGRES_POLLING_FAILED { throw lost() }
        }
    }

    private func settle(
        _ options: ConnectionOptions, until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        let settings = options.sessionSettings
        var parameters = ParameterBuffer()
        try parameters.encode(
            [
                .array(ParameterArray(settings.map(\.name))),
                .array(ParameterArray(settings.map(\.value))),
            ], as: nil)
        let types = [PostgresType.textArray, PostgresType.textArray]
        let sent = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryParams(
                pointer,
                "SELECT set_config(s.name, s.value, false) FROM unnest($1, $2) AS s (name, value)",
                count, types, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        try flush(until: limit)
        PQclear(try finish(until: limit))
    }
}
