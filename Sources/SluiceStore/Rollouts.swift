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

    /// Makes a record.
    public init(
        revision: Int, document: [UInt8]?, reason: String, createdAt: Timestamp, createdBy: String
    ) {
        self.revision = revision
        self.document = document
        self.reason = reason
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// Reads five columns, the first of which is `column`.
    init(_ row: Row, at column: Int) throws(PostgresError) {
        revision = try row.int(column)
        document = try row.bytesIfPresent(column + 1)
        createdAt = Timestamp(microseconds: try row.timestamp(column + 2))
        createdBy = try row.text(column + 3)
        reason = try row.text(column + 4)
    }
}

/// What became of the predictions of one version.
public struct VersionTraffic: Sendable {
    /// The version.
    public let version: ModelVersion
    /// How many predictions came.
    public let received: Int
    /// How many of them their items were routed by.
    public let routed: Int
    /// How many wait for the version that decides.
    public let waiting: Int
    /// When the last one came.
    public let lastReceivedAt: Timestamp
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

    /// The rollout in force, held until the transaction ends; nil when there is none, or another
    /// instance holds it.
    ///
    /// What people change does not wait for it, so it may be out of force before the transaction
    /// ends: only under `lockProject` is that known.
    public func claimRollout(
        project: Int64
    ) throws(PostgresError) -> (revision: Int, document: [UInt8]?)? {
        try session.queryOne(SQLCatalog.claimRollout, [.int64(project)]) {
            (row) throws(PostgresError) -> (Int, [UInt8]?) in
            (try row.int(0), try row.bytesIfPresent(1))
        }
    }

    /// The projects whose rollout in force is a ramp.
    public func projectsOnRamp() throws(PostgresError) -> [(id: Int64, name: String)] {
        try session.query(SQLCatalog.projectsOnRamp) {
            (row) throws(PostgresError) -> (Int64, String) in (try row.int64(0), try row.text(1))
        }
    }

    /// The first `limit` versions that have sent predictions, in the order of their first.
    public func seenModelVersions(
        project: Int64, limit: Int
    ) throws(PostgresError) -> [ModelVersion] {
        try session.query(
            SQLCatalog.seenModelVersions, [.int64(project), .int64(Int64(limit))]
        ) { (row) throws(PostgresError) -> ModelVersion in
            ModelVersion(
                model: ExactText(try row.text(0)), version: ExactText(try row.text(1)))
        }
    }

    /// What became of the predictions of each version that arrived since a moment.
    public func versionTraffic(
        project: Int64, since: Timestamp
    ) throws(PostgresError) -> [VersionTraffic] {
        try session.query(
            SQLCatalog.versionTraffic,
            [.int64(project), .timestamp(microseconds: since.microseconds)]
        ) { (row) throws(PostgresError) -> VersionTraffic in
            VersionTraffic(
                version: ModelVersion(
                    model: ExactText(try row.text(0)), version: ExactText(try row.text(1))),
                received: try row.int(2), routed: try row.int(3), waiting: try row.int(4),
                lastReceivedAt: Timestamp(microseconds: try row.timestamp(5)))
        }
    }

    /// Every revision of a project's rollout, newest first.
    public func rollouts(of project: Int64) throws(PostgresError) -> [RolloutRecord] {
        try session.query(SQLCatalog.listRollouts, [.int64(project)]) {
            (row) throws(PostgresError) -> RolloutRecord in try RolloutRecord(row, at: 0)
        }
    }
}
