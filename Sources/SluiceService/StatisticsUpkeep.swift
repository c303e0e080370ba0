import Logging
import SluicePostgres
import SluiceStore

/// Has PostgreSQL look at tables that have grown much, before its own daemon comes to them.
///
/// No statement depends on it: their plans do not change with the statistics. It is a second belt, for what
/// people and other programs ask of the same database, and several instances may run it at once. A service
/// whose role does not own the tables leaves them to the daemon.
public struct StatisticsUpkeep: Sendable {
    private let pool: ConnectionPool
    private let logger: Logger

    /// Works through `pool`.
    public init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Looks every five seconds, and takes a tenth of the time at most, until the task is cancelled.
    public func run() async {
        await Rounds(
            pause: .seconds(5), restFactor: 9, complaint: "tables that have grown are not analysed",
            logger: logger
        ).run { try await analyze() }
    }

    /// Analyses the table of which most has changed, if that is at least 10,000 rows and a fifth of it.
    ///
    /// - Returns: its name; nil when there is none.
    @discardableResult
    public func analyze() async throws -> String? {
        try await pool.withSession { session in try Store(session).analyzeGrown() }
    }
}
