import SluiceDomain
import SluiceJSON

extension Answer: WireValue {
    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly([
            "review_id", "verdict", "label", "tags", "comment", "seconds", "guideline_note",
        ])
        let reviewID = try wire.required("review_id").string(bytes: 1...128)
        let labelField = try wire.optional("label")
        let verdict = try Verdict(wire: wire)
        if verdict.labelName == nil, let labelField {
            throw labelField.refuse("no label with the verdict \(verdict.word)")
        }
        let tags =
            try wire.optional("tags")?.array { (tag) throws(ReviewError) -> String in
                try tag.string(bytes: 1...TagList.maximumBytes)
            } ?? []
        if tags.count > TagList.maximumCount, let field = try wire.optional("tags") {
            throw field.refuse("at most \(TagList.maximumCount) tags")
        }
        let comment = try wire.optional("comment")?.string(bytes: 0...4096)
        let seconds = try wire.optional("seconds")?.seconds()
        self.init(
            reviewID: reviewID, verdict: verdict, tags: tags, comment: comment, seconds: seconds,
            guidelineNote: try wire.optional("guideline_note")?.string(bytes: 1...4096))
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review_id", reviewID)
        writer.member("verdict", verdict.word)
        writer.memberIfPresent("label", verdict.labelName)
        if !tags.isEmpty {
            writer.key("tags")
            writer.strings(tags)
        }
        writer.memberIfPresent("comment", comment)
        writer.memberIfPresent("seconds", seconds)
        writer.memberIfPresent("guideline_note", guidelineNote)
        writer.endObject()
    }
}

/// A decision in a reply.
public struct DecisionReply: Hashable, WireValue {
    /// The label; nil when the input was called unusable.
    public var label: String?
    /// Who decided: `model`, `reviewer`, `consensus` or `adjudicator`.
    public var source: String
    /// How it relates to the prediction.
    public var outcome: String

    /// Makes a decision.
    public init(label: String?, source: String, outcome: String) {
        self.label = label
        self.source = source
        self.outcome = outcome
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        label = try wire.optional("label")?.string()
        source = try wire.required("source").string()
        outcome = try wire.required("outcome").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("label", label)
        writer.member("source", source)
        writer.member("outcome", outcome)
        writer.endObject()
    }
}

/// What became of an answer.
public struct ReviewReply: Hashable, WireValue {
    /// The id the answer came under.
    public var reviewID: String
    /// The item.
    public var externalID: String
    /// `counted`, `late` (counted although the lapsed lease had been taken back), `skipped`, or
    /// `surplus` (kept although others had decided meanwhile; it does not count).
    public var status: String
    /// When it was recorded.
    public var reviewedAt: Timestamp
    /// Whether the same answer had been recorded before.
    public var isDuplicate: Bool
    /// The decision this answer led to; nil when more answers are needed.
    public var decision: DecisionReply?
    /// Whether it was right, for a gold item of a project that tells; nil for any other.
    public var gold: GoldFeedback?

    /// Makes a reply.
    public init(
        reviewID: String, externalID: String, status: String, reviewedAt: Timestamp,
        isDuplicate: Bool, decision: DecisionReply?, gold: GoldFeedback? = nil
    ) {
        self.reviewID = reviewID
        self.externalID = externalID
        self.status = status
        self.reviewedAt = reviewedAt
        self.isDuplicate = isDuplicate
        self.decision = decision
        self.gold = gold
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reviewID = try wire.required("review_id").string()
        externalID = try wire.required("external_id").string()
        status = try wire.required("status").string()
        reviewedAt = try wire.required("reviewed_at").timestamp()
        isDuplicate = try wire.required("duplicate").bool()
        decision = try wire.optional("decision").map {
            (field) throws(ReviewError) -> DecisionReply in try DecisionReply(wire: field)
        }
        gold = try wire.optional("gold").map { (field) throws(ReviewError) -> GoldFeedback in
            try GoldFeedback(wire: field)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review_id", reviewID)
        writer.member("external_id", externalID)
        writer.member("status", status)
        writer.member("reviewed_at", reviewedAt.rfc3339)
        writer.member("duplicate", isDuplicate)
        if let decision {
            writer.key("decision")
            decision.write(to: &writer)
        }
        if let gold {
            writer.key("gold")
            gold.write(to: &writer)
        }
        writer.endObject()
    }
}

/// A review taken back; the task is its reviewer's again.
public struct UndoReply: WireValue {
    /// The review that no longer counts.
    public var reviewID: String
    /// The reviewer's lease on the same item, also when the undo was a repeat; one that has expired
    /// by then still names the item in an answer.
    public var lease: Lease?

    /// Makes a reply.
    public init(reviewID: String, lease: Lease?) {
        self.reviewID = reviewID
        self.lease = lease
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reviewID = try wire.required("review_id").string()
        lease = try wire.optional("lease").map { (field) throws(ReviewError) -> Lease in
            try Lease(wire: field)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review_id", reviewID)
        writer.member("undone", true)
        if let lease {
            writer.key("lease")
            lease.write(to: &writer)
        }
        writer.endObject()
    }
}
