import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An item as stored.
public struct ItemRecord: Sendable {
    /// Its key.
    public let id: Int64
    /// The payload bytes; nil once erased.
    public let payload: [UInt8]?
    /// The metadata bytes.
    public let metadata: [UInt8]?
    /// The group.
    public let group: String?
    /// The parents as a JSON array.
    public let parents: [UInt8]?
    /// When it arrived.
    public let receivedAt: Timestamp
}

/// A prediction as stored, with its route.
public struct PredictionRecord: Sendable {
    /// The model; nil, as its version and label, for the route of an item that came without a
    /// prediction.
    public let model: String?
    /// Its version.
    public let version: String?
    /// The predicted label.
    public let label: String?
    /// The label the model named, where that was retired or another one when it came; else nil.
    public let saidLabel: String?
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The scores as a JSON object; nil when none were sent.
    public let scores: [UInt8]?
    /// The highlights as JSON; nil when none were sent.
    public let highlights: [UInt8]?
    /// Where it went: a `Route`.
    public let route: String
    /// Why: a `RouteReason`.
    public let reason: String
    /// The policy that routed it.
    public let policyVersion: Int
    /// The probability, known when routed, that a person labels the item; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// The routing salt that drew audit, share and blindness.
    public let saltID: Int16
    /// Whether reviewers work without seeing it.
    public let isBlind: Bool
    /// When it arrived.
    public let receivedAt: Timestamp
    /// The rule of the policy that applied; nil when none did.
    public let rule: String?
    /// Of what decides nothing, the route it would have taken.
    public let wouldBe: String?
    /// Whether this route is the item's.
    public let stands: Bool
    /// The rollout in force when it was routed; nil when there was none.
    public let rolloutRevision: Int?
}

/// A review as stored.
public struct ReviewRecord: Sendable {
    /// The id the client made.
    public let id: String
    /// The reviewer's name.
    public let reviewer: String
    /// The word of the verdict.
    public let verdict: String
    /// The label; nil unless the verdict is one.
    public let label: String?
    /// The error tags as a JSON array; nil for none.
    public let tags: [UInt8]?
    /// The remark; nil for none.
    public let comment: String?
    /// Active seconds; nil when the client sent none.
    public let seconds: Double?
    /// Whether the prediction was shown.
    public let isShown: Bool
    /// How it was taken: `counted`, `late`, `skipped`, `surplus` or `lapsed`.
    public let status: String
    /// The queue the lease was from.
    public let queue: Queue
    /// When it was recorded.
    public let reviewedAt: Timestamp
    /// When it was taken back; nil while it stands.
    public let undoneAt: Timestamp?
}

/// A decision as stored.
public struct DecisionRecord: Sendable {
    /// Its number among the item's decisions, counted from 1.
    public let revision: Int
    /// The label; nil for `unusable` and `reopened`.
    public let label: String?
    /// Who decided: a `DecisionSource`.
    public let source: String
    /// How it relates to the prediction: an `Outcome`.
    public let outcome: String
    /// The one who decided; nil for the model and for several.
    public let reviewer: String?
    /// How many counted reviews it rests on.
    public let reviews: Int
    /// The share of those that gave this answer, in 0...1; nil for a model's decision.
    public let agreement: Double?
    /// When it was made.
    public let decidedAt: Timestamp
}

/// Everything one route was decided from, and the route.
public struct RoutedFacts: Sendable {
    /// The item's key.
    public let item: Int64
    /// The producer's key, which the draws are keyed by.
    public let externalID: String
    /// The predicted label; nil for an item that came without a prediction.
    public let label: String?
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The policy that routed it.
    public let policyVersion: Int
    /// The routing salt that keyed the draws.
    public let saltID: Int16
    /// Where it went: a `Route`.
    public let route: String
    /// Why: a `RouteReason`.
    public let reason: String
    /// The probability, known when routed, that a person labels the item; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// Whether reviewers work without seeing the prediction.
    public let isBlind: Bool
    /// The rule that applied, if any.
    public let rule: String?
    /// In shadow, where it would have gone.
    public let wouldBe: String?
    /// The model; empty without a prediction.
    public let model: String
    /// Its version; empty without a prediction.
    public let modelVersion: String
    /// The payload as received; nil once erased.
    public let payload: [UInt8]?
    /// The metadata as received.
    public let metadata: [UInt8]?
    /// Whether nobody could give the label any more when it was routed.
    public var isLabelRetired = false
}

extension Store {
    /// The item of that external id; nil when there is none.
    public func item(
        externalID: String, project: Int64
    ) throws(PostgresError) -> ItemRecord? {
        try session.queryOne(SQLCatalog.findItem, [.int64(project), .text(externalID)]) {
            (row) throws(PostgresError) -> ItemRecord in
            ItemRecord(
                id: try row.int64(0), payload: try row.bytesIfPresent(1),
                metadata: try row.bytesIfPresent(2), group: try row.textIfPresent(3),
                parents: try row.bytesIfPresent(4),
                receivedAt: Timestamp(microseconds: try row.timestamp(5)))
        }
    }

    /// The predictions of an item, oldest first.
    public func predictions(
        item: Int64, project: Int64
    ) throws(PostgresError) -> [PredictionRecord] {
        try session.query(SQLCatalog.itemPredictions, [.int64(project), .int64(item)]) {
            (row) throws(PostgresError) -> PredictionRecord in
            PredictionRecord(
                model: try row.textIfPresent(0), version: try row.textIfPresent(1),
                label: try row.textIfPresent(2), saidLabel: try row.textIfPresent(18),
                confidence: try row.doubleIfPresent(3), scores: try row.bytesIfPresent(4),
                highlights: try row.bytesIfPresent(5), route: try row.text(6),
                reason: try row.text(7), policyVersion: try row.int(8),
                propensity: try row.double(9), stratum: try row.intIfPresent(17),
                saltID: try row.int16(10),
                isBlind: try row.bool(11),
                receivedAt: Timestamp(microseconds: try row.timestamp(12)),
                rule: try row.textIfPresent(13), wouldBe: try row.textIfPresent(14),
                stands: try row.bool(15), rolloutRevision: try row.intIfPresent(16))
        }
    }

    /// The reviews of an item, oldest first, those taken back included.
    public func reviews(item: Int64, project: Int64) throws(PostgresError) -> [ReviewRecord] {
        try session.query(SQLCatalog.itemReviews, [.int64(project), .int64(item)]) {
            (row) throws(PostgresError) -> ReviewRecord in
            ReviewRecord(
                id: try row.text(0), reviewer: try row.text(1), verdict: try row.text(2),
                label: try row.textIfPresent(3), tags: try row.bytesIfPresent(4),
                comment: try row.textIfPresent(5), seconds: try row.doubleIfPresent(6),
                isShown: try row.bool(7), status: try row.text(8),
                queue: Queue(rawValue: try row.int16(9)) ?? .review,
                reviewedAt: Timestamp(microseconds: try row.timestamp(10)),
                undoneAt: try row.timestampIfPresent(11).map(Timestamp.init(microseconds:)))
        }
    }

    /// The decisions of an item, oldest first; the last is the current one.
    public func decisions(
        item: Int64, project: Int64
    ) throws(PostgresError) -> [DecisionRecord] {
        try session.query(SQLCatalog.itemDecisions, [.int64(project), .int64(item)]) {
            (row) throws(PostgresError) -> DecisionRecord in
            DecisionRecord(
                revision: try row.int(0), label: try row.textIfPresent(1),
                source: try row.text(2), outcome: try row.text(3),
                reviewer: try row.textIfPresent(4), reviews: try row.int(5),
                agreement: try row.doubleIfPresent(6),
                decidedAt: Timestamp(microseconds: try row.timestamp(7)))
        }
    }

    /// The facts of the next routes after `item`, in order of item.
    public func routedFacts(
        project: Int64, after item: Int64, limit: Int
    ) throws(PostgresError) -> [RoutedFacts] {
        try session.query(
            SQLCatalog.routedFacts, [.int64(project), .int64(item), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> RoutedFacts in
            RoutedFacts(
                item: try row.int64(0), externalID: try row.text(1),
                label: try row.textIfPresent(2),
                confidence: try row.doubleIfPresent(3), policyVersion: try row.int(4),
                saltID: try row.int16(5), route: try row.text(6), reason: try row.text(7),
                propensity: try row.double(8), stratum: try row.intIfPresent(16),
                isBlind: try row.bool(9),
                rule: try row.textIfPresent(10), wouldBe: try row.textIfPresent(11),
                model: try row.textIfPresent(12) ?? "",
                modelVersion: try row.textIfPresent(13) ?? "",
                payload: try row.bytesIfPresent(14), metadata: try row.bytesIfPresent(15),
                isLabelRetired: try row.bool(17))
        }
    }
}
