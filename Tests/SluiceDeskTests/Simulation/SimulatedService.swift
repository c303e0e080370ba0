import SluiceAPI
import SluiceDomain

@testable import SluiceDesk

/// A service that keeps the promises of the real one about leases, reviews and undos, in memory.
struct SimulatedService {
    /// A review as it was recorded.
    struct Review {
        let item: String
        let verdict: Verdict
        var isUndone = false
    }

    private var items = 0
    private var tokens = 0
    private var itemOfLease: [String: String] = [:]
    private var leaseOfItem: [String: String] = [:]
    private var released: [String] = []
    private(set) var reviews: [String: Review] = [:]
    /// Undos that were refused for good.
    private(set) var refusedUndos: Set<String> = []
    /// Every so manieth new undo is refused; none when 0.
    let refusesUndoEvery: Int
    private var undos = 0

    init(refusesUndoEvery: Int = 0) { self.refusesUndoEvery = refusesUndoEvery }

    /// What people said of each item, as it stands.
    var standing: [String: Verdict] {
        reviews.values.reduce(into: [:]) { standing, review in
            if !review.isUndone { standing[review.item] = review.verdict }
        }
    }

    /// Items with more than one review that stands.
    var doubled: [String] {
        let all = reviews.values.filter { !$0.isUndone }.map(\.item)
        return all.count == Set(all).count ? [] : all
    }

    mutating func lease(count: Int) -> LeaseReply {
        LeaseReply(
            leases: (0..<count).map { _ in
                if let item = released.popLast() { return give(item) }
                items += 1
                return give("item-\(items)")
            })
    }

    mutating func renew(_ lease: String) -> Result<RenewReply, ServiceFailure> {
        guard let item = itemOfLease[lease], leaseOfItem[item] == lease else {
            return .failure(Sample.problem(.leaseLost(decided: false)))
        }
        return .success(RenewReply(lease: lease, expiresAt: Sample.received))
    }

    mutating func release(_ lease: String) {
        guard let item = itemOfLease[lease], leaseOfItem[item] == lease else { return }
        leaseOfItem[item] = nil
        released.append(item)
    }

    mutating func review(_ lease: String, _ answer: Answer) -> Result<ReviewReply, ServiceFailure> {
        guard let item = itemOfLease[lease] else {
            return .failure(Sample.problem(.unknownLease))
        }
        if let old = reviews[answer.reviewID] {
            guard old.item == item, old.verdict == answer.verdict else {
                return .failure(Sample.problem(.reviewConflict(id: answer.reviewID)))
            }
            return .success(Sample.reply(answer.reviewID))
        }
        guard standing[item] == nil else {
            return .failure(Sample.problem(.alreadyReviewed))
        }
        guard leaseOfItem[item] == lease || leaseOfItem[item] == nil else {
            return .failure(Sample.problem(.leaseSuperseded))
        }
        leaseOfItem[item] = nil
        released.removeAll { $0 == item }
        reviews[answer.reviewID] = Review(item: item, verdict: answer.verdict)
        return .success(Sample.reply(answer.reviewID))
    }

    mutating func undo(_ reviewID: String) -> Result<UndoReply, ServiceFailure> {
        guard let review = reviews[reviewID] else {
            return .failure(Sample.problem(.unknownReview(id: reviewID)))
        }
        let tooLate = ServiceFailure.refused(Problem(.undoTooLate(reason: "it is settled")))
        if refusedUndos.contains(reviewID) { return .failure(tooLate) }
        if !review.isUndone {
            undos += 1
            if refusesUndoEvery > 0, undos % refusesUndoEvery == 0 {
                refusedUndos.insert(reviewID)
                return .failure(tooLate)
            }
            reviews[reviewID]?.isUndone = true
            return .success(UndoReply(reviewID: reviewID, lease: give(review.item)))
        }
        let held = leaseOfItem[review.item].map { named($0, review.item) }
        return .success(
            UndoReply(reviewID: reviewID, lease: held ?? lapsed(review.item)))
    }

    private mutating func give(_ item: String) -> Lease {
        let lease = lapsed(item)
        leaseOfItem[item] = lease.lease
        return lease
    }

    /// A lease that names the item and holds nothing.
    private mutating func lapsed(_ item: String) -> Lease {
        tokens += 1
        itemOfLease["lease-\(tokens)"] = item
        return named("lease-\(tokens)", item)
    }

    private func named(_ lease: String, _ item: String) -> Lease {
        var given = Sample.lease(item)
        given.lease = lease
        return given
    }
}
