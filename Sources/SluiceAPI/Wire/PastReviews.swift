import SluiceDomain
import SluiceJSON

/// One of the caller's own reviews, as it stands.
public struct PastReview: Hashable, WireValue {
    /// The client-made id, which takes it back.
    public var reviewID: String
    /// The item.
    public var externalID: String
    /// What was said.
    public var verdict: Verdict
    /// The tags that went with it.
    public var tags: [String]
    /// The remark that went with it; nil for none.
    public var comment: String?
    /// What the model had said; nil when the review was blind, so that it still is if taken back.
    public var predicted: String?
    /// `counted`, `late`, `skipped`, or `surplus` and `lapsed`, which were kept and do not count.
    public var status: String
    /// Which queue the item came from.
    public var queue: Queue
    /// When it was recorded.
    public var reviewedAt: Timestamp
    /// Whether it can be taken back, as far as can be known before it is tried.
    public var isUndoable: Bool
    /// The item as it was seen; nil where it was not asked for, is large, or was adjudicated.
    public var content: PastContent?

    /// Makes a review.
    public init(
        reviewID: String, externalID: String, verdict: Verdict, tags: [String] = [],
        comment: String? = nil, predicted: String? = nil, status: String = "counted",
        queue: Queue = .review, reviewedAt: Timestamp, isUndoable: Bool = true,
        content: PastContent? = nil
    ) {
        self.reviewID = reviewID
        self.externalID = externalID
        self.verdict = verdict
        self.tags = tags
        self.comment = comment
        self.predicted = predicted
        self.status = status
        self.queue = queue
        self.reviewedAt = reviewedAt
        self.isUndoable = isUndoable
        self.content = content
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reviewID = try wire.required("review_id").string()
        externalID = try wire.required("external_id").string()
        verdict = try Verdict(wire: wire)
        tags = try wire.strings("tags")
        comment = try wire.optional("comment")?.string()
        predicted = try wire.optional("predicted")?.string()
        status = try wire.required("status").string()
        queue = Queue(word: try wire.optional("queue")?.string() ?? "") ?? .review
        reviewedAt = try wire.required("reviewed_at").timestamp()
        isUndoable = try wire.required("undoable").bool()
        content = try wire.optional("content").map { (field) throws(ReviewError) -> PastContent in
            try PastContent(wire: field)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review_id", reviewID)
        writer.member("external_id", externalID)
        writer.member("verdict", verdict.word)
        writer.member("label", verdict.labelName)
        writer.key("tags")
        writer.strings(tags)
        writer.member("comment", comment)
        writer.member("predicted", predicted)
        writer.member("status", status)
        writer.member("queue", queue.word)
        writer.member("reviewed_at", reviewedAt.rfc3339)
        writer.member("undoable", isUndoable)
        if let content {
            writer.key("content")
            content.write(to: &writer)
        }
        writer.endObject()
    }
}

/// A reviewed item as its reviewer saw it.
public struct PastContent: Hashable, WireValue {
    /// Whether the prediction was withheld.
    public var isBlind: Bool
    /// What was labelled.
    public var item: LeasedItem
    /// What the model had said; nil where it was withheld, is no label any more, or there was none.
    public var prediction: ShownPrediction?

    /// Makes a content.
    public init(isBlind: Bool, item: LeasedItem, prediction: ShownPrediction?) {
        self.isBlind = isBlind
        self.item = item
        self.prediction = prediction
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        isBlind = try wire.required("blind").bool()
        item = try LeasedItem(wire: wire.required("item"))
        prediction = try wire.optional("prediction").map {
            (field) throws(ReviewError) -> ShownPrediction in try ShownPrediction(wire: field)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("blind", isBlind)
        writer.key("item")
        item.write(to: &writer)
        if let prediction {
            writer.key("prediction")
            prediction.write(to: &writer)
        }
        writer.endObject()
    }
}

/// The caller's own reviews, newest first.
public struct ReviewList: WireValue {
    /// The most that one call gives.
    public static let maximumCount = 500
    /// How many are given when nothing is asked for.
    public static let standardCount = 50

    /// The reviews; those taken back are not among them.
    public var reviews: [PastReview]

    /// Makes a list.
    public init(reviews: [PastReview]) { self.reviews = reviews }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reviews = try wire.required("reviews").array { (review) throws(ReviewError) -> PastReview in
            try PastReview(wire: review)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("reviews")
        writer.beginArray()
        for review in reviews { review.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension Verdict {
    /// Reads `verdict`, and `label` where it is one.
    init(wire: WireReader) throws(ReviewError) {
        let field = try wire.required("verdict")
        switch try field.string() {
        case "label": self = .label(try wire.required("label").string())
        case "skip": self = .skip
        case "escalate": self = .escalate
        case "unusable": self = .unusable
        default: throw field.refuse("label, skip, escalate, unusable")
        }
    }
}
