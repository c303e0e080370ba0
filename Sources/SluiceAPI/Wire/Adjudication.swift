import SluiceDomain
import SluiceJSON

/// What the lease of an adjudicator tells beside item and prediction.
///
/// Its members stand in the lease itself: `answers` and `why`.
public struct Adjudication: Hashable, Sendable {
    /// What reviewers said, in an order that tells nothing.
    public var answers: [EarlierAnswer]
    /// Why the item is here; nil for a reason this program does not know.
    public var why: AdjudicationReason?

    /// Makes it of answers and reason.
    public init(answers: [EarlierAnswer], why: AdjudicationReason?) {
        self.answers = answers
        self.why = why
    }

    /// Reads it from the lease it stands in; the errors name the place.
    init(lease wire: WireReader) throws(ReviewError) {
        answers =
            try wire.optional("answers")?.array { (answer) throws(ReviewError) -> EarlierAnswer in
                try EarlierAnswer(wire: answer)
            } ?? []
        why = AdjudicationReason(rawValue: try wire.optional("why")?.string() ?? "")
    }

    /// Writes its members into a lease that is open.
    func writeMembers(to writer: inout JSONWriter) {
        writer.key("answers")
        writer.beginArray()
        for answer in answers { answer.write(to: &writer) }
        writer.endArray()
        writer.memberIfPresent("why", why?.rawValue)
    }
}

/// A reviewer's answer as an adjudicator sees it: what was said, and by nobody in particular.
public struct EarlierAnswer: Hashable, WireValue {
    /// A letter, from A on, in an order of its own for each item that is not the order of time.
    public var by: String
    /// Who it was; nil unless an admin asked for names.
    public var reviewer: String?
    /// What was said.
    public var verdict: Verdict
    /// The tags that went with it.
    public var tags: [String]
    /// The remark that went with it; nil for none.
    public var comment: String?
    /// Active seconds spent on the item; nil when the client did not say.
    public var seconds: Double?
    /// Whether the reviewer saw what the model suggests.
    public var isShown: Bool
    /// When it was recorded.
    public var reviewedAt: Timestamp

    /// Makes an answer.
    public init(
        by: String, reviewer: String? = nil, verdict: Verdict, tags: [String] = [],
        comment: String? = nil, seconds: Double? = nil, isShown: Bool, reviewedAt: Timestamp
    ) {
        self.by = by
        self.reviewer = reviewer
        self.verdict = verdict
        self.tags = tags
        self.comment = comment
        self.seconds = seconds
        self.isShown = isShown
        self.reviewedAt = reviewedAt
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        by = try wire.required("by").string()
        reviewer = try wire.optional("reviewer")?.string()
        verdict = try Verdict(wire: wire)
        tags = try wire.strings("tags")
        comment = try wire.optional("comment")?.string()
        seconds = try wire.optional("seconds")?.double()
        isShown = try wire.required("shown").bool()
        reviewedAt = try wire.required("reviewed_at").timestamp()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("by", by)
        writer.memberIfPresent("reviewer", reviewer)
        writer.member("verdict", verdict.word)
        writer.member("label", verdict.labelName)
        writer.key("tags")
        writer.strings(tags)
        writer.member("comment", comment)
        writer.member("seconds", seconds)
        writer.member("shown", isShown)
        writer.member("reviewed_at", reviewedAt.rfc3339)
        writer.endObject()
    }
}
