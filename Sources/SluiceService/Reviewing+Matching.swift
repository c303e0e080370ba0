import SluiceDomain
import SluicePostgres
import SluiceStore

extension Reviewing {
    /// How many waiting tasks one statement of a filtered look reads: some 10 ms of work.
    static let matchingStep = 2_000

    /// Leases up to `count` tasks that match, best first.
    ///
    /// The queue is read in steps of `matchingStep` tasks, each a transaction of its own, until
    /// `count` have been found, the queue ends, or `matchingLimit` is over; the next call goes on
    /// from there. So none in reply means that there is nothing now or that the look goes on, never
    /// that a match was passed over for good.
    ///
    /// - Parameter filter: its labels by their ids.
    func leaseMatching(
        _ filter: LeaseFilter, _ count: Int, queue: Queue, project: ProjectContext,
        by caller: Caller
    ) async throws -> [GivenLease] {
        let key = MatchingFloors.Key(
            claim: ClaimFloors.Key(project: project.id, queue: queue, actor: caller.actor),
            filter: filter)
        let look = MatchingLook(filter: filter, queue: queue, project: project, caller: caller)
        let began = ContinuousClock.now
        var given: [GivenLease] = []
        var (floor, probesHead) = matchingFloors.start(key, now: began)
        if probesHead {
            given += try await take(look, count, from: .head).leases
        }
        while given.count < count, began.duration(to: .now) < matchingLimit {
            let stepBegan = ContinuousClock.now
            let step = try await take(look, count - given.count, from: floor)
            given += step.leases
            floor = step.next ?? floor
            matchingFloors.advance(key, to: floor, cost: stepBegan.duration(to: .now))
            if step.isLast {
                guard given.isEmpty, matchingFloors.restart(key, now: .now) else { break }
                floor = .head
            }
        }
        return given
    }

    /// One step of a filtered look.
    private func take(
        _ look: MatchingLook, _ count: Int, from floor: ClaimFloor
    ) async throws -> MatchingStep {
        let project = look.project
        let tokens = (0..<count).map { _ in Int64.random(in: .min ... .max) }
        let end = try await pool.statement { session in
            try Store(session).readyAfter(
                floor, count: Self.matchingStep, project: project.id, queue: look.queue)
        }
        let tasks = try await pool.statement { session in
            try Store(session).claimMatchingTasks(
                look.filter, project: project.id, queue: look.queue, actor: look.caller.actor,
                tokens: tokens, leaseSeconds: project.policy.leaseSeconds, floor: floor,
                end: end ?? .end)
        }
        var leases: [GivenLease] = []
        for task in tasks {
            let content = try await pool.statement { session in
                try Store(session).reviewContent(
                    project: project.id, item: task.item, modelVersionID: task.modelVersionID)
            }
            guard let content else { continue }
            leases.append(
                lease(
                    of: task.item, modelVersionID: task.modelVersionID, token: task.token,
                    expiresAt: task.expiresAt, queue: look.queue, isBlind: task.isBlind,
                    content: content, project: project, by: look.caller))
        }
        if tasks.count == count, let last = tasks.last {
            return MatchingStep(
                leases: leases, next: ClaimFloor(rank: last.rank, item: last.item), isLast: false)
        }
        return MatchingStep(leases: leases, next: end, isLast: end == nil)
    }

    /// The latest reviews of the caller that stand, newest first.
    ///
    /// - Parameter limit: at least 1.
    public func ownReviews(
        _ limit: Int, project: ProjectContext, by caller: Caller
    ) async throws -> [OwnReview] {
        try await pool.statement { session in
            try Store(session).ownReviews(
                project: project.id, actor: caller.actor, limit: limit,
                goldIsTold: project.policy.gold.givesFeedback)
        }
    }

    /// The most reviews whose items are given with them.
    public static let maximumContents = 50
    /// The largest payload that is given with a review, in bytes as it is stored.
    static let maximumContentBytes = 65_536

    /// What the caller saw of the items of the first reviews, by review; without large payloads, and
    /// without the items of adjudications, which come with what others said.
    public func contents(
        of reviews: [OwnReview], project: ProjectContext, by caller: Caller
    ) async throws -> [ExactText: ReviewedContent] {
        let ids = reviews.prefix(Self.maximumContents).filter { $0.queue == .review }.map(\.id)
        let contents = try await pool.statement { session in
            try Store(session).reviewedContents(
                of: ids, project: project.id, actor: caller.actor,
                payloadBytes: Self.maximumContentBytes)
        }
        return Dictionary(
            contents.map { (ExactText($0.reviewID), $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What a filtered look looks for, where, and for whom.
private struct MatchingLook: Sendable {
    let filter: LeaseFilter
    let queue: Queue
    let project: ProjectContext
    let caller: Caller
}

/// What one step of a filtered look brought.
private struct MatchingStep: Sendable {
    let leases: [GivenLease]
    /// Where the next step begins; nil when it begins where this one did.
    let next: ClaimFloor?
    /// Whether the queue has ended.
    let isLast: Bool
}

extension ClaimFloor {
    /// Behind every queue.
    fileprivate static let end = ClaimFloor(rank: .max, item: .max)
}
