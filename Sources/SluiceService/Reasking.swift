import SluiceDomain
import SluicePostgres
import SluiceStore

/// What asking anew changed.
public struct Reasked: Sendable, Hashable {
    /// The policy whose number of reviewers and rule of consensus now hold.
    public let policyVersion: Int
    /// Items that came with another policy and are asked about by this one now.
    public fileprivate(set) var reasked = 0
    /// Items that came with another policy and keep it: somebody has them or has answered them, or
    /// the model has decided them.
    public fileprivate(set) var left = 0
}

/// Has what waits follow the policy in force.
///
/// A policy says how many are asked about what comes from then on; what waits keeps what it came with.
/// This gives waiting items that nobody has begun the number of reviewers, and the rule that settles
/// them, of the policy in force. Routes, ranks and blindness stay as they are.
public struct Reasking: Sendable {
    /// How many rows of the queue one transaction looks at.
    static let page = 1_000

    private let pool: ConnectionPool

    /// Works through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Goes through the review queue once.
    ///
    /// Reviewers may go on meanwhile. When it is cut off, what was done stays, and doing it again does
    /// the rest. An entry of the audit log says how many there were, if there were any.
    public func reask(
        _ project: ProjectContext, reason: String = "", by caller: Caller
    ) async throws -> Reasked {
        var total = Reasked(policyVersion: project.policyVersion)
        var left: Set<Int64> = []
        var place: ClaimFloor? = .head
        while let from = place {
            let step = try await pool.transaction { session in
                try Self.step(Store(session), project, after: from)
            }
            total.reasked += step.reasked
            left.formUnion(step.left)
            place = step.next
        }
        total.left = left.count
        let done = total
        guard done.reasked > 0 else { return done }
        _ = try await pool.transaction { session in
            try Store(session).appendAuditEntry(
                .queueReasked, reason: reason, before: nil, after: AuditFacts.reasked(done),
                project: project.id, by: caller.actor)
        }
        return done
    }

    private static func step(
        _ store: Store, _ project: ProjectContext, after place: ClaimFloor
    ) throws(PostgresError) -> (reasked: Int, left: Set<Int64>, next: ClaimFloor?) {
        let rows = try store.waitingTasks(
            project: project.id, policyVersion: project.policyVersion, after: place, limit: page)
        let others = Dictionary(
            rows.filter(\.isOther).map { ($0.place.item, $0) }, uniquingKeysWith: { one, _ in one })
        let locked =
            others.isEmpty
            ? [] : try store.lockWaitingTasks(others.keys.sorted(), project: project.id)
        var columns = TaskColumns()
        for (key, awaits) in locked where !awaits {
            // Routed anew since it was read: the policy in force did that.
            guard let task = others[key.item], task.modelVersionID == key.modelVersion else {
                continue
            }
            columns.append(task, project.policy)
        }
        try store.requeueTasks(
            columns, project: project.id, policyVersion: project.policyVersion)
        let left = Set(others.keys).subtracting(locked.map(\.key.item))
        return (columns.items.count, left, rows.count == page ? rows.last?.place : nil)
    }
}

extension TaskColumns {
    /// A waiting task with the number of reviewers that `policy` asks for.
    fileprivate mutating func append(_ task: WaitingTask, _ policy: Policy) {
        let effect = task.rule.flatMap { policy.rules.rule(named: $0) }?.then
        let reviewers = effect?.reviewers ?? policy.reviewers
        items.append(task.place.item)
        modelVersions.append(task.modelVersionID)
        asked.append(Int16(reviewers))
        rankOffsets.append(task.offsetMicroseconds)
        areBlind.append(task.isBlind)
        // An audit is decided by the model and is none of these.
        areAudits.append(false)
        slotDelays.append(
            Int32(
                PriorityKey.slotDelaySeconds(
                    asked: reviewers, slaSeconds: effect?.slaSeconds ?? policy.slaSeconds,
                    offsetMicroseconds: task.offsetMicroseconds)))
    }
}
