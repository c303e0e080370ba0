import Foundation
import SluiceClient
import SluiceJSON
import TestSupport
import Testing

/// From the first release that decides by itself to the one that is taken back.
extension Story {
    /// `partial` by the old release, the new one beside it as a shadow.
    func candidateAsShadow(_ plan: StoryPlan) async throws {
        try await setPolicy(
            """
            {"degree":"partial","accept":{"default":\(plan.threshold)},"audit_rate":\(plan.audits)}
            """, reason: "let it decide what it is sure of")
        try await sluice(
            "rollout", "start", "--candidate", name(.new), "--serving", name(.old),
            "--answer-within", "1s", "--reason", "trained on five times as much")
        let items = take(plan.beside)
        let sent = try await send(items, .old, .new)
        #expect(sent.filter { $0.version == Release.new.rawValue }.allSatisfy { !$0.decides })
        let seen = try await team.answerEverything()
        let labelled = Set(seen.map(\.item))
        let both = items.filter { labelled.contains($0.id) }
        let comparison = try await document("comparison")
        let overall = try #require(comparison["overall"])
        let fixed = both.filter { $0.old.label != $0.truth && $0.new.label == $0.truth }.count
        let broken = both.filter { $0.old.label == $0.truth && $0.new.label != $0.truth }.count
        #expect(overall["n"]?.int == both.count)
        #expect(overall["fixed"]?.int == fixed && overall["broken"]?.int == broken)
        #expect(comparison["verdict"]?["may_advance"]?.bool == true)
        note(
            "partial, 2.0.0 as a shadow", items, sent,
            comparison["verdict"]?["sentence"]?.string ?? "")
    }

    /// A fixed share for the new release.
    func canary(_ plan: StoryPlan) async throws {
        let before = try await sides()
        try await sluice("rollout", "canary", "--share", "10%", "--reason", "the labels agree")
        let after = try await sides()
        #expect(zip(before, after).allSatisfy { $0 == name(.old) || $0 == $1 })
        let items = take(plan.canary)
        let sent = try await send(items, .old, .new)
        let share = expectOneDecider(items, sent)
        let (low, high) = binomial999(items.count, 0.1)
        #expect(low...high ~= Int((share * Double(items.count)).rounded()))
        try await team.answerEverything()
        note(
            "canary 10 %", items, sent, "2.0.0 decides \(Story.percent(share)) of the items")
    }

    /// The service takes the steps by itself, as far as the labels allow.
    func ramp(_ plan: StoryPlan) async throws {
        let before = try await sides()
        try await sluice(
            "rollout", "ramp", "--steps", "25%,50%", "--every", "1s", "--minimum-labels",
            "\(plan.minimumLabels)", "--reason", "no complaints")
        var items: [StoryItem] = []
        var sent: [Sent] = []
        while try await shareInForce() < 0.5, items.count < plan.ramp {
            let part = take(100)
            items += part
            sent += try await send(part, .old, .new)
            try await team.answerEverything()
        }
        try await eventually("the ramp takes its second step") { try await shareInForce() == 0.5 }
        let after = try await sides()
        #expect(zip(before, after).allSatisfy { $0 == name(.old) || $0 == $1 })
        let part = take(plan.ramp / 4)
        items += part
        let last = try await send(part, .old, .new)
        let share = expectOneDecider(part, last)
        sent += last
        try await team.answerEverything()
        note("ramp to 50 %", items, sent, "at the end 2.0.0 decides \(Story.percent(share))")
    }

    /// Everything at once; what a producer still sends of the old release is late.
    func switchOver(_ plan: StoryPlan) async throws {
        try await sluice("rollout", "switch", "--reason", "it holds at half of the traffic")
        let items = take(plan.switched)
        let sent = try await send(items, .new)
        #expect(sent.allSatisfy { $0.decides })
        let stragglers = take(10)
        let late = try await send(stragglers, .old)
        #expect(late.allSatisfy { !$0.decides && $0.label == nil })
        // Their wait may be over while the rest is being answered.
        var answered = Set<String>()
        try await eventually("what only the old release scored goes to people") {
            answered.formUnion(try await team.answerEverything().map(\.item))
            return answered.isSuperset(of: stragglers.map(\.id))
        }
        note(
            "switch", items, sent, "10 further items that only 1.0.0 scored: a person decides")
    }

    /// The classes drift, as they do; the model in service is still the one.
    func drifting(_ plan: StoryPlan) async throws {
        drift()
        let items = take(plan.drifting)
        let sent = try await send(items, .new)
        try await team.answerEverything()
        note("the classes drift", items, sent, "2.0.0 alone")
    }

    /// A release with a fault is brought in service and taken out by its own ramp.
    func badRamp(_ plan: StoryPlan) async throws {
        try await sluice(
            "rollout", "start", "--candidate", name(.broken), "--mode", "canary", "--share", "20%",
            "--reason", "faster")
        try await sluice(
            "rollout", "ramp", "--steps", "20%,50%,100%", "--every", "1h", "--minimum-labels",
            "\(plan.minimumLabels)", "--reason", "as always")
        var items: [StoryItem] = []
        var sent: [Sent] = []
        while try await candidate() != nil, left > plan.rest {
            let part = take(20)
            items += part
            sent += try await send(part, .new, .broken)
            try await team.answerEverything()
            try await Task.sleep(for: .milliseconds(300))
        }
        try await eventually("the guard takes the release out") { try await candidate() == nil }
        let status = try await json("rollout", "status")
        #expect(status["rollout"]?["serving"]?.string == name(.new))
        #expect(status["created_by"]?.string == "sluice")
        note(
            "3.0.0 has a fault: ramp at 20 %", items, sent,
            "rolled back by its guard after \(items.count) items")
    }

    /// The same release, switched to by somebody in a hurry, and rolled back.
    func badSwitch(_ plan: StoryPlan) async throws {
        try await sluice(
            "rollout", "start", "--candidate", name(.broken), "--reason", "it must be the data")
        try await sluice("rollout", "switch", "--reason", "no time")
        let bad = take(plan.rest / 2)
        let worse = try await send(bad, .new, .broken)
        #expect(worse.allSatisfy { $0.decides == ($0.version == Release.broken.rawValue) })
        note("switched to 3.0.0 all the same", bad, worse, "")
        try await sluice("rollout", "rollback", "--reason", "customers complain")
        let items = take(left)
        let sent = try await send(items, .broken, .new)
        #expect(sent.allSatisfy { $0.decides == ($0.version == Release.new.rawValue) })
        try await team.answerEverything()
        note("rollback", items, sent, "one command; 2.0.0 decides again")
    }

    /// What was done is in the audit log, and in the report beside the figures.
    func lookBack() async throws {
        let log = try await sluice("audit-log", "--json", "--limit", "100").output
            .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        let actions = log.compactMap { $0["action"]?.string }
        let expected = [
            "policy.set", "rollout.started", "rollout.canary", "rollout.ramp", "rollout.advanced",
            "rollout.switched", "rollout.rolled_back",
        ]
        for action in expected { #expect(actions.contains(action), "\(action) of \(actions)") }
        #expect(log.contains { $0["actor"]?.string == "sluice" })
        #expect(log.contains { $0["reason"]?.string == "customers complain" })
        let metrics = try await metrics()
        let received = steps.reduce(0) { $0 + $1.items } + 10
        #expect(try count(metrics, "received") == received, "each item counts once")
    }
}

extension Story {
    func name(_ release: Release) -> String { "\(data.model)/\(release.rawValue)" }

    /// A document of the project.
    func document(_ what: String) async throws -> JSONValue {
        try await client.document("/v1/projects/\(data.project)/\(what)")
    }

    /// The share the candidate decides now; 1 once it serves.
    private func shareInForce() async throws -> Double {
        let rollout = try await json("rollout", "status")["rollout"]
        return try #require(rollout?["share"]?.double)
    }

    private func candidate() async throws -> String? {
        try await json("rollout", "status")["rollout"]?["candidate"]?.string
    }

    /// Which version decides each of some items, by the router.
    private func sides() async throws -> [String] {
        let ids = data.main.map { #""\#($0.id)""# }.joined(separator: ",")
        let reply = try await request(
            "POST", "/v1/projects/\(data.project)/router", port: home.port, token: admin,
            headers: ["Content-Type": "application/json"],
            body: Array(#"{"external_ids":[\#(ids)]}"#.utf8))
        return try #require(reply.json["assignments"]?.array).map { assignment in
            let model = try #require(assignment["model"]?.string)
            return "\(model)/\(try #require(assignment["model_version"]?.string))"
        }
    }

    /// Checks that each item was decided by one version, the same that the router names.
    ///
    /// - Returns: the share that the new release decided.
    private func expectOneDecider(_ items: [StoryItem], _ sent: [Sent]) -> Double {
        let deciders = Dictionary(grouping: sent.filter(\.decides), by: \.item)
        #expect(items.allSatisfy { deciders[$0.id]?.count == 1 })
        let new = deciders.values.count { $0.first?.version == Release.new.rawValue }
        return Double(new) / Double(items.count)
    }

    /// The smallest range around the middle that a count of `n` trials leaves with a probability of
    /// at most 0.1 %.
    private func binomial999(_ n: Int, _ p: Double) -> (Int, Int) {
        let logs = (0...n).map { (k: Int) -> Double in
            let ways = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
            return ways + Double(k) * log(p) + Double(n - k) * log1p(-p)
        }
        func edge(_ order: [Int]) -> Int {
            var tail = 0.0
            for k in order {
                tail += exp(logs[k])
                if tail > 0.0005 { return k }
            }
            return order[0]
        }
        return (edge(Array(0...n)), edge(Array((0...n).reversed())))
    }
}
