import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore

/// Ends the waits for versions that stay silent, and judges all of them again when the rollout changes.
///
/// Each wait is settled by one transaction of one instance, by the policy and the rollout in force
/// then: what an instance does not know to be in force it leaves to one that does.
public struct Waits: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let logger: Logger

    /// How many waits one transaction settles at most.
    static let batch = 500

    /// Works through `pool` on the projects of `directory`.
    public init(pool: ConnectionPool, directory: ProjectDirectory, logger: Logger) {
        self.pool = pool
        self.directory = directory
        self.logger = logger
    }

    /// Settles what is due every second until the task is cancelled.
    public func run() async {
        await Rounds(
            pause: .seconds(1), complaint: "waits for versions are not settled", logger: logger
        ).run { try await settle() }
    }

    /// Settles every wait that is over or whose version decides now.
    ///
    /// - Returns: how many items got a route.
    @discardableResult
    public func settle() async throws -> Int {
        let names = try await pool.withSession { session in try Store(session).projectsAwaiting() }
        var routed = 0
        for name in names {
            let project = try await directory.context(name)
            var unanswered = 0
            while true {
                let taken = try await pool.transaction { session in
                    try WaitStep(store: Store(session), project: project).take(limit: Self.batch)
                }
                routed += taken.ended
                unanswered += taken.unanswered
                if taken.looked < Self.batch { break }
            }
            if unanswered > 0 { try await note(unanswered, of: project) }
        }
        return routed
    }

    /// Raises the alarm when the serving version has let too many items wait in vain.
    private func note(_ unanswered: Int, of project: ProjectContext) async throws {
        let outcome = try await pool.transaction { session in
            try SilenceStep(store: Store(session), project: project).note(unanswered)
        }
        guard let outcome else { return }
        await directory.forget(project.name)
        logger.warning(
            "a version has fallen silent",
            metadata: ["project": "\(project.name.text)", "done": "\(outcome.reason)"])
    }
}

/// Settles some waits, in the transaction of its store.
private struct WaitStep {
    let store: Store
    let project: ProjectContext

    /// - Returns: how many waits were looked at, how many ended, and how many of those because the
    ///   serving version did not answer in time.
    func take(limit: Int) throws -> (looked: Int, ended: Int, unanswered: Int) {
        let basis = project.routingBasis
        let waits = try store.takeWaits(basis, limit: limit)
        var columns = PredictionColumns()
        var tasks = TaskColumns()
        var decisions = ModelDecisionColumns()
        var kept: [Int64] = []
        var unanswered = 0
        for wait in waits {
            guard wait.isDue || decides(wait) else {
                kept.append(wait.key.item)
                continue
            }
            if wait.isDue, awaitsServing(wait) { unanswered += 1 }
            var facts = wait.facts
            // What became another label, too: what the model said was not what it is now.
            if let label = facts.label, project.labels.label(id: label)?.status != .active {
                facts.isLabelRetired = true
            }
            // Without a payload the rules cannot be asked: a person decides.
            let routing =
                try facts.routing(
                    under: project.policy, rollout: project.rollout, item: .unanswered,
                    salt: project.routingSalt.secret, calibrated: calibrated(wait))
                ?? project.policy.routeToPeople(.noAnswerInTime)
            columns.append(wait.key, routing)
            tasks.append(wait.key, routing)
            if routing.isModelsDecision, let label = wait.facts.label {
                decisions.items.append(wait.key.item)
                decisions.modelVersions.append(wait.key.modelVersion)
                decisions.labels.append(label)
            }
        }
        try store.routeAwaited(columns, basis)
        try store.endWaits(tasks, project: project.id, policyVersion: project.policyVersion)
        try store.insertModelDecisions(decisions, project: project.id)
        if let revision = project.rolloutRevision {
            try store.keepWaits(kept, project: project.id, rolloutRevision: revision)
        }
        return (looked: waits.count, ended: columns.items.count, unanswered: unanswered)
    }

    /// How often such predictions are right; nil without a map of the version.
    private func calibrated(_ wait: WaitRecord) -> Double? {
        project.calibration.probability(
            of: wait.facts.confidence.flatMap(Confidence.init),
            modelVersion: wait.key.modelVersion)
    }

    /// Whether the version that waits is the one that decides, by the rollout in force.
    private func decides(_ wait: WaitRecord) -> Bool {
        guard let rollout = project.rollout else { return true }
        return rollout.standing(of: version(wait), draw: draw(wait, rollout)) == .decides
    }

    /// Whether the other version's prediction waits for the serving one.
    private func awaitsServing(_ wait: WaitRecord) -> Bool {
        guard let rollout = project.rollout else { return false }
        let draw = draw(wait, rollout)
        return rollout.standing(of: version(wait), draw: draw) == .awaitsOther
            && rollout.decider(draw: draw) == rollout.serving
    }

    private func version(_ wait: WaitRecord) -> ModelVersion {
        ModelVersion(
            model: ExactText(wait.facts.model), version: ExactText(wait.facts.modelVersion))
    }

    private func draw(_ wait: WaitRecord, _ rollout: Rollout) -> Double {
        rollout.drawsSides
            ? RoutingDraws.side(
                salt: project.routingSalt.secret, externalID: wait.facts.externalID.utf8) : 0
    }
}

extension ProjectContext {
    /// What routes are decided by now.
    var routingBasis: RoutingBasis {
        RoutingBasis(
            project: id, policyVersion: policyVersion, rolloutRevision: rolloutRevision,
            saltID: routingSalt.id)
    }
}

extension PredictionColumns {
    /// The route of a stored prediction; the columns of what was sent stay empty.
    fileprivate mutating func append(_ key: PredictionKey, _ routing: Routing) {
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        propensities.append(routing.propensity)
        strata.append(optional: routing.stratum)
        areBlind.append(routing.isBlind)
        routes.append(routing.route.rawValue)
        reasons.append(routing.reason.rawValue)
        rules.append(optional: routing.rule)
        wouldBe.append(optional: routing.wouldBe?.rawValue)
    }
}
