import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceSQL

/// A review as its reviewer may see it again.
public struct OwnReview: Sendable {
    /// The client-made id.
    public let id: String
    /// The item.
    public let externalID: String
    /// What was said.
    public let verdict: Verdict
    /// The tags.
    public let tags: [String]
    /// The remark; nil for none.
    public let comment: String?
    /// What the model had said; nil when the review was blind.
    public let predicted: String?
    /// How it was taken.
    public let status: String
    /// The queue the lease was from.
    public let queue: Queue
    /// When it was recorded.
    public let reviewedAt: Timestamp
    /// Whether an undo would be accepted at present.
    public let isUndoable: Bool
}

/// A reviewed item as its reviewer saw it.
public struct ReviewedContent: Sendable {
    /// The review.
    public let reviewID: String
    /// Whether the prediction was withheld.
    public let isBlind: Bool
    /// The item, and the prediction if it was shown.
    public let content: ReviewContent
}

extension Store {
    /// What a reviewer saw of the items of these reviews; large payloads are left out.
    ///
    /// - Parameter payloadBytes: the largest payload, in bytes as it is stored.
    public func reviewedContents(
        of reviews: [String], project: Int64, actor: Int64, payloadBytes: Int
    ) throws(PostgresError) -> [ReviewedContent] {
        try session.query(
            SQLCatalog.reviewedContents,
            [
                .int64(project), .int64(actor), .array(ParameterArray(reviews)),
                .int32(Int32(payloadBytes)),
            ]
        ) { (row) throws(PostgresError) -> ReviewedContent in
            ReviewedContent(
                reviewID: try row.text(0), isBlind: try row.bool(1),
                content: try ReviewContent(row, from: 2))
        }
    }

    /// The latest reviews of a reviewer that stand, newest first; gold items look like any.
    ///
    /// - Parameter goldIsTold: the reviewer was told the known labels, and cannot take answers back.
    public func ownReviews(
        project: Int64, actor: Int64, limit: Int, goldIsTold: Bool = false
    ) throws(PostgresError) -> [OwnReview] {
        try session.query(
            SQLCatalog.ownReviews, [.int64(project), .int64(actor), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> OwnReview in
            let verdict = Verdict(word: try row.text(2), label: try row.textIfPresent(3))
            let status = try row.text(7)
            let isGold = status == "gold"
            return OwnReview(
                id: try row.text(0), externalID: try row.text(1), verdict: verdict,
                tags: Self.tags(try row.bytesIfPresent(4)), comment: try row.textIfPresent(5),
                predicted: try row.textIfPresent(6),
                status: isGold ? (verdict == .skip ? "skipped" : "counted") : status,
                queue: Queue(rawValue: try row.int16(8)) ?? .review,
                reviewedAt: Timestamp(microseconds: try row.timestamp(9)),
                isUndoable: try row.bool(10) && !(isGold && goldIsTold))
        }
    }

    /// Tags are written by this service as an array of strings; anything else shows none.
    static func tags(_ json: [UInt8]?) -> [String] {
        guard let json else { return [] }
        do {
            return try JSONValue(parsing: json).array?.compactMap(\.string) ?? []
        } catch {
            return []
        }
    }
}

extension Verdict {
    /// The verdict a row of the table of reviews stands for.
    init(word: String, label: String?) {
        switch word {
        case "label": self = .label(label ?? "")
        case "escalate": self = .escalate
        case "unusable": self = .unusable
        default: self = .skip
        }
    }
}
