import SluiceAPI
import SluiceDomain
import SluiceJSON

/// A lease the client holds, with what it needs to show and answer it.
struct HeldLease: Sendable {
    private(set) var lease: Lease
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
    /// The review that is being taken back, which gives a lease in place of `lease`; nil once it has.
    var awaitedUndo: String?
    /// Whether the reviewer has answered it before, and so has read it.
    var wasRead = false
    /// Whether the item itself is still on its way, and only its name is here.
    private(set) var isPlaceholder = false
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

    /// Stands for an item that an undo gives back, until its content is here.
    init(placeholder externalID: String, awaiting reviewID: String) {
        let text = #"{"type":"text","text":"The item is on its way back."}"#
        self.init(
            Lease(
                lease: "", expiresAt: Timestamp(microseconds: 0), leaseSeconds: 0, isBlind: true,
                item: LeasedItem(
                    externalID: externalID, payload: RawJSON(Array(text.utf8)), metadata: nil,
                    receivedAt: Timestamp(microseconds: 0)),
                prediction: nil),
            askedAt: .zero)
        awaitedUndo = reviewID
        isPlaceholder = true
    }

    /// An item of an earlier session that an undo gives back, with what was seen of it then.
    init(_ content: PastContent, awaiting reviewID: String) {
        self.init(
            Lease(
                lease: "", expiresAt: content.item.receivedAt, leaseSeconds: 0,
                isBlind: content.isBlind, item: content.item, prediction: content.prediction),
            askedAt: .zero)
        awaitedUndo = reviewID
        wasRead = true
    }

    var id: String { lease.lease }
    /// The lease as an answer names it.
    var reference: PendingOperation.LeaseReference {
        awaitedUndo.map { .undo(reviewID: $0) } ?? .lease(id)
    }
    /// Whether it can be renewed and given back.
    var isLive: Bool { lost == nil && awaitedUndo == nil }
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

    /// The undo that was waited for gave this lease: what is on the screen stays as it is.
    mutating func adopt(_ lease: Lease, askedAt: Duration) {
        if isPlaceholder {
            let waited = self
            self = HeldLease(lease, askedAt: askedAt).continuing(waited)
        } else {
            self.lease = lease
            awaitedUndo = nil
            renewed(askedAt: askedAt)
        }
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
