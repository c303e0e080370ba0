import SluiceDomain
import SluicePostgres
import SluiceSQL

/// The routes that stand of the arrivals of a window.
public struct ReplayWindow: Sendable {
    /// How many there are.
    public let items: Int
    /// The first and the last item; nil when there is none.
    public let range: ClosedRange<Int64>?
    /// When the first and the last arrived; nil when there is none.
    public let arrivals: ClosedRange<Timestamp>?
}

/// One recorded route with what it was decided from, and what people said of it since.
public struct ReplayRow: Sendable {
    /// The item's key.
    public let item: Int64
    /// The producer's key, which the draws are keyed by.
    public let externalID: String
    /// The predicted label; nil of an item that came without a prediction.
    public let label: String?
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The routing salt that keyed the draws.
    public let saltID: Int16
    /// Whether people were asked: it was queued or audited.
    public let isAsked: Bool
    /// The probability, known when routed, that a person labels the item; in 0...1.
    public let propensity: Double
    /// The model; empty without a prediction.
    public let model: String
    /// Its version.
    public let modelVersion: String
    /// The payload as received; nil once erased, and where it was not asked for.
    public let payload: [UInt8]?
    /// The metadata as received.
    public let metadata: [UInt8]?
    /// Whether people gave it a label that is not the borderline one.
    public let isLabelled: Bool
    /// Whether that label is another than the predicted one.
    public let isWrong: Bool
    /// Whether it waits for the version that decides it.
    public let isWaiting: Bool
    /// Whether the rollout gave it to people, whatever the policy says.
    public let isPeoples: Bool
    /// Whether it is an audit that somebody has answered otherwise than the model, and that waits for
    /// a second look.
    public let isDisputed: Bool
    /// Whether it was one, and is decided.
    public let wasDisputed: Bool
    /// Whether nobody could give the label any more when it was routed.
    public var isLabelRetired = false

    /// Collects the facts.
    public init(
        item: Int64, externalID: String, label: String?, confidence: Double?, saltID: Int16,
        isAsked: Bool, propensity: Double, model: String, modelVersion: String, payload: [UInt8]?,
        metadata: [UInt8]?, isLabelled: Bool, isWrong: Bool,
        isWaiting: Bool = false, isPeoples: Bool = false, isDisputed: Bool = false,
        wasDisputed: Bool = false
    ) {
        self.item = item
        self.externalID = externalID
        self.label = label
        self.confidence = confidence
        self.saltID = saltID
        self.isAsked = isAsked
        self.propensity = propensity
        self.model = model
        self.modelVersion = modelVersion
        self.payload = payload
        self.metadata = metadata
        self.isLabelled = isLabelled
        self.isWrong = isWrong
        self.isWaiting = isWaiting
        self.isPeoples = isPeoples
        self.isDisputed = isDisputed
        self.wasDisputed = wasDisputed
    }
}

extension Store {
    /// What there is to replay of the arrivals of `[from, to)`.
    public func replayWindow(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> ReplayWindow {
        let found = try session.queryOne(
            SQLCatalog.replayWindow,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        ) { (row) throws(PostgresError) -> ReplayWindow in
            guard let first = try row.int64IfPresent(1), let last = try row.int64IfPresent(2),
                let start = try row.timestampIfPresent(3), let end = try row.timestampIfPresent(4)
            else { return ReplayWindow(items: 0, range: nil, arrivals: nil) }
            return ReplayWindow(
                items: try row.int(0), range: first...last,
                arrivals: Timestamp(microseconds: start)...Timestamp(microseconds: end))
        }
        return found ?? ReplayWindow(items: 0, range: nil, arrivals: nil)
    }

    /// The next routes of `[from, to)` after `item` and up to `last`, in order of item.
    public func replayPage(
        project: Int64, from: Timestamp, to: Timestamp, after item: Int64, through last: Int64,
        withPayload: Bool, limit: Int
    ) throws(PostgresError) -> [ReplayRow] {
        try session.query(
            SQLCatalog.replayPage,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int64(item), .int64(last),
                .bool(withPayload), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> ReplayRow in
            var replayed = ReplayRow(
                item: try row.int64(0), externalID: try row.text(1),
                label: try row.textIfPresent(2), confidence: try row.doubleIfPresent(3),
                saltID: try row.int16(4), isAsked: try row.bool(5),
                propensity: try row.double(6), model: try row.textIfPresent(7) ?? "",
                modelVersion: try row.textIfPresent(8) ?? "",
                payload: try row.bytesIfPresent(9), metadata: try row.bytesIfPresent(10),
                isLabelled: try row.bool(11), isWrong: try row.bool(12),
                isWaiting: try row.bool(13), isPeoples: try row.bool(14),
                isDisputed: try row.bool(15), wasDisputed: try row.bool(16))
            replayed.isLabelRetired = try row.bool(17)
            return replayed
        }
    }

    /// The mean handling time in seconds of the reviews given in `[from, to)`, capped at 120 each,
    /// and how many came with one; nil when none did.
    public func handlingTime(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> (mean: Double, timed: Int)? {
        let found = try session.queryOne(
            SQLCatalog.handlingTimes,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        ) { (row) throws(PostgresError) -> (Double?, Int) in
            (try row.doubleIfPresent(0), try row.int(1))
        }
        guard let (mean, timed) = found, let mean else { return nil }
        return (mean: mean, timed: timed)
    }
}
