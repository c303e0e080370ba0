import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A stored revision of a project's rollout.
public struct RolloutRecord: Sendable {
    /// Its number, counted from 1 in each project.
    public let revision: Int
    /// The document as stored; nil when the rollout was ended as a whole.
    public let document: [UInt8]?
    /// Why it was changed.
    public let reason: String
    /// When it was stored.
    public let createdAt: Timestamp
    /// Who changed it.
    public let createdBy: String

    /// Reads five columns, the first of which is `column`.
    init(_ row: Row, at column: Int) throws(PostgresError) {
        revision = try row.int(column)
        document = try row.bytesIfPresent(column + 1)
        createdAt = Timestamp(microseconds: try row.timestamp(column + 2))
        createdBy = try row.text(column + 3)
        reason = try row.text(column + 4)
    }
}

extension Store {
    /// Stores the next revision of a project's rollout and puts it in force.
    ///
    /// - Parameter document: nil when there is no rollout from here on.
    public func storeRollout(
        _ document: [UInt8]?, reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> (revision: Int, createdAt: Timestamp) {
        try lockProject(project)
        let stored = try session.queryOne(
            SQLCatalog.insertRollout,
            [
                .int64(project), document.map { .json($0) } ?? .null, .text(reason), .int64(actor),
            ]
        ) { (row) throws(PostgresError) -> (Int, Timestamp) in
            (try row.int(0), Timestamp(microseconds: try row.timestamp(1)))
        }
        guard let stored else { throw PostgresError.noRow(SQLCatalog.insertRollout) }
        _ = try session.execute(
            SQLCatalog.activateRollout,
            [.int64(project), document == nil ? .null : .int32(Int32(stored.0))])
        return (revision: stored.0, createdAt: stored.1)
    }

    /// The rollout in force; nil when there is none.
    public func rolloutInForce(project: Int64) throws(PostgresError) -> RolloutRecord? {
        try session.queryOne(SQLCatalog.rolloutInForce, [.int64(project)]) {
            (row) throws(PostgresError) -> RolloutRecord in try RolloutRecord(row, at: 0)
        }
    }

    /// Every revision of a project's rollout, newest first.
    public func rollouts(of project: Int64) throws(PostgresError) -> [RolloutRecord] {
        try session.query(SQLCatalog.listRollouts, [.int64(project)]) {
            (row) throws(PostgresError) -> RolloutRecord in try RolloutRecord(row, at: 0)
        }
    }
}
