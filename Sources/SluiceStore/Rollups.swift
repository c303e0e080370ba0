import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A count of the rollups that is not what the rows say.
public struct RollupDifference: Sendable, Hashable {
    /// What is counted: `arrivals`, `decisions`, `reviews`, `handling times`.
    public let kind: String
    /// `hour` or `day`.
    public let grain: String
    /// When that hour or day begins.
    public let startsAt: Timestamp
    /// What is kept less what the rows say.
    public let difference: Int
}

/// What counts are made of.
public enum RollupSource: String, Sendable {
    /// What was appended since the last time.
    case appended
    /// The rows themselves.
    case rows
}

extension Store {
    /// The projects of which something is to be folded.
    public func projectsToFold() throws(PostgresError) -> [Int64] {
        try session.query(SQLCatalog.projectsToFold, [], firstInt64)
    }

    /// Whether the caller alone may change a project's rollups, to the end of its transaction.
    public func lockRollups(project: Int64) throws(PostgresError) -> Bool {
        try session.queryOne(SQLCatalog.lockRollups, [.int64(project)]) {
            (row) throws(PostgresError) -> Bool in try row.bool(0)
        } ?? false
    }

    /// Adds counts to a project's rollups.
    ///
    /// In a transaction of one snapshot, so that all counts are of one moment; the caller holds the lock.
    public func addToRollups(_ source: RollupSource, project: Int64) throws(PostgresError) {
        if source == .rows { try allowCounting() }
        _ = try session.execute(
            SQLCatalog.noteSliceValues, [.int64(project), .bool(source == .rows)])
        for statement in [
            SQLCatalog.foldArrivals, SQLCatalog.foldDecisions, SQLCatalog.foldReviews,
            SQLCatalog.foldHandling,
        ] {
            _ = try session.execute(statement, [.int64(project), .text(source.rawValue)])
        }
    }

    /// Gives the statements of this transaction what counting all rows of a project needs.
    private func allowCounting() throws(PostgresError) {
        _ = try session.execute(SQLCatalog.rollupSettings)
    }

    /// Drops what was appended to a project's rollups and is visible to this transaction.
    public func dropAppended(project: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.dropAppended, [.int64(project)])
    }

    /// Drops a project's rollups, which are to be made anew.
    public func dropRollups(project: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.dropRollups, [.int64(project)])
    }

    /// Where one kind of count is not what the rows say, the greatest difference first, at most `limit`.
    ///
    /// One statement of one snapshot, in a transaction of its own; it writes nothing and locks nothing.
    public func rollupDifferences(
        of kind: RollupKind, project: Int64, limit: Int
    ) throws(PostgresError) -> [RollupDifference] {
        try allowCounting()
        return try session.query(
            kind.differences, [.int64(project), .text("both"), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> RollupDifference in
            RollupDifference(
                kind: kind.rawValue, grain: try row.text(0),
                startsAt: Timestamp(microseconds: try row.timestamp(1)),
                difference: try row.int(2))
        }
    }
}

/// What the rollups count.
public enum RollupKind: String, Sendable, CaseIterable {
    /// Items by their routes and decisions.
    case arrivals
    /// Items that people decided.
    case decisions
    /// Reviews that stand.
    case reviews
    /// The times reviews took.
    case handling = "handling times"

    fileprivate var differences: Statement {
        switch self {
        case .arrivals: SQLCatalog.arrivalDifferences
        case .decisions: SQLCatalog.decisionDifferences
        case .reviews: SQLCatalog.reviewDifferences
        case .handling: SQLCatalog.handlingDifferences
        }
    }
}
