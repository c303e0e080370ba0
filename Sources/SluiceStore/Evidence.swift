import SluiceDomain
import SluicePostgres
import SluiceSQL

/// One route that stands, with what people say of its prediction by now.
///
/// Who estimates from these weights each by one over its propensity, and leaves out what was accepted
/// and nobody drew: that people labelled it all the same was nobody's recorded chance.
public struct EvidenceRow: Hashable, Sendable {
    /// The item's key; keys grow with arrival.
    public let item: Int64
    /// When the prediction arrived.
    public let receivedAt: Timestamp
    /// When people decided; nil when they have not, or took it back.
    public let decidedAt: Timestamp?
    /// The version whose prediction it was routed by; 0 for an item that came without one.
    public let modelVersionID: Int64
    /// The policy that routed it.
    public let policyVersion: Int
    /// Where it went; never `waiting`.
    public let route: Route
    /// Why: a `RouteReason`.
    public let reason: String
    /// The rule that applied; nil when none did.
    public let rule: String?
    /// The probability, known when routed, that a person labels it; in 0...1.
    public let propensity: Double
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The predicted label; nil of an item that came without a prediction.
    public let label: String?
    /// The label people gave, the borderline one included; nil when there is none.
    public let decidedLabel: String?
    /// Whether that differs from the prediction; nil while nobody has decided, and where the answer
    /// says nothing about the label: unusable input, the borderline label, an item without a
    /// prediction.
    public let isWrong: Bool?
    /// Who decided: a `DecisionSource` other than `model`; nil when no person has.
    public let source: String?
    /// How the decision relates to the prediction: an `Outcome`; nil when no person has decided.
    public let outcome: String?
    /// Whether it is an audit that somebody has answered otherwise than the model, and that still
    /// waits for a second look.
    public let isDisputed: Bool
    /// Whether it is an audit that somebody had answered otherwise than the model, and that is decided.
    public let wasDisputed: Bool

    /// Whether the model decided, and people review it as well.
    public var isAudit: Bool { route == .audited }

    /// Whether people were asked about it by the recorded chance: it was queued or audited.
    public var isAsked: Bool { route == .audited || route == .queued }

    init(_ row: Row) throws(PostgresError) {
        item = try row.int64(0)
        receivedAt = Timestamp(microseconds: try row.timestamp(1))
        decidedAt = try row.timestampIfPresent(2).map(Timestamp.init(microseconds:))
        modelVersionID = try row.int64(3)
        policyVersion = try row.int(4)
        route = Route(rawValue: try row.text(5)) ?? .queued
        reason = try row.text(6)
        rule = try row.textIfPresent(7)
        propensity = try row.double(8)
        confidence = try row.doubleIfPresent(9)
        label = try row.textIfPresent(10)
        decidedLabel = try row.textIfPresent(11)
        isWrong = try row.boolIfPresent(12)
        source = try row.textIfPresent(13)
        outcome = try row.textIfPresent(14)
        isDisputed = try row.bool(15)
        wasDisputed = try row.bool(16)
    }
}

/// The routes that stand of the arrivals of a window.
public struct EvidenceRange: Hashable, Sendable {
    /// How many there are.
    public let items: Int
    /// The first and the last item; nil when there is none.
    public let range: ClosedRange<Int64>?
}

extension Store {
    /// Which routes stand of the arrivals of `[from, to)`.
    ///
    /// - Parameter modelVersion: the key of the version they were routed by; nil for all.
    public func evidenceRange(
        project: Int64, from: Timestamp, to: Timestamp, modelVersion: Int64?
    ) throws(PostgresError) -> EvidenceRange {
        let found = try session.queryOne(
            SQLCatalog.evidenceRange,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), modelVersion.map { .int64($0) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> EvidenceRange in
            let first = try row.int64IfPresent(1)
            let last = try row.int64IfPresent(2)
            return EvidenceRange(
                items: try row.int(0),
                range: first.flatMap { first in last.map { first...$0 } })
        }
        return found ?? EvidenceRange(items: 0, range: nil)
    }

    /// The next routes that stand of the arrivals of `[from, to)` after `item` and up to `last`, in
    /// order of item, each as things stand when it is read.
    ///
    /// No payload is read. Begin one before the range's first item; a page shorter than `limit` is the
    /// last one.
    ///
    /// - Parameter modelVersion: the key of the version they were routed by; nil for all.
    public func labelledEvidence(
        project: Int64, from: Timestamp, to: Timestamp, modelVersion: Int64?, after item: Int64,
        through last: Int64, limit: Int
    ) throws(PostgresError) -> [EvidenceRow] {
        try session.query(
            SQLCatalog.labelledEvidence,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
                modelVersion.map { .int64($0) } ?? .null, .int64(item), .int64(last),
                .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> EvidenceRow in try EvidenceRow(row) }
    }

    /// The next items that people decided in `[from, to)`, in the order of their decisions.
    ///
    /// An item decided again later stands at its last decision only. Begin with the window's start and
    /// item 0; go on from the last row's decision and item.
    ///
    /// - Parameter modelVersion: the key of the version they were routed by; nil for all.
    public func decidedEvidence(
        project: Int64, from: Timestamp, to: Timestamp, modelVersion: Int64?,
        after moment: Timestamp, item: Int64, limit: Int
    ) throws(PostgresError) -> [EvidenceRow] {
        try session.query(
            SQLCatalog.decidedEvidence,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
                modelVersion.map { .int64($0) } ?? .null,
                .timestamp(microseconds: moment.microseconds), .int64(item), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> EvidenceRow in try EvidenceRow(row) }
    }

    /// The audits of a version, arrived in `[from, to)`, that wait for a second look.
    public func disputedEvidence(
        project: Int64, from: Timestamp, to: Timestamp, modelVersion: Int64
    ) throws(PostgresError) -> [DisputedEvidence] {
        try session.query(
            SQLCatalog.disputedEvidence,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int64(modelVersion),
            ]
        ) { (row) throws(PostgresError) -> DisputedEvidence in
            DisputedEvidence(
                confidence: try row.doubleIfPresent(0), propensity: try row.double(1),
                receivedAt: Timestamp(microseconds: try row.timestamp(2)))
        }
    }
}

/// An audit that waits for a second look.
public struct DisputedEvidence: Hashable, Sendable {
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The probability, known when routed, that a person labels it; in 0...1.
    public let propensity: Double
    /// When the prediction arrived.
    public let receivedAt: Timestamp
}
