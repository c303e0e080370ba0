import Logging
import SluicePostgres
import SluiceStore

/// Removes the rows of deleted projects, a few at a time: no statement holds anybody up, and a service
/// that dies goes on where it was.
///
/// Several instances may run it at once; one at a time removes rows of a project.
public struct ProjectRemoval: Sendable {
    /// How many rows one transaction removes at most.
    public static let batchRows = 5_000
    /// How long others have the database to themselves between two transactions.
    private static let rest = Duration.milliseconds(20)

    private let pool: ConnectionPool
    private let grace: Duration
    private let logger: Logger

    /// Works through `pool`.
    ///
    /// - Parameter grace: how long a project stays known as deleted, for what had begun before to end:
    ///   longer than any statement takes, and than other instances remember a project.
    public init(pool: ConnectionPool, grace: Duration, logger: Logger) {
        self.pool = pool
        self.grace = grace
        self.logger = logger
    }

    /// Removes what there is to remove every second until the task is cancelled.
    public func run() async {
        await Rounds(
            pause: .seconds(1), complaint: "deleted projects are not removed", logger: logger
        ).run { try await remove() }
    }

    /// Removes all rows of the projects that are deleted, and those of them whose time has come.
    ///
    /// - Returns: how many rows.
    @discardableResult
    public func remove() async throws -> Int64 {
        let projects = try await pool.withSession { session in
            try Store(session).deletedProjects()
        }
        var total: Int64 = 0
        for project in projects {
            var removed: Int64? = 1
            while let count = removed, count > 0 {
                removed = try await pool.transaction { session in
                    try Store(session).removeRows(ofProject: project, limit: Self.batchRows)
                }
                total += removed ?? 0
                if removed ?? 0 > 0 { try await Task.sleep(for: Self.rest) }
            }
            if removed == 0 { try await finish(project) }
        }
        return total
    }

    private func finish(_ project: Int64) async throws {
        let seconds = grace / .seconds(1)
        let isFinished = try await pool.withSession { session in
            try Store(session).finishRemoval(ofProject: project, graceSeconds: seconds)
        }
        if isFinished { logger.info("a project was removed", metadata: ["id": "\(project)"]) }
    }
}
