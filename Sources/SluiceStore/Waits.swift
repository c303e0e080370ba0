import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An item that waits for the version that decides it, with what its route depends on.
public struct WaitRecord: Sendable {
    /// The prediction that waits.
    public let key: PredictionKey
    /// Whether the version that decides has been silent for too long.
    public let isDue: Bool
    /// What it is routed by.
    public let facts: StoredFacts
}

/// What a project's routes are decided by, besides the predictions.
public struct RoutingBasis: Sendable {
    /// The project.
    public var project: Int64
    /// The policy in force.
    public var policyVersion: Int
    /// The rollout in force; nil when there is none.
    public var rolloutRevision: Int?
    /// The salt that draws.
    public var saltID: Int16

    /// Names what is in force.
    public init(project: Int64, policyVersion: Int, rolloutRevision: Int?, saltID: Int16) {
        self.project = project
        self.policyVersion = policyVersion
        self.rolloutRevision = rolloutRevision
        self.saltID = saltID
    }

    var rolloutParameter: Parameter { rolloutRevision.map { .int32(Int32($0)) } ?? .null }
}

/// How many predictions came of a version that had no say by then.
public struct NotServingCount: Sendable {
    /// The model.
    public let model: String
    /// Its version.
    public let version: String
    /// Those that came after the version was put out of service.
    public let late: Int
    /// Those that came without the rollout naming the version.
    public let unknown: Int
    /// When the latest came.
    public let lastAt: Timestamp
}

extension Store {
    /// Has new items wait for the version that decides them.
    public func insertWaits(
        _ keys: [PredictionKey], project: Int64, rolloutRevision: Int, answerWithinSeconds: Int
    ) throws(PostgresError) {
        guard !keys.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.insertWaits,
            [
                .int64(project), .int32(Int32(rolloutRevision)),
                .int32(Int32(answerWithinSeconds)), .array(ParameterArray(keys.map(\.item))),
                .array(ParameterArray(keys.map(\.modelVersion))),
            ])
    }

    /// Ends waits that are locked; a task that asks for no review is none.
    public func endWaits(
        _ columns: TaskColumns, project: Int64, policyVersion: Int
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.endWaits,
            [
                .int64(project), .int32(Int32(policyVersion)), .array(columns.asked),
                .array(columns.items), .array(columns.modelVersions),
                .array(columns.rankOffsets), .array(columns.areBlind),
                .array(columns.areAudits), .array(columns.slotDelays),
            ])
    }

    /// The names of the projects in which waits are to be looked at.
    public func projectsAwaiting() throws(PostgresError) -> [String] {
        try session.query(SQLCatalog.projectsAwaiting, []) {
            (row) throws(PostgresError) -> String in try row.text(0)
        }
    }

    /// Locks waits that are over, or that another rollout than the one in force judged; none when the
    /// policy or the rollout in force is not the given one.
    public func takeWaits(
        _ basis: RoutingBasis, limit: Int
    ) throws(PostgresError) -> [WaitRecord] {
        try session.query(
            SQLCatalog.takeWaits,
            [
                .int64(basis.project), basis.rolloutParameter,
                .int32(Int32(basis.policyVersion)), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> WaitRecord in
            var facts = StoredFacts(
                externalID: try row.text(3), label: try row.text(4),
                confidence: try row.doubleIfPresent(5), model: try row.text(6),
                modelVersion: try row.text(7), payload: try row.bytesIfPresent(8),
                metadata: try row.bytesIfPresent(9))
            facts.isLabelRetired = try row.bool(10)
            return WaitRecord(
                key: PredictionKey(item: try row.int64(0), modelVersion: try row.int64(1)),
                isDue: try row.bool(2), facts: facts)
        }
    }

    /// Notes that waits go on under the rollout in force.
    public func keepWaits(
        _ items: [Int64], project: Int64, rolloutRevision: Int
    ) throws(PostgresError) {
        guard !items.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.keepWaits,
            [.int64(project), .int32(Int32(rolloutRevision)), .array(ParameterArray(items))])
    }

    /// Gives predictions that had waited their routes, and keeps that they had; of the columns, those
    /// of the key and the route count.
    public func routeAwaited(
        _ columns: PredictionColumns, _ basis: RoutingBasis
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.routeAwaited,
            [
                .int64(basis.project), .int32(Int32(basis.policyVersion)),
                basis.rolloutParameter, .int16(basis.saltID), .array(columns.items),
                .array(columns.modelVersions), .array(columns.propensities),
                .array(columns.areBlind), .array(columns.routes), .array(columns.reasons),
                .array(columns.rules), .array(columns.wouldBe), .array(columns.strata),
            ])
    }

    /// How many items wait for a version, and since when the oldest does.
    public func waitingFigures(
        project: Int64
    ) throws(PostgresError) -> (waiting: Int, oldest: Timestamp?) {
        let figures = try session.queryOne(SQLCatalog.waitingFigures, [.int64(project)]) {
            (row) throws(PostgresError) -> (Int, Timestamp?) in
            (try row.int(0), try row.timestampIfPresent(1).map(Timestamp.init(microseconds:)))
        }
        return (waiting: figures?.0 ?? 0, oldest: figures?.1)
    }

    /// Predictions that arrived in `[from, to)` of versions that had no say, by version.
    public func notServingCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [NotServingCount] {
        try session.query(
            SQLCatalog.reportNotServing,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        ) { (row) throws(PostgresError) -> NotServingCount in
            NotServingCount(
                model: try row.text(0), version: try row.text(1), late: try row.int(2),
                unknown: try row.int(3), lastAt: Timestamp(microseconds: try row.timestamp(4)))
        }
    }
}
