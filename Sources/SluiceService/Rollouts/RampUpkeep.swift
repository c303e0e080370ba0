import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Advances ramps whose time has come while their guard consents, and takes those back whose guard
/// raises the alarm.
///
/// Any number of instances may run it: a ramp is looked at by one at a time, and a step is taken
/// once. What people do meanwhile wins.
public struct RampUpkeep: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let judge: any RolloutGuard
    private let logger: Logger

    /// Works through `pool` and asks `judge`.
    public init(
        pool: ConnectionPool, directory: ProjectDirectory, judge: any RolloutGuard, logger: Logger
    ) {
        self.pool = pool
        self.directory = directory
        self.judge = judge
        self.logger = logger
    }

    /// Looks at every ramp each second until the task is cancelled; less often when looking takes
    /// long, so that it never takes more than a tenth of the time.
    public func run() async {
        await Rounds(
            pause: .seconds(1), restFactor: 9, complaint: "the ramps wait", logger: logger
        ).run { try await step() }
    }

    /// Looks at every ramp once.
    ///
    /// - Returns: what was changed, by project.
    @discardableResult
    public func step() async throws -> [(project: String, decision: RampDecision)] {
        let projects = try await pool.withSession { session in
            try Store(session).projectsOnRamp()
        }
        let changed = await ProjectSteps(complaint: "a ramp waits", logger: logger)
            .take(projects, in: \.name) { project, name in
                let decision = try await pool.transaction { [judge] session in
                    try Self.step(project.id, name, judge, Store(session))
                }
                guard let decision else { return nil as RampDecision? }
                await directory.forget(name)
                logger.notice(
                    "a ramp was changed",
                    metadata: ["project": "\(name.text)", "reason": "\(decision.reason)"])
                return decision
            }
        return changed.map { (project: $0.project, decision: $0.done) }
    }

    /// Whether an alarm keeps the candidate from deciding.
    private static func isHeldBack(
        _ rollout: Rollout, _ name: ProjectName, _ store: Store
    ) throws -> Bool {
        guard let record = try store.project(named: name) else { return false }
        let policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        return policy.fallbacks.contains { $0.version == nil || $0.version == rollout.candidate }
    }

    /// - Returns: nil when nothing was changed.
    private static func step(
        _ project: Int64, _ name: ProjectName, _ judge: any RolloutGuard, _ store: Store
    ) throws -> RampDecision? {
        guard let claimed = try store.claimRollout(project: project),
            let document = claimed.document
        else { return nil }
        let rollout = try Rollout(document: JSONValue(parsing: document))
        guard rollout.mode == .ramp else { return nil }
        let decision = try RampDecision(
            rollout, judgement: judge.judge(rollout, project: project, store),
            now: store.currentTime())
        let next: Rollout
        let action: AuditAction
        switch decision {
        case .hold: return nil
        case .advance(let after, _):
            // Its predictions are people's for now: it gets no more of them.
            guard try !isHeldBack(rollout, name, store) else { return nil }
            next = after
            action = after.mode == .serving ? .rolloutSwitched : .rolloutAdvanced
        case .rollBack(let after, _):
            next = after
            action = .rolloutRolledBack
        }
        // Only now: judging may take long, and a person who rolls back must not wait for it.
        try store.lockProject(project)
        let inForce = try store.rolloutInForce(project: project)
        guard inForce?.revision == claimed.revision else { return nil }
        let service = Caller(
            actor: try store.ensureActor(Store.serviceActor), name: Store.serviceActor,
            role: .admin, project: nil)
        _ = try store.changeRollout(
            from: inForce, to: next, action, reason: decision.reason, project: project,
            name: name, by: service)
        return decision
    }
}
