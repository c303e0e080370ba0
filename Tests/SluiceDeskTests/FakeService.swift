import SluiceAPI
import SluiceDomain
import SluiceTerminal

@testable import SluiceDesk

/// What a service tells of an answer.
struct Told: Sendable {
    var status = "counted"
    var gold: GoldFeedback?
}

/// A service that plays a script: for what the client does, not for what the service promises.
actor FakeService: DeskService {
    enum Call: Equatable {
        case release(String)
        case review(String, Verdict, comment: String?)
        case undo(String)
        case renew(String)
        case readGuidelines(Int)
    }

    private(set) var calls: [Call] = []
    private(set) var reviewIDs: [String] = []
    /// What each answer proposes to change in the guidelines.
    private(set) var notes: [String?] = []
    private var replies: [Told]
    private let refusal: ServiceFailure?
    private let undoFailure: ServiceFailure?
    private var waiting: [Lease]
    private var given: [String: Lease] = [:]
    private var answered: [String: Lease] = [:]
    private var failures: [ServiceFailure]
    private let labels: [Label]
    private let projectFailure: ServiceFailure?

    private let takesReleased: Bool
    private let guidelinesReply: GuidelinesReply?
    private var news: GuidelinesChanged?
    private let alert: String?
    private let former: GuidelineReply?

    /// - Parameters:
    ///   - failures: what the first reviews fail with, in order.
    ///   - takesReleased: somebody else takes what is given back, at once.
    ///   - guidelines: what is in force; nil for a service without versions.
    ///   - news: what the reviewer has not read of them.
    ///   - refusal: what every lease is refused with.
    ///   - replies: what is told of the first answers, in order.
    ///   - former: the version of the guidelines before, with its text.
    ///   - alert: what alarms have taken from the model, told with the figures of the queue.
    init(
        _ waiting: [Lease], labels: [Label] = Sample.labels, failures: [ServiceFailure] = [],
        projectFailure: ServiceFailure? = nil, takesReleased: Bool = false,
        guidelines: GuidelinesReply? = nil, news: GuidelinesChanged? = nil, replies: [Told] = [],
        refusal: ServiceFailure? = nil, alert: String? = nil, undoFailure: ServiceFailure? = nil,
        former: GuidelineReply? = nil
    ) {
        self.former = former
        self.alert = alert
        self.undoFailure = undoFailure
        self.refusal = refusal
        self.replies = replies
        guidelinesReply = guidelines
        self.news = news
        self.takesReleased = takesReleased
        self.waiting = waiting
        self.labels = labels
        self.failures = failures
        self.projectFailure = projectFailure
    }

    func project() async throws(ServiceFailure) -> ProjectReply {
        if let projectFailure { throw projectFailure }
        return Sample.project(labels)
    }

    func queue() async throws(ServiceFailure) -> QueueReply {
        QueueReply(
            waiting: waiting.count, leased: given.count, oldestWaitingSeconds: nil, alert: alert)
    }

    func lease(count: Int) async throws(ServiceFailure) -> LeaseReply {
        if let refusal { throw refusal }
        let leases = Array(waiting.prefix(count))
        waiting.removeFirst(leases.count)
        for lease in leases { given[lease.lease] = lease }
        return LeaseReply(
            leases: leases, guidelinesVersion: guidelinesReply?.version,
            guidelinesChanged: news)
    }

    func renew(lease: String) async throws(ServiceFailure) -> RenewReply {
        calls.append(.renew(lease))
        return RenewReply(lease: lease, expiresAt: Sample.received)
    }

    func release(lease: String) async throws(ServiceFailure) {
        calls.append(.release(lease))
        // Back in the queue, the next one to be leased.
        guard let lease = given.removeValue(forKey: lease), !takesReleased else { return }
        waiting.insert(lease, at: 0)
    }

    func review(
        lease: String, _ request: Answer
    ) async throws(ServiceFailure) -> ReviewReply {
        calls.append(.review(lease, request.verdict, comment: request.comment))
        reviewIDs.append(request.reviewID)
        if !failures.isEmpty { throw failures.removeFirst() }
        answered[request.reviewID] = given.removeValue(forKey: lease)
        notes.append(request.guidelineNote)
        guard !replies.isEmpty else { return Sample.reply(request.reviewID) }
        let told = replies.removeFirst()
        var reply = Sample.reply(request.reviewID, status: told.status)
        reply.gold = told.gold
        return reply
    }

    func reviews(count: Int) async throws(ServiceFailure) -> ReviewList {
        ReviewList(reviews: [])
    }

    func guidelines() async throws(ServiceFailure) -> GuidelinesReply {
        guard let guidelinesReply else { throw Sample.problem(.unknownGuidelines(version: "")) }
        return guidelinesReply
    }

    func guidelines(version: Int) async throws(ServiceFailure) -> GuidelineReply {
        guard let former, former.version.version == version else {
            throw Sample.problem(.unknownGuidelines(version: "\(version)"))
        }
        return former
    }

    func readGuidelines(version: Int) async throws(ServiceFailure) {
        calls.append(.readGuidelines(version))
        news = nil
    }

    func ownFigures() async throws(ServiceFailure) -> OwnFigures { Sample.ownFigures }

    func undo(reviewID: String) async throws(ServiceFailure) -> UndoReply {
        calls.append(.undo(reviewID))
        if let undoFailure { throw undoFailure }
        let lease = answered.removeValue(forKey: reviewID)
        if let lease { given[lease.lease] = lease }
        return UndoReply(reviewID: reviewID, lease: lease)
    }
}
