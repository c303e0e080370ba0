import SluiceAPI
import SluiceDomain

@testable import SluiceDesk

/// The calls of a sitting: what the service makes of them, and what a cut link does.
extension SimulatedSitting {
    /// The service takes a call and answers it; a reply that meets a cut is lost.
    mutating func reply(to effect: Effect, _ from: Int) {
        let message: Message
        switch effect {
        case .loadProject: message = .projectLoaded(.success(Sample.project(dwell: plan.dwell)))
        case .loadQueue:
            message = .queueLoaded(
                .success(QueueReply(waiting: 9, leased: 1, oldestWaitingSeconds: nil)))
        case .loadHistory: message = .historyLoaded(.success(ReviewList(reviews: [])))
        case .lease(let count): message = .leased(.success(service.lease(count: count)))
        case .renew(let lease): message = .renewed(lease: lease, service.renew(lease))
        case .release(let lease):
            service.release(lease)
            message = .released(lease: lease)
        case .submit(let lease, let answer):
            message = .submitted(
                reviewID: answer.reviewID, service.review(lease, answer))
        case .undo(let reviewID):
            message = .undone(reviewID: reviewID, service.undo(reviewID))
        default: return
        }
        if plan.hasCuts, random.below(40) == 0 { return fail(effect, from) }
        schedule(.atDesk(message, session: from), after: plan.link)
    }

    /// A call brings no answer.
    mutating func fail(_ effect: Effect, _ from: Int) {
        let failure = ServiceFailure.unreachable(reason: "cut")
        let message: Message
        switch effect {
        case .loadProject: message = .projectLoaded(.failure(failure))
        case .loadQueue: message = .queueLoaded(.failure(failure))
        case .loadHistory: message = .historyLoaded(.failure(failure))
        case .lease: message = .leased(.failure(failure))
        case .renew(let lease): message = .renewed(lease: lease, .failure(failure))
        case .release(let lease): message = .released(lease: lease)
        case .submit(_, let answer):
            message = .submitted(reviewID: answer.reviewID, .failure(failure))
        case .undo(let reviewID): message = .undone(reviewID: reviewID, .failure(failure))
        default: return
        }
        schedule(.atDesk(message, session: from), after: .milliseconds(50 + random.below(500)))
    }
}
