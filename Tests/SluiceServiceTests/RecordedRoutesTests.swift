import Foundation
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// Every route on record, of every kind, is computed again from what is stored.
///
/// With `SLUICE_STORM=full` on 100,000 predictions, else on 7,000.
@Suite("Every route on record", .database)
struct RecordedRoutesTests {
    private static let isFull =
        ProcessInfo.processInfo.environment["SLUICE_STORM"] == "full"
    /// Batches of each phase below.
    private static let blocks = isFull ? 15 : 1

    private static let rules = """
        {"degree":"partial","accept":{"default":0.8,"labels":{"b":0.5,"c":1}},
         "automation_share":0.7,"audit_rate":0.1,"blind_share":0.3,
         "audits":{"strata":[{"labels":["b"],"rate":0.4},{"from":0.9,"below":0.95,"rate":0.3},
            {"labels":["a","c"],"from":0.99,"rate":0}]},
         "rules":[
            {"name":"large","when":{"payload.amount":{"above":90}},"then":{"route":"review","reviewers":2,"priority":"urgent"}},
            {"name":"known","when":{"metadata.factory":["F9"],"model_version":"1"},"then":{"route":"accept","audit_rate":0.5}},
            {"name":"lax","when":{"any":[{"missing":"payload.amount"},{"label":"c"}]},"then":{"accept":0.6,"blind_share":1}}]}
        """

    /// A thousand lines of `items` items each with the versions in turn.
    private static func lines(
        _ name: String, items: Int, versions: [String], block: Int
    ) -> [String] {
        versions.flatMap { version in
            (0..<items).map { number in
                let isOdd = number % 7 == 0
                return SentPrediction(
                    "\(name)-\(block)-ï\(number)", label: ["a", "b", "c"].randomElement() ?? "a",
                    confidence: Int.random(in: 0..<17) == 0
                        ? "null" : "\(Double.random(in: 0.4...1))",
                    version: version,
                    payload: number % 5 == 0 ? "{}" : #"{"amount":\#(number % 100)}"#,
                    more: isOdd ? #""metadata":{"factory":"F9"}"# : ""
                ).line
            }
        }
    }

    private static func fill(_ service: TestService) async throws {
        func send(_ name: String, items: Int, _ versions: [[String]]) async throws {
            for block in 0..<blocks {
                for versions in versions {
                    try await service.ingest(
                        lines: lines(name, items: items, versions: versions, block: block))
                }
            }
        }
        // No rollout: a later version routes anew what waits.
        try await service.setPolicy(rules)
        try await send("free", items: 500, [["1"], ["2"]])
        // A candidate in shadow, often first; half of its items are never answered.
        try await service.setRollout(#"{"serving":"demo/1","candidate":"demo/2","mode":"shadow"}"#)
        try await send("shadow", items: 250, [["2", "1"], ["1", "2"]])
        try await send("silent", items: 100, [["2"]])
        try await service.lapseWaits()
        try await service.waits.settle()
        // A canary at 5 %, and some that nobody answers for.
        try await service.setRollout(
            #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":0.05}"#)
        try await send("canary", items: 500, [["2"], ["1"]])
        try await send("fallback", items: 400, [["2"]])
        try await service.lapseWaits()
        try await service.waits.settle()
        // Another policy, a larger share, and waits that are judged by the next rollout.
        try await service.setPolicy(#"{"degree":"full","audit_rate":0.5}"#)
        try await service.setRollout(
            #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":0.25,"fallback":"review"}"#
        )
        try await send("grown", items: 500, [["1", "2"]])
        try await send("person", items: 250, [["2"]])
        try await service.lapseWaits()
        try await service.waits.settle()
        try await send("switched", items: 250, [["2"]])
        try await service.setRollout(#"{"serving":"demo/2","previous":"demo/1"}"#)
        try await service.waits.settle()
        // Versions that are late, and versions nobody has named.
        try await service.setPolicy(rules)
        try await send("late", items: 250, [["1", "2"], ["9"]])
        try await send("later", items: 250, [["2"], ["1"]])
        try await send("unnamed", items: 100, [["9"]])
        // The degree in which the would-be route is what a model would have done.
        try await service.setPolicy(
            #"{"degree":"shadow","accept":{"default":0.8},"audit_rate":0.2}"#)
        try await service.setRollout(#"{"serving":"demo/1","candidate":"demo/2","mode":"shadow"}"#)
        try await send("observed", items: 250, [["2", "1"]])
        // People only, and predictions that come later.
        try await service.setRollout(nil)
        try await service.waits.settle()
        // Labels go while predictions come and wait; what was said of them is kept.
        try await service.setPolicy(rules)
        try await send("kept", items: 100, [["2"]])
        try await service.change(.retire("c"))
        try await send("retired", items: 200, [["2"], ["1"]])
        try await service.change(.merge("b", into: "a"))
        try await send("merged", items: 200, [["1"]])
        try await service.lapseWaits()
        try await service.waits.settle()
        try await send("gone", items: 100, [["2"]])
        try await service.change(.add(Label(name: "c")))
        try await service.change(.add(Label(name: "b")))
        try await service.change(.rename("a", to: "alpha"))
        try await send("back", items: 200, [["1"]])
        try await service.lapseWaits()
        try await service.waits.settle()
        try await service.setPolicy(#"{"degree":"human_only"}"#)
        for block in 0..<blocks {
            try await service.ingest(
                lines: (0..<250).map { SentItem("bare-\(block)-\($0)", payload: "{}").line })
            try await service.ingest(
                (0..<125).map { SentPrediction("bare-\(block)-\($0)", payload: "{}") })
        }
    }

    @Test("rules, degrees, rollouts, waits and changes of route: each is recomputed exactly")
    func recompute() async throws {
        try await TestService.run { service in
            let began = ContinuousClock.now
            try await Self.fill(service)
            let filled = ContinuousClock.now
            let project = try await service.project()
            let (revisions, secret) = try await service.pool.withSession { session in
                let store = Store(session)
                return (
                    try store.rollouts(of: project.id),
                    try store.saltSecret(project: project.id, purpose: .routing, id: 1)
                )
            }
            let salt = try #require(secret)
            let stored = try await service.administration.policies(of: project)
            let policies = try stored.reduce(into: [Int: Policy]()) { policies, record in
                policies[record.version] = try Policy(
                    document: JSONValue(parsing: record.document), labels: project.labels)
            }
            let rollouts = try revisions.reduce(into: [Int: Rollout]()) { rollouts, record in
                rollouts[record.revision] = try record.document.map {
                    try Rollout(document: JSONValue(parsing: $0))
                }
            }
            var count = 0
            var different: [String] = []
            var seen: Set<String> = []
            var last = Int64.min
            while true {
                let after = last
                let page = try await service.pool.withSession { session in
                    try Store(session).recordedRoutes(
                        project: project.id, after: after, items: 2000)
                }
                guard let end = page.last?.facts.item else { break }
                last = end
                for route in page {
                    count += 1
                    let facts = route.facts
                    seen.insert("\(facts.route) \(facts.reason)")
                    let rollout = try route.rolloutRevision.map {
                        try #require(rollouts[$0])
                    }
                    let policy = try #require(policies[facts.policyVersion])
                    let routing = try #require(
                        try route.routing(under: policy, rollout: rollout, salt: salt))
                    let isSame =
                        routing.route.rawValue == facts.route
                        && routing.reason.rawValue == facts.reason
                        && routing.propensity == facts.propensity
                        && routing.stratum == facts.stratum
                        && routing.isBlind == facts.isBlind && routing.rule == facts.rule
                        && routing.wouldBe?.rawValue == facts.wouldBe && facts.saltID == 1
                    if !isSame { different.append("\(route) was \(routing)") }
                }
            }
            #expect(
                different.isEmpty, "\(different.count) differ, such as \(different.first ?? "")")
            // Nothing was left out: what waited in vain has two routes.
            let rows = try await service.sql(
                """
                SELECT count(*) + (SELECT count(*) FROM reroute WHERE from_model_version_id = to_model_version_id)
                FROM prediction
                """)
            #expect(rows == "\(count)")
            #expect(count >= (Self.isFull ? 100_000 : 7_000))
            #expect(
                seen.isSuperset(of: [
                    "accepted confident", "audited confident", "queued below_threshold",
                    "queued missing_confidence", "queued automation_share", "queued rule",
                    "queued label_retired",
                    "accepted rule", "audited rule", "accepted degree", "audited degree",
                    "queued degree", "queued no_prediction", "queued unknown_version",
                    "queued no_answer_in_time", "waiting other_version_decides",
                    "waiting late_version", "shadowed other_version_decides",
                    "shadowed late_version", "shadowed unknown_version",
                    "shadowed item_already_routed",
                ]), "\(seen.sorted())")
            print(
                "\(count) routes: stored in \(began.duration(to: filled)), recomputed in "
                    + "\(filled.duration(to: .now))")
        }
    }
}
