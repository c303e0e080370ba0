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
public enum RollupSource: Sendable {
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

    /// Adds counts to a project's rollups, or subtracts them.
    ///
    /// In a transaction of one snapshot, so that all counts are of one moment; the caller holds the lock.
    public func addToRollups(
        _ source: RollupSource, sign: Int = 1, project: Int64
    ) throws(PostgresError) {
        if source == .rows { _ = try session.execute(SQLCatalog.rollupSettings) }
        let parameters: [Parameter] = [.int64(project), .bool(source == .rows)]
        _ = try session.execute(SQLCatalog.noteSliceValues, parameters)
        for statement in [
            SQLCatalog.foldArrivals, SQLCatalog.foldDecisions, SQLCatalog.foldReviews,
            SQLCatalog.foldHandling,
        ] {
            _ = try session.execute(statement, parameters + [.int32(Int32(sign))])
        }
    }

    /// Drops what was appended to a project's rollups and is visible to this transaction.
    public func dropAppended(project: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.dropAppended, [.int64(project)])
    }

    /// Drops a project's rollups, which are to be made anew.
    public func dropRollups(project: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.dropRollups, [.int64(project)])
    }

    /// The counts that are not zero, at most `limit`.
    public func rollupDifferences(
        project: Int64, limit: Int
    ) throws(PostgresError) -> [RollupDifference] {
        try session.query(
            SQLCatalog.rollupDifferences, [.int64(project), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> RollupDifference in
            RollupDifference(
                kind: try row.text(0), grain: try row.text(1),
                startsAt: Timestamp(microseconds: try row.timestamp(2)),
                difference: try row.int(3))
        }
    }
}
