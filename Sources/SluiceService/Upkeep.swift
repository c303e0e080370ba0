import Logging
import SluicePostgres
import SluiceStore

/// What has to happen without anybody asking: lapsed leases go back to the queue.
///
/// Claims take lapsed leases themselves, so no item is stuck when nothing of this runs; it keeps the
/// queue's figures right while nobody claims. Several instances may run it at once.
public struct Upkeep: Sendable {
    private let pool: ConnectionPool
    private let logger: Logger

    /// Works through `pool`.
    public init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Sweeps every second until the task is cancelled.
    public func run() async {
        await Rounds(
            pause: .seconds(1), complaint: "the sweep of leases waits", logger: logger
        ).run { try await sweep() }
    }

    /// Gives the slots of all lapsed leases back.
    ///
    /// - Returns: how many.
    @discardableResult
    public func sweep() async throws -> Int {
        let projects = try await pool.withSession { session in
            try Store(session).projectsWithLapsedLeases(limit: 1000)
        }
        var swept = 0
        for project in projects {
            swept += try await pool.transaction { session in
                try Store(session).sweepLeases(project: project, limit: 1000)
            }
        }
        return swept
    }
}
