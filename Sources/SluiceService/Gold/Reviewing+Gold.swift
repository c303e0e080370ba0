import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// What a reviewer is told of a gold item, in projects that tell.
public struct GoldAnswer: Sendable, Hashable {
    /// Whether the answer was the known label.
    public let isCorrect: Bool
    /// The known label.
    public let label: String
    /// Why it is that one; nil when nobody said.
    public let note: String?
}

/// Gold items among the leases: they take the places of tasks, and look like them.
extension Reviewing {
    /// Leases up to `count` tasks, best first; none when there is nothing to do for this reviewer.
    ///
    /// Nobody else gets the same slot while the lease lives, and this reviewer never gets the same
    /// item again, unless by taking a review back. Where the policy says so, some leases are of gold
    /// items instead.
    ///
    /// - Parameter filter: which items; see `leaseMatching` for what a filtered look promises.
    /// - Throws: `projectArchived`; `reviewerPaused`; `unknownLabel` for a label of the filter that the project does not
    ///   have.
    public func lease(
        _ count: Int, queue: Queue, only filter: LeaseFilter = LeaseFilter(),
        project: ProjectContext, by caller: Caller
    ) async throws -> [GivenLease] {
        try project.requireActive()
        if project.record.paused.contains(caller.actor) { throw ReviewError.reviewerPaused }
        var filter = filter
        filter.labels = try filter.labels.flatMap(project.labels.soughtWithMerged)
        let leases = try await leaseTasks(
            count, queue: queue, only: filter, project: project, by: caller)
        guard project.policy.goldRate > 0, queue == .review, !leases.isEmpty else { return leases }
        return try await mixed(leases, only: filter, project: project, by: caller)
    }

    private func mixed(
        _ leases: [GivenLease], only filter: LeaseFilter, project: ProjectContext,
        by caller: Caller
    ) async throws -> [GivenLease] {
        let tasks = try leases.map { lease in
            let ticket = try goldTicket(lease.id, project: project, by: caller)
            return DisplaceableTask(
                item: ticket.item, token: ticket.token, form: lease.form,
                isHit: GoldDice.hit(
                    rate: project.policy.goldRate, key: project.leaseKey, actor: caller.actor,
                    count: ticket.token),
                goldToken: Int64.random(in: .min ... .max))
        }
        let given = try await pool.statement { session in
            try Store(session).mixGold(
                tasks, only: filter, project: project.id, actor: caller.actor)
        }
        var mixed = leases
        for (place, gold) in given { mixed[place] = lease(of: gold, project: project, by: caller) }
        return mixed
    }

    private func lease(
        of gold: GivenGold, project: ProjectContext, by caller: Caller
    ) -> GivenLease {
        let ticket = LeaseTicket(
            item: gold.item, modelVersionID: gold.modelVersionID, token: gold.token,
            queue: .review, isShown: gold.form == .shown, isGold: true)
        return GivenLease(
            id: ticket.id(project: project.id, actor: caller.actor, key: project.leaseKey),
            expiresAt: gold.expiresAt, queue: .review, isBlind: gold.form == .blind,
            content: gold.content, item: gold.item)
    }

    private func goldTicket(
        _ id: String, project: ProjectContext, by caller: Caller
    ) throws(ReviewError) -> LeaseTicket {
        guard
            let ticket = LeaseTicket(
                id: id, project: project.id, actor: caller.actor, key: project.leaseKey)
        else { throw .internalError }
        return ticket
    }

    /// Makes the lease of a gold item last from now; nil when it is gone.
    func renewGold(
        _ ticket: LeaseTicket, project: ProjectContext, by caller: Caller
    ) async throws -> Timestamp? {
        try await pool.withSession { session in
            try Store(session).renewGold(
                project: project.id, item: ticket.item, actor: caller.actor, token: ticket.token,
                leaseSeconds: project.policy.leaseSeconds)
        }
    }

    /// Gives a gold item back, with the task it displaced.
    func releaseGold(
        _ ticket: LeaseTicket, project: ProjectContext, by caller: Caller
    ) async throws -> Bool {
        try await pool.withSession { session in
            try Store(session).releaseGold(
                project: project.id, item: ticket.item, actor: caller.actor, token: ticket.token)
        }
    }

    /// Takes an answer to a gold item: it decides nothing, and may pause the reviewer.
    func answerGold(
        _ row: ReviewRow, project: ProjectContext, by caller: Caller
    ) async throws -> AnswerResult {
        let recorded = try await pool.transaction { session in
            let store = Store(session)
            let recorded = try store.answerGold(row, project: project.id)
            if recorded.status == .counted {
                try GoldGuard(store: store, project: project).check(caller.actor)
            }
            return recorded
        }
        // The task that the gold item displaced has its slot back, at the head of the queue.
        floors.forget(
            ClaimFloors.Key(project: project.id, queue: .review, actor: caller.actor))
        return try GoldReply(recorded, row.verdict, project).result(reviewID: row.id)
    }

    /// Takes an answer to a gold item back; where the answer was told, it is too late.
    func undoGold(
        reviewID: String, project: ProjectContext, by caller: Caller
    ) async throws -> GivenLease? {
        if project.policy.gold.givesFeedback {
            throw ReviewError.undoTooLate(reason: "you have been told the known label")
        }
        let gold = try await pool.transaction { session throws -> GivenGold? in
            let store = Store(session)
            let undone = try store.undoGold(
                project: project.id, id: reviewID, actor: caller.actor,
                token: Int64.random(in: .min ... .max), leaseSeconds: project.policy.leaseSeconds)
            switch undone {
            case .undone(let gold): return gold
            case .repeated(let item):
                return try store.goldLease(project: project.id, item: item, actor: caller.actor)
            case .unknown: throw ReviewError.unknownReview(id: reviewID)
            }
        }
        return gold.map { lease(of: $0, project: project, by: caller) }
    }
}

extension GivenLease {
    /// How the item is shown.
    fileprivate var form: LeaseForm {
        isBlind ? .blind : content.prediction == nil ? .bare : .shown
    }
}

/// Whether a gold item takes a task's place.
enum GoldDice {
    /// A keyed hash of reviewer and lease: secret, and not to be drawn again for the same lease.
    static func hit(rate: Double, key: [UInt8], actor: Int64, count: Int64) -> Bool {
        var bytes = Array("gold".utf8)
        for number in [actor, count] { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
        return KeyedHash.unit(salt: key, key: bytes) < rate
    }
}
