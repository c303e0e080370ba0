import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// A lease as the service gives it.
public struct GivenLease: Sendable {
    /// The opaque id.
    public let id: String
    /// When it expires, by the database's clock.
    public let expiresAt: Timestamp
    /// Which queue it is from.
    public let queue: Queue
    /// Whether the prediction is withheld.
    public let isBlind: Bool
    /// The item and the prediction.
    public let content: ReviewContent
    /// What the reviewers before said; nil but for an adjudicator.
    public internal(set) var adjudication: GivenAdjudication?
    let item: Int64
}

/// What became of an answer.
public struct AnswerResult: Sendable {
    /// The item's external id.
    public let externalID: String
    /// `counted`, `late`, `skipped`, or `surplus`: kept, but others had decided.
    public let status: String
    /// When it was recorded.
    public let reviewedAt: Timestamp
    /// Whether the same answer had been recorded before.
    public let isDuplicate: Bool
    /// The item's decision by people, when there is one now.
    public let decision: DecidedLabel?
    /// What the reviewer is told of a gold item; nil for any other, and where nothing is told.
    public var gold: GoldAnswer?
}

/// A decision by people.
public struct DecidedLabel: Sendable, Hashable {
    /// The label; nil when the input was called unusable.
    public let label: String?
    /// Who decided.
    public let source: String
    /// How it relates to the prediction.
    public let outcome: String
}

extension DecidedLabel {
    /// What one reviewer's answer decides by itself.
    init(bySole verdict: Verdict, outcome: String) {
        self.init(
            label: verdict.labelName, source: DecisionSource.reviewer.rawValue, outcome: outcome)
    }
}

/// Leases tasks, takes answers, takes them back.
public struct Reviewing: Sendable {
    let pool: ConnectionPool
    let floors = ClaimFloors()
    let matchingFloors = MatchingFloors()
    let batches: ReviewBatches

    /// How long one filtered look may take.
    let matchingLimit: Duration

    /// Works through `pool`.
    ///
    /// - Parameters:
    ///   - lanes: how many batches of claims, and of answers, are under way at once in a project; what
    ///     arrives meanwhile shares the next one's commit.
    ///   - matchingLimit: how long a look with a filter takes at most; the next one goes on from
    ///     there.
    public init(
        pool: ConnectionPool, lanes: Int = 1, matchingLimit: Duration = .seconds(2)
    ) {
        self.pool = pool
        self.matchingLimit = matchingLimit
        batches = ReviewBatches(pool: pool, lanes: lanes)
    }

    /// Tasks were put in a project's queue: the next claim looks for them, where it would have
    /// believed that there are none.
    ///
    /// A hint. Claims find tasks that nobody announces, too, within two seconds.
    public func tasksArrived(in project: Int64) { floors.tasksArrived(in: project) }

    /// Leases up to `count` tasks, best first; see `lease`.
    func leaseTasks(
        _ count: Int, queue: Queue, only filter: LeaseFilter, project: ProjectContext,
        by caller: Caller
    ) async throws -> [GivenLease] {
        if !filter.isEmpty {
            let given = try await leaseMatching(
                filter, count, queue: queue, project: project, by: caller)
            return try await withAnswers(given, project: project)
        }
        let key = ClaimFloors.Key(project: project.id, queue: queue, actor: caller.actor)
        let seconds = project.policy.leaseSeconds
        var given: [GivenLease] = []
        let arrivals = floors.arrivals(of: project.id)
        for look in floors.looks(for: key, now: .now) where given.count < count {
            let missing = count - given.count
            let tokens = (0..<missing).map { _ in Int64.random(in: .min ... .max) }
            let tasks = try await batches.claim(
                TaskClaim(
                    actor: caller.actor, tokens: tokens, floor: look.floor, scan: look.scan),
                queue: queue, leaseSeconds: seconds, project: project.id)
            if look.scan == nil, let last = tasks.last, let rank = last.rank {
                floors.remember(
                    ClaimFloor(rank: rank, item: last.item), for: key, now: .now)
            }
            if look == .walk, tasks.isEmpty {
                floors.walkedInVain(key, arrivals: arrivals, now: .now)
            }
            given += tasks.map { task in
                lease(
                    of: task.item, modelVersionID: task.modelVersionID, token: task.token,
                    expiresAt: task.expiresAt, queue: queue, isBlind: task.isBlind,
                    content: task.content, project: project, by: caller)
            }
        }
        return queue == .review ? given : try await withAnswers(given, project: project)
    }

    func lease(
        of item: Int64, modelVersionID: Int64, token: Int64, expiresAt: Timestamp, queue: Queue,
        isBlind: Bool, content: ReviewContent, project: ProjectContext, by caller: Caller
    ) -> GivenLease {
        // An adjudicator settles a disagreement and sees everything there is. Where there is no
        // prediction, none is shown and none withheld.
        // A label that nobody can give any more is not suggested to anybody.
        let isGivable = content.prediction.map { project.labels.isGivable($0.label) } ?? true
        let isBlind =
            (isBlind || !isGivable) && queue == .review && content.prediction != nil
        let ticket = LeaseTicket(
            item: item, modelVersionID: modelVersionID, token: token, queue: queue,
            isShown: !isBlind && content.prediction != nil)
        return GivenLease(
            id: ticket.id(project: project.id, actor: caller.actor, key: project.leaseKey),
            expiresAt: expiresAt, queue: queue, isBlind: isBlind, content: content, item: item)
    }

    private func ticket(
        _ id: String, project: ProjectContext, by caller: Caller
    ) throws(ReviewError) -> LeaseTicket {
        guard
            let ticket = LeaseTicket(
                id: id, project: project.id, actor: caller.actor, key: project.leaseKey)
        else { throw .unknownLease }
        return ticket
    }

    /// Makes a lease last from now.
    ///
    /// - Returns: when it expires now.
    /// - Throws: `unknownLease`; `leaseLost` when it is gone.
    public func renew(
        _ id: String, project: ProjectContext, by caller: Caller
    ) async throws -> Timestamp {
        let ticket = try ticket(id, project: project, by: caller)
        let expiresAt =
            ticket.isGold
            ? try await renewGold(ticket, project: project, by: caller)
            : try await pool.withSession { session in
                try Store(session).renewLease(
                    project: project.id, item: ticket.item, actor: caller.actor,
                    token: ticket.token, leaseSeconds: project.policy.leaseSeconds)
            }
        guard let expiresAt else { throw ReviewError.leaseLost(decided: false) }
        return expiresAt
    }

    /// Gives a task back; giving it back again changes nothing.
    public func release(
        _ id: String, project: ProjectContext, by caller: Caller
    ) async throws {
        let ticket = try ticket(id, project: project, by: caller)
        let isReleased =
            ticket.isGold
            ? try await releaseGold(ticket, project: project, by: caller)
            : try await pool.withSession { session in
                try Store(session).releaseLease(
                    project: project.id, item: ticket.item, actor: caller.actor,
                    token: ticket.token)
            }
        if isReleased {
            let key = ClaimFloors.Key(
                project: project.id, queue: ticket.queue, actor: caller.actor)
            floors.forget(key)
            matchingFloors.forget(key)
        }
    }

    /// Takes an answer, and decides the item when it was the last one needed.
    ///
    /// The answer, what follows from it and the decision are one transaction. An answer after
    /// expiry counts if a slot is free. One that comes when others have decided is kept, and the
    /// decision is theirs.
    ///
    /// - Throws: `unknownLease`, `leaseLost` (kept, not counted: somebody else has the slot), `leaseSuperseded`,
    ///   `alreadyReviewed`, `reviewConflict`, `unknownLabel`, `labelRetired`.
    public func answer(
        _ answer: Answer, lease id: String, project: ProjectContext, by caller: Caller
    ) async throws -> AnswerResult {
        let ticket = try ticket(id, project: project, by: caller)
        let verdict = try await verdict(of: answer, project: project, by: caller)
        if ticket.queue == .adjudication, answer.verdict == .escalate {
            throw ReviewError.invalidField(
                path: "verdict", found: "\"escalate\"",
                accepted: "label, skip, unusable: an adjudicator is where escalations end")
        }
        if ticket.queue == .review, let note = answer.guidelineNote {
            throw ReviewError.invalidField(
                path: "guideline_note", found: "\(note.utf8.count) bytes",
                accepted: "none: only an adjudicator's answer carries one")
        }
        let row = ReviewRow(
            id: answer.reviewID, item: ticket.item, actor: caller.actor, queue: ticket.queue,
            token: ticket.token, modelVersionID: ticket.modelVersionID, isShown: ticket.isShown,
            verdict: verdict, tags: answer.tags.isEmpty ? nil : Self.json(answer.tags),
            comment: answer.comment, seconds: answer.seconds)
        if ticket.isGold { return try await answerGold(row, project: project, by: caller) }
        if ticket.queue == .review, let outcomes = SoleOutcomes(of: verdict, in: project),
            let result = try await answerAlone(
                SoleReviewRow(row: row, outcomes: outcomes), project: project)
        {
            return result
        }
        return try await pool.transaction { session in
            try ReviewStep(store: Store(session), project: project).take(
                row, guidelineNote: answer.guidelineNote)
        }.result()
    }

    /// What was answered, its label by its id.
    ///
    /// - Throws: `unknownLabel`; `labelRetired`, unless the answer was recorded while it could be given.
    private func verdict(
        of answer: Answer, project: ProjectContext, by caller: Caller
    ) async throws -> Verdict {
        guard let name = answer.verdict.labelName,
            case .retired(let label) = project.labels.resolve(name)
        else { return try answer.verdict.mapLabel(project.labels.given) }
        let verdict = Verdict.label(label.id)
        let known = try await pool.statement { session in
            try Store(session).findReviews([answer.reviewID], project: project.id)
        }
        guard known.contains(where: { $0.actor == caller.actor && $0.verdict == verdict })
        else { throw ReviewError.labelRetired(label.name) }
        return verdict
    }

    /// Takes an answer that settles its item; nil when others are to answer, too, and nothing was done.
    private func answerAlone(
        _ review: SoleReviewRow, project: ProjectContext
    ) async throws -> AnswerResult? {
        let recorded = try await batches.answer(review, project: project.id)
        if recorded.review.status == .several { return nil }
        var step = ReviewStepResult(
            recorded: recorded.review, reviewID: review.row.id,
            decision: recorded.outcome.map {
                DecidedLabel(bySole: review.row.verdict, outcome: $0)
            })
        if step.decision == nil, recorded.review.isRepeated || recorded.review.status == .surplus {
            step.decision = try await pool.statement { session in
                try ReviewStep(store: Store(session), project: project).standing(
                    review.row, recorded.review)
            }
        }
        return try step.result()
    }

    private static func json(_ tags: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for tag in tags { writer.string(tag) }
        writer.endArray()
        return writer.bytes
    }

    /// Takes the caller's own review back; the task is theirs again under a new lease.
    ///
    /// Sent again it changes nothing and gives the lease the reviewer has on the task now. If that is
    /// gone, it gives a lapsed one: an answer under it counts while the task has a free slot, and an
    /// answer recorded before is confirmed.
    ///
    /// - Returns: the lease; nil when a gold item's lease is no more.
    /// - Throws: `unknownReview`, `undoTooLate`.
    public func undo(
        reviewID: String, project: ProjectContext, by caller: Caller
    ) async throws -> GivenLease? {
        let token = Int64.random(in: .min ... .max)
        let step = try await pool.transaction { session in
            try UndoStep(store: Store(session), project: project).take(
                reviewID: reviewID, actor: caller.actor, token: token)
        }
        switch step {
        case .gold: return try await undoGold(reviewID: reviewID, project: project, by: caller)
        case .refused(let error): throw error
        case .undone(let undone, let content, let held):
            let again = lease(
                of: undone.item, modelVersionID: undone.modelVersionID, token: held.token,
                expiresAt: held.expiresAt, queue: undone.queue,
                isBlind: !undone.isShown, content: content, project: project, by: caller)
            return try await withAnswers([again], project: project).first
        }
    }
}
