import SluiceAPI
import SluiceDomain

/// A lease the client holds, with what it needs to show and answer it.
struct HeldLease: Sendable {
    let lease: Lease
    let document: PayloadDocument
    /// Nil when the review is blind, and once nobody can give the label any more.
    var suggestion: Suggestion?
    /// By the client's own clock, from the moment the lease was asked for.
    ///
    /// The reviewer's clock may be wrong, so `expires_at` is never compared with it.
    var expiresAt: Duration
    var renewAt: Duration
    var isRenewing = false
    /// The code of the problem over which the lease was lost; nil while it is held.
    var lost: String?
    /// Fields that other records have and this one has not.
    var absentFields: [String] = []
    /// How many levels of nested values the reviewer has unfolded; nil leaves it to the document.
    var levels: Int?
    let cache = LineCache()
    /// The comment to go with the answer.
    var comment = ""
    /// The change of the guidelines to be proposed along with the answer.
    var guidelineNote = ""
    /// The tags to go with the answer.
    var tags: [String] = []
    /// What the reviewer had said before taking it back; nil for an item answered for the first time.
    var former: Verdict?
    /// Active time spent on it.
    var active: Duration = .zero

    init(_ lease: Lease, askedAt: Duration) {
        self.lease = lease
        document = PayloadDocument(
            lease.item.payload, metadata: lease.item.metadata,
            highlights: lease.prediction?.highlights)
        suggestion = lease.prediction.map { Suggestion($0) }
        expiresAt = askedAt + .seconds(lease.leaseSeconds)
        renewAt = askedAt + .seconds(lease.leaseSeconds) / 3
    }

    var id: String { lease.lease }
    var externalID: String { lease.item.externalID }
    /// Whether something was typed for the item, or its answer was taken back.
    var isDrafted: Bool {
        !comment.isEmpty || !guidelineNote.isEmpty || !tags.isEmpty || former != nil
    }

    /// This lease with what was typed, and the time spent, while the item was here before.
    func continuing(_ draft: HeldLease) -> HeldLease {
        var held = self
        held.comment = draft.comment
        held.guidelineNote = draft.guidelineNote
        held.tags = draft.tags
        held.former = draft.former
        held.active = draft.active
        return held
    }

    /// The service made the lease last from `askedAt`.
    mutating func renewed(askedAt: Duration) {
        isRenewing = false
        expiresAt = askedAt + .seconds(lease.leaseSeconds)
        renewAt = askedAt + .seconds(lease.leaseSeconds) / 3
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
