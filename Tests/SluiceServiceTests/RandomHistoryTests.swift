import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// What must hold of every project, whatever happened to it.
@Suite("A hundred random histories")
struct RandomHistoryTests {
    private static let seeds = 100
    private static let steps = 14
    /// How many are lived through at once.
    private static let lanes = 2

    @Test(
        "what-if under the policy in force is the report, every route is recomputed, rollups are right"
    )
    func hundred() async throws {
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    for seed in stride(from: lane, to: Self.seeds, by: Self.lanes) {
                        try await Self.live(seed: seed, tally)
                    }
                }
            }
            try await group.waitForAll()
        }
        // Nothing of it was left out by chance.
        let events = await tally.events
        for event in [
            "sent accepted", "sent queued", "sent audited", "sent waiting", "sent shadowed",
            "sent again accepted", "sent again queued", "sent again shadowed", "refused",
            "repeated",
            "rollout", "waits ended", "answered", "taken back", "reopened", "reopened together",
            "restored together", "label added", "label added under an earlier name",
            "label restored", "label renamed", "label retitled", "label rekeyed", "label retired",
            "label merged", "labels listed", "list refused", "label change refused",
            "answered with a retired label",
            "retired label queued", "retired label shadowed", "retired label waiting",
            "retired label after a wait", "label merged since",
            "lifted", "alarm: assist", "alarm: hold", "alarm: raise", "alarm: previous",
            "alarm: notify",
        ] {
            #expect(events[event, default: 0] > 0, "\(event) of \(events)")
        }
        print(
            events.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
                separator: ", "))
    }

    /// How often each thing happened, in all histories.
    private actor Tally {
        private(set) var events: [String: Int] = [:]
        func add(_ more: [String: Int]) { events.merge(more, uniquingKeysWith: +) }
    }

    private static func live(seed: Int, _ tally: Tally) async throws {
        try await TestService.run(labels: RandomHistory.labels) { service in
            var history = RandomHistory(service, seed: UInt64(seed))
            try await history.run(steps: steps)
            let project = try await service.project()
            try await compareWhatIf(service, project, seed)
            let routes = try await recompute(service, project, seed)
            let differences = try await service.rollups.check(project: project.id)
            #expect(differences.isEmpty, "rollups of seed \(seed): \(differences)")
            try await service.rollups.fold(project: project.id)
            try await compareWhatIf(service, project, seed)
            #expect(try await service.rollups.check(project: project.id).isEmpty, "seed \(seed)")
            try await QueueInvariant.check(service)
            await tally.add(history.happened)
            await tally.add(routes)
        }
    }

    /// The figures of both that are counts of routes, of what came under the policy in force.
    private static func compareWhatIf(
        _ service: TestService, _ project: ProjectContext, _ seed: Int
    ) async throws {
        let since = try await service.pool.withSession { session in
            try Store(session).lastPolicyActivation(of: project.id)?.activatedAt
        }
        var question = WhatIfQuestion()
        question.from = since
        let report = try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: project, from: since, to: nil))
        let whatIf = try JSONValue(
            parsing: try await WhatIf(pool: service.pool, pageRows: 100).json(
                question, project: project))
        let metrics = try #require(report["metrics"])
        let inForce = try #require(whatIf["candidates"]?[0])
        let accepted = try #require(inForce["accepted"]?.int)
        let audited = try #require(inForce["audited"]?.int)
        let queued = try #require(inForce["queued"]?.int)
        let waiting = try #require(whatIf["items_waiting"]?.int)
        let items = try #require(whatIf["items"]?.int)
        #expect(items == metrics["received"]?["value"]?.int, "seed \(seed)")
        #expect(accepted + queued + waiting == items, "seed \(seed)")
        #expect(inForce["automation_rate"] == metrics["automation_rate"], "seed \(seed)")
        #expect(
            metrics["deferral_rate"]?["value"]?.double.map { ($0 * Double(items)).rounded() }
                == Double(queued + waiting), "seed \(seed)")
        if accepted > 0 {
            #expect(
                metrics["audit_rate"]?["value"]?.double == Double(audited) / Double(accepted),
                "seed \(seed)")
        }
    }

    /// Every route on record, under the policy and the rollout it names.
    ///
    /// - Returns: how many of them are of labels that changed.
    private static func recompute(
        _ service: TestService, _ project: ProjectContext, _ seed: Int
    ) async throws -> [String: Int] {
        var changed: [String: Int] = [:]
        let (routes, rollouts, policies, secret) = try await service.pool.withSession { session in
            let store = Store(session)
            return (
                try store.recordedRoutes(project: project.id, after: .min, items: 10_000),
                try store.rollouts(of: project.id).reduce(into: [Int: Rollout]()) {
                    $0[$1.revision] = try $1.document.map {
                        try Rollout(document: JSONValue(parsing: $0))
                    }
                },
                try store.policies(of: project.id).reduce(into: [Int: Policy]()) {
                    $0[$1.version] = try Policy(
                        document: JSONValue(parsing: $1.document), labels: project.labels)
                }, try store.saltSecret(project: project.id, purpose: .routing, id: 1)
            )
        }
        let salt = try #require(secret)
        for route in routes {
            let facts = route.facts
            let rollout = route.rolloutRevision.flatMap { rollouts[$0] }
            let policy = try #require(policies[facts.policyVersion])
            let routing = try #require(
                try route.routing(under: policy, rollout: rollout, salt: salt))
            let isSame =
                routing.route.rawValue == facts.route && routing.reason.rawValue == facts.reason
                && routing.propensity == facts.propensity && routing.stratum == facts.stratum
                && routing.isBlind == facts.isBlind
                && routing.rule.map(ExactText.init) == facts.rule.map(ExactText.init)
                && routing.wouldBe?.rawValue == facts.wouldBe
            #expect(isSame, "seed \(seed): \(facts) was \(routing)")
            if facts.isLabelRetired {
                changed[
                    "retired label \(route.hadWaited ? "after a wait" : facts.route)", default: 0] +=
                    1
            } else if let label = facts.label, project.labels.isAsMade == false,
                ExactText(project.labels.current(label)) != ExactText(label)
            {
                changed["label merged since", default: 0] += 1
            }
        }
        return changed
    }
}
