import Logging
import SluicePostgres
import SluiceStore

/// Keeps the counts that reports are read from.
///
/// Whoever writes rows appends what they count for, in the same transaction. This folds what was
/// appended into the rows of hours and days. Any number of instances may run it: a project is folded
/// by one at a time, and a report is exact whether it is folded or not.
public struct Rollups: Sendable {
    private let pool: ConnectionPool
    private let logger: Logger

    /// Works through `pool`.
    public init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Folds every two seconds until the task is cancelled; less often when folding takes long, so
    /// that it never takes more than a fifth of the time.
    public func run() async {
        await Rounds(
            pause: .seconds(2), restFactor: 4, complaint: "the rollups wait", logger: logger
        ).run { try await fold() }
    }

    /// Folds what was appended of every project.
    public func fold() async throws {
        let projects = try await pool.withSession { session in try Store(session).projectsToFold() }
        for project in projects { try await fold(project: project) }
    }

    /// Folds what was appended of one project.
    ///
    /// - Returns: false when another instance has them in hand, and nothing was done.
    @discardableResult
    public func fold(project: Int64) async throws -> Bool {
        // One snapshot: what is dropped is what was folded.
        try await pool.transaction(.repeatableRead) { session in
            let store = Store(session)
            guard try store.lockRollups(project: project) else { return false }
            try store.addToRollups(.appended, project: project)
            try store.dropAppended(project: project)
            return true
        }
    }

    /// Makes a project's rollups anew from its rows; what is written meanwhile is folded later.
    ///
    /// - Throws: `RollupsInUse` when others held them all the time.
    public func rebuild(project: Int64) async throws {
        try await holding(project) { store in
            try store.dropRollups(project: project)
            try store.addToRollups(.rows, project: project)
            try store.dropAppended(project: project)
        }
    }

    /// Has a project's items told apart by these slices, and makes its rollups anew.
    ///
    /// - Parameter slices: as `metadata.source`.
    /// - Throws: `RollupsInUse` when others held them all the time.
    public func rebuild(
        project: Int64, slices: [String],
        also: @Sendable @escaping (Store) throws -> Void = { _ in }
    ) async throws {
        try await holding(project) { store in
            try also(store)
            try store.replaceSlices(slices, project: project)
            try store.dropRollups(project: project)
            try store.addToRollups(.rows, project: project)
            try store.dropAppended(project: project)
        }
    }

    /// Compares a project's rollups, and what is not folded yet, with a recount of its rows.
    ///
    /// One statement for each kind of count, each in a short transaction of its own that writes nothing
    /// and locks nothing: folding, reports and reviewers go on meanwhile.
    ///
    /// - Parameter deadline: by when it is to be done.
    /// - Returns: what differs, the greatest first, at most `limit`; empty when nothing does.
    /// - Throws: `PostgresError`, cancelled at the deadline.
    public func check(
        project: Int64, limit: Int = 20,
        deadline: ContinuousClock.Instant = .now + .seconds(3600)
    ) async throws -> [RollupDifference] {
        var found: [RollupDifference] = []
        for kind in RollupKind.allCases {
            found += try await pool.transaction(attempts: 1) { session in
                // Counting millions of rows takes longer than any request may.
                session.statementDeadline = .seconds(86_400)
                session.deadline = deadline
                return try Store(session).rollupDifferences(
                    of: kind, project: project, limit: limit)
            }
        }
        return Array(
            found.sorted { $0.difference.magnitude > $1.difference.magnitude }.prefix(limit))
    }

    /// Runs `body` with the rollups locked, and one snapshot.
    private func holding(
        _ project: Int64, _ body: @Sendable @escaping (Store) throws -> Void
    ) async throws {
        for _ in 0..<100 {
            let isDone = try await pool.transaction(.repeatableRead) { session in
                // Counting millions of rows takes longer than any request may.
                session.statementDeadline = max(session.statementDeadline, .seconds(3600))
                let store = Store(session)
                guard try store.lockRollups(project: project) else { return false }
                try body(store)
                return true
            }
            if isDone { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw RollupsInUse()
    }
}

/// Another instance had the rollups of a project in hand for as long as was waited.
public struct RollupsInUse: Error, CustomStringConvertible {
    /// What happened.
    public var description: String {
        "another instance has the rollups in hand: try again in a moment"
    }
}
