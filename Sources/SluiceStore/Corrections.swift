import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A place in the feed of corrections.
public struct CorrectionCursor: Sendable, Hashable {
    /// The number of the entry, from 1 without gaps; 0 before the first.
    public let number: Int64
    /// The item.
    public let item: Int64
    /// The revision of its decision.
    public let revision: Int
    /// When it was decided.
    public let decidedAt: Timestamp

    /// Before the first.
    public static let start = CorrectionCursor(
        number: 0, item: 0, revision: 0, decidedAt: Timestamp(microseconds: 0))

    /// Collects the parts.
    public init(number: Int64, item: Int64, revision: Int, decidedAt: Timestamp) {
        self.number = number
        self.item = item
        self.revision = revision
        self.decidedAt = decidedAt
    }
}

/// A decision that took the place of a model's, or gave the model's its place again.
public struct CorrectionRecord: Sendable {
    /// Where it stands in the list.
    public let cursor: CorrectionCursor
    /// The producer's key of the item.
    public let externalID: String
    /// The label that holds now; nil when the input was called unusable.
    public let label: String?
    /// Who decided; `model` when the model's decision is in its place again.
    public let source: String
    /// How it relates to the prediction.
    public let outcome: String
    /// The one who decided; nil for several.
    public let reviewer: String?
    /// How many reviews it rests on.
    public let reviews: Int
    /// The share of the reviews that gave this answer.
    public let agreement: Double?
    /// When it was decided.
    public let decidedAt: Timestamp
    /// What the model had said.
    public let modelLabel: String?
    /// The model.
    public let model: String?
    /// Its version.
    public let version: String?
}

extension Store {
    /// Lists a decision of people that took the place of a model's, in the transaction that makes it.
    public func appendCorrection(
        project: Int64, item: Int64, revision: Int
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.appendCorrection,
            [.int64(project), .int64(item), .int32(Int32(revision))])
    }

    /// Lists a decision if the one before it is listed: whoever acted on that one hears of it.
    public func followCorrection(
        project: Int64, item: Int64, revision: Int
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.followCorrection,
            [.int64(project), .int64(item), .int32(Int32(revision))])
    }

    /// Gives corrections that were committed since the last time their places in the feed.
    ///
    /// - Parameter limit: how many at most.
    /// - Returns: how many.
    public func numberCorrections(
        project: Int64, limit: Int
    ) throws(PostgresError) -> Int {
        try session.queryOne(
            SQLCatalog.numberCorrections, [.int64(project), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } ?? 0
    }

    /// The place of the entry of an item's revision; nil when there is none that has one.
    public func correctionPlace(
        project: Int64, item: Int64, revision: Int
    ) throws(PostgresError) -> CorrectionCursor? {
        try session.queryOne(
            SQLCatalog.correctionPlace,
            [.int64(project), .int64(item), .int32(Int32(clamping: revision))]
        ) { (row) throws(PostgresError) -> CorrectionCursor? in
            guard let number = try row.int64IfPresent(0) else { return nil }
            return CorrectionCursor(
                number: number, item: item, revision: revision,
                decidedAt: Timestamp(microseconds: try row.timestamp(1)))
        } ?? nil
    }

    /// The corrections behind a number, in their order.
    ///
    /// Nothing that commits later is ever listed before what was returned.
    public func corrections(
        project: Int64, after number: Int64, limit: Int
    ) throws(PostgresError) -> [CorrectionRecord] {
        try session.query(
            SQLCatalog.correctionsAfter, [.int64(project), .int64(number), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> CorrectionRecord in
            let decidedAt = Timestamp(microseconds: try row.timestamp(10))
            return CorrectionRecord(
                cursor: CorrectionCursor(
                    number: try row.int64(0), item: try row.int64(1), revision: try row.int(2),
                    decidedAt: decidedAt),
                externalID: try row.text(3), label: try row.textIfPresent(4),
                source: try row.text(5), outcome: try row.text(6),
                reviewer: try row.textIfPresent(7), reviews: try row.int(8),
                agreement: try row.doubleIfPresent(9),
                decidedAt: decidedAt,
                modelLabel: try row.textIfPresent(11), model: try row.textIfPresent(12),
                version: try row.textIfPresent(13))
        }
    }
}
