import SluicePostgres
import SluiceStore

/// Whether free, leased and answered slots are as many as were asked, for every open task.
public struct QueueAudit: Sendable {
    /// What was found in a project.
    public struct Result: Sendable, Hashable {
        /// How many tasks people have not decided.
        public var open = 0
        /// How many of those do not add up.
        public var unbalanced = 0
        /// The first of those, by its key; nil when there is none.
        public var firstItem: Int64?
        /// Behind which item the next page begins; nil when all were added up.
        var next: Int64?
    }

    private let pool: ConnectionPool
    private let pageTasks: Int

    /// Reads through `pool`, so many tasks in each of its statements.
    public init(pool: ConnectionPool, pageTasks: Int = 5_000) {
        self.pool = pool
        self.pageTasks = pageTasks
    }

    /// Adds up all of a project.
    ///
    /// Each page is one statement of one snapshot, which writes nothing and locks nothing.
    ///
    /// - Parameter deadline: by when it is to be done.
    /// - Throws: `PostgresError`, cancelled at the deadline.
    public func run(
        project: Int64, deadline: ContinuousClock.Instant = .now + .seconds(3600)
    ) async throws -> Result {
        try await run(project: project, pages: .max, deadline)
    }

    /// Adds up a project's first page.
    func firstPage(project: Int64) async throws -> Result {
        try await run(project: project, pages: 1, .now + .seconds(30))
    }

    private func run(
        project: Int64, pages: Int, _ deadline: ContinuousClock.Instant
    ) async throws -> Result {
        var result = Result(next: .min)
        var left = pages
        while let start = result.next, left > 0 {
            left -= 1
            let page = try await pool.statement { session in
                session.deadline = deadline
                return try Store(session).queueBalance(
                    project: project, after: start, limit: pageTasks)
            }
            result.open += page.open
            result.unbalanced += page.unbalanced
            if result.firstItem == nil { result.firstItem = page.firstItem }
            result.next = page.tasks < pageTasks ? nil : page.lastItem
        }
        return result
    }
}
