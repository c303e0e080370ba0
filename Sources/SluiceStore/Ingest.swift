import SluiceDomain
import SluicePostgres
import SluiceSQL

/// 128 bits of a SHA-256, as PostgreSQL's `uuid`.
public struct ContentHash: Hashable, Sendable {
    /// The first 64 bits.
    public let high: UInt64
    /// The next 64 bits.
    public let low: UInt64

    /// Makes a hash.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// New items in columns, ready for one statement.
public struct ItemColumns: Sendable {
    /// The items' ids.
    public var ids = ParameterArray(.int64)
    /// The producer's keys.
    public var externalIDs = ParameterArray(.text)
    /// Hashes of the payload bytes.
    public var payloadHashes = ParameterArray(.uuid)
    /// Groups, or null.
    public var groups = ParameterArray(.text)
    /// Payloads, byte for byte.
    public var payloads = ParameterArray(.json)
    /// Metadata, or null.
    public var metadata = ParameterArray(.json)
    /// Parents, or null.
    public var parents = ParameterArray(.json)

    /// Starts with no item.
    public init() {}
}

/// Predictions in columns, ready for one statement.
public struct PredictionColumns: Sendable {
    /// The items' ids.
    public var items = ParameterArray(.int64)
    /// The model versions' ids.
    public var modelVersions = ParameterArray(.int64)
    /// Hashes of everything sent.
    public var contentHashes = ParameterArray(.uuid)
    /// Confidences, or null.
    public var confidences = ParameterArray(.double)
    /// Propensities.
    public var propensities = ParameterArray(.double)
    /// Audit strata of the policy, from 1, or null.
    public var strata = ParameterArray(.int16)
    /// Whether a reviewer works blind.
    public var areBlind = ParameterArray(.bool)
    /// Whether the route is the item's.
    public var stand = ParameterArray(.bool)
    /// Labels, or null.
    public var labels = ParameterArray(.text)
    /// Where a model named a label that was retired or merged, that label; else null.
    public var saidLabels = ParameterArray(.text)
    /// Routes.
    public var routes = ParameterArray(.text)
    /// Reasons.
    public var reasons = ParameterArray(.text)
    /// The rules that applied, or null.
    public var rules = ParameterArray(.text)
    /// Of what decides nothing, the routes it would have taken; else null.
    public var wouldBe = ParameterArray(.text)
    /// Scores, or null.
    public var scores = ParameterArray(.json)
    /// Highlights, or null.
    public var highlights = ParameterArray(.json)

    /// Starts with no prediction.
    public init() {}
}

/// Model decisions in columns, ready for one statement.
public struct ModelDecisionColumns: Sendable {
    /// The items' ids.
    public var items = ParameterArray(.int64)
    /// The model versions' ids.
    public var modelVersions = ParameterArray(.int64)
    /// Labels.
    public var labels = ParameterArray(.text)

    /// Starts with no decision.
    public init() {}
}

/// Tasks in columns, ready for one statement.
public struct TaskColumns: Sendable {
    /// The items' ids.
    public var items = ParameterArray(.int64)
    /// The model versions' ids.
    public var modelVersions = ParameterArray(.int64)
    /// How many reviews each item gets.
    public var asked = ParameterArray(.int16)
    /// Microseconds to add to now for the priority key.
    public var rankOffsets = ParameterArray(.int64)
    /// Whether reviewers work blind.
    public var areBlind = ParameterArray(.bool)
    /// Whether the task is an audit.
    public var areAudits = ParameterArray(.bool)
    /// Seconds between the places of a task's slots; shorter than the others where the rest is 0.
    public var slotDelays = ParameterArray(.int32)

    /// Starts with no task.
    public init() {}
}

extension Store {
    /// How many ids one block holds.
    public static let itemBlockSize: Int64 = 10_000

    /// The first of `itemBlockSize` item ids that nobody else gets; never given back.
    public func reserveItemBlock() throws(PostgresError) -> Int64 {
        try session.queryOne(SQLCatalog.reserveItemBlock, [], firstInt64) ?? 0
    }

    /// Stores the items whose external id is new.
    ///
    /// - Returns: how many were.
    public func insertItems(
        _ items: ItemColumns, project: Int64
    ) throws(PostgresError) -> Int {
        try session.execute(
            SQLCatalog.insertItems,
            [
                .int64(project), .array(items.ids), .array(items.externalIDs),
                .array(items.payloadHashes), .array(items.groups), .array(items.payloads),
                .array(items.metadata), .array(items.parents),
            ])
    }

    /// Stores items that are taken to be new, in the columns project, id, payload hash, external id,
    /// group, payload, metadata and parents.
    ///
    /// - Throws: an error with the constraint `item_external_id_unique` when one was there.
    public func copyItems(_ rows: CopyRows) throws(PostgresError) {
        try session.copyIn(SQLCatalog.copyItems, rows)
    }

    /// Stores predictions of items that this transaction stored, in the columns project, item, model
    /// version, content hash, confidence, propensity, policy version, rollout revision, salt,
    /// stratum, blindness, whether it stands, label, route, reason, rule, would-be route, scores, highlights and said label.
    public func copyPredictions(_ rows: CopyRows) throws(PostgresError) {
        try session.copyIn(SQLCatalog.copyPredictions, rows)
    }

    /// Stores decisions of the model, in the columns project, item, revision, reviews, model version,
    /// label, source and outcome.
    public func copyModelDecisions(_ rows: CopyRows) throws(PostgresError) {
        guard rows.count > 0 else { return }
        try session.copyIn(SQLCatalog.copyModelDecisions, rows)
    }

    /// Gives items that were made as references to themselves their first payload, and what else came with
    /// it that they lack.
    ///
    /// - Parameters:
    ///   - items: with the ids of the stored items.
    ///   - references: the hash each is stored with now.
    /// - Returns: the items that were filled, in no order, and whether nothing has been predicted, decided or
    ///   asked about each.
    public func fillItems(
        _ items: ItemColumns, references: ParameterArray, project: Int64
    ) throws(PostgresError) -> [(id: Int64, isUntouched: Bool)] {
        try session.query(
            SQLCatalog.fillItems,
            [
                .int64(project), .array(items.ids), .array(references),
                .array(items.payloadHashes), .array(items.groups), .array(items.payloads),
                .array(items.metadata), .array(items.parents),
            ]
        ) { (row) throws(PostgresError) -> (id: Int64, isUntouched: Bool) in
            (id: try row.int64(0), isUntouched: try row.bool(1))
        }
    }

    /// Stores predictions of items that this transaction stored: their keys are new.
    public func insertFirstPredictions(
        _ columns: PredictionColumns, _ basis: RoutingBasis
    ) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.insertFirstPredictions, columns.parameters(basis))
    }

    /// Stores the predictions whose key is new.
    ///
    /// - Returns: the keys of those stored.
    public func insertPredictions(
        _ columns: PredictionColumns, _ basis: RoutingBasis
    ) throws(PostgresError) -> [PredictionKey] {
        try session.query(SQLCatalog.insertPredictions, columns.parameters(basis)) {
            (row) throws(PostgresError) -> PredictionKey in
            PredictionKey(item: try row.int64(0), modelVersion: try row.int64(1))
        }
    }

    /// Stores the first decision of items the model decided.
    public func insertModelDecisions(
        _ columns: ModelDecisionColumns, project: Int64
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.insertModelDecisions,
            [
                .int64(project), .array(columns.items), .array(columns.modelVersions),
                .array(columns.labels),
            ])
    }

    /// Puts items in the review queue.
    public func insertTasks(
        _ columns: TaskColumns, project: Int64, policyVersion: Int
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.insertTasks,
            [
                .int64(project), .int32(Int32(policyVersion)), .array(columns.asked),
                .array(columns.items), .array(columns.modelVersions),
                .array(columns.rankOffsets), .array(columns.areBlind),
                .array(columns.areAudits), .array(columns.slotDelays),
            ])
    }
}

extension PredictionColumns {
    /// The parameters of the statements that store predictions.
    fileprivate func parameters(_ basis: RoutingBasis) -> [Parameter] {
        [
            .int64(basis.project), .int32(Int32(basis.policyVersion)), basis.rolloutParameter,
            .int16(basis.saltID), .array(items),
            .array(modelVersions), .array(contentHashes), .array(confidences),
            .array(propensities), .array(areBlind), .array(stand), .array(labels),
            .array(routes), .array(reasons), .array(rules), .array(wouldBe), .array(scores),
            .array(highlights), .array(strata), .array(saidLabels),
        ]
    }
}
