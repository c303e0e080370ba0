import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// What reviewers propose to change in the guidelines; by `status`, `after` and `limit`.
    public static let proposals = Endpoint<Nothing, ProposalList>(
        "GET", "/v1/projects/{project}/guideline-proposals")
    /// Accepts or rejects a proposal.
    public static let settleProposal = Endpoint<ProposalVerdict, Nothing>(
        "POST", "/v1/projects/{project}/guideline-proposals/{id}")
}

/// A change of the guidelines that a reviewer proposed along with an answer.
public struct Proposal: Hashable, WireValue {
    /// Its key.
    public var id: String
    /// The item the answer was about.
    public var externalID: String
    /// The answer.
    public var reviewID: String
    /// The label of the answer; nil for an answer without one.
    public var label: String?
    /// Who proposed it.
    public var reviewer: String
    /// What is to be changed, in the reviewer's words.
    public var note: String
    /// Whether somebody has settled it, and how.
    public var status: ProposalStatus
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was accepted or rejected; nil while it is open.
    public var settledAt: Timestamp?
    /// Who did that; nil while it is open.
    public var settledBy: String?

    /// Makes a proposal.
    public init(
        id: String, externalID: String, reviewID: String, label: String?, reviewer: String,
        note: String, status: ProposalStatus, createdAt: Timestamp, settledAt: Timestamp? = nil,
        settledBy: String? = nil
    ) {
        self.id = id
        self.externalID = externalID
        self.reviewID = reviewID
        self.label = label
        self.reviewer = reviewer
        self.note = note
        self.status = status
        self.createdAt = createdAt
        self.settledAt = settledAt
        self.settledBy = settledBy
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        id = try wire.required("id").string()
        externalID = try wire.required("external_id").string()
        reviewID = try wire.required("review_id").string()
        label = try wire.optional("label")?.string()
        reviewer = try wire.required("reviewer").string()
        note = try wire.required("note").string()
        status = try wire.required("status").word()
        createdAt = try wire.required("created_at").timestamp()
        settledAt = try wire.optional("settled_at")?.timestamp()
        settledBy = try wire.optional("settled_by")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("external_id", externalID)
        writer.member("review_id", reviewID)
        writer.member("label", label)
        writer.member("reviewer", reviewer)
        writer.member("note", note)
        writer.member("status", status.rawValue)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("settled_at", settledAt?.rfc3339)
        writer.member("settled_by", settledBy)
        writer.endObject()
    }
}

/// Proposals, the oldest first.
public struct ProposalList: WireValue {
    /// How many come without a limit, and at most.
    public static let (standardCount, maximumCount) = (100, 1000)

    /// The proposals.
    public var proposals: [Proposal]
    /// What to ask for as `after` to go on; nil when none came.
    public var next: String?

    /// Makes a list.
    public init(proposals: [Proposal], next: String?) {
        self.proposals = proposals
        self.next = next
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        proposals = try wire.required("proposals").array {
            (entry) throws(ReviewError) -> Proposal in try Proposal(wire: entry)
        }
        next = try wire.optional("next")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("proposals")
        writer.array(proposals) { $1.write(to: &$0) }
        writer.member("next", next)
        writer.endObject()
    }
}

/// The body that settles a proposal.
public struct ProposalVerdict: WireValue {
    /// `accepted` or `rejected`.
    public var status: ProposalStatus

    /// Makes a verdict.
    public init(status: ProposalStatus) { self.status = status }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["status"])
        let field = try wire.required("status")
        status = try field.word()
        guard status != .open else { throw field.refuse("accepted, rejected") }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("status", status.rawValue)
        writer.endObject()
    }
}
