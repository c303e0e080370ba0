import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Planning audits", .database)
struct AuditPlanTests {
    private static let policy = """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":0.25,
         "audits":{"second_look":false},
         "rules":[{"name":"all","when":{"label":"c"},"then":{"audit_rate":1}}]}
        """

    private func plan(
        _ service: TestService, _ question: AuditPlanQuestion
    ) async throws -> JSONValue {
        try JSONValue(
            parsing: try await AuditPlanning(pool: service.pool).json(
                question, project: service.project()))
    }

    /// Items of two labels with a hundred confidences, that began to come ten days ago.
    private func fill(_ service: TestService) async throws {
        try await service.ingest(
            (0..<400).map {
                SentPrediction(
                    "i\($0)", label: $0 % 4 == 0 ? "b" : "a", confidence: "0.\(500 + $0)")
            } + (0..<10).map { SentPrediction("c\($0)", label: "c", confidence: "0.9") })
        _ = try await service.sql(
            """
            UPDATE project SET created_at = now() - interval '20 days';
            UPDATE prediction SET received_at = now() - interval '10 days'
            WHERE item_id = (SELECT min(item_id) FROM prediction)
            """)
    }

    @Test("an interval takes as many audits as the table says, at the pace there is")
    func halfWidth() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await fill(service)
            let plan = try await plan(service, .init(goal: .halfWidth(0.01), error: 0.01, days: 20))
            #expect(plan["audits_needed"]?["value"]?.int == 438)
            #expect(plan["expected_error"]?["source"]?.string == "given")
            let perDay = try #require(plan["accepted_per_day"]?["value"]?.double)
            #expect(abs(perDay - 40) < 0.1, "ten days brought 400, without those of the rule")
            #expect(plan["accepted_under_rules"]?.int == 10)
            let rate = try #require(plan["rate"]?["value"]?.double)
            #expect(rate >= 438 / (perDay * 20) && rate < 438 / (perDay * 20) + 1e-4)
            #expect(plan["rate_now"]?["value"]?.double == 0.25)
            #expect(plan["reviewer_hours"]?["value"]?.isNull == true)
            #expect(plan["policy"]?["audit_rate"]?.double == rate)
            #expect(plan["policy"]?["audits"]?["strata"]?.array?.isEmpty == true)
            let sentence = try #require(plan["sentence"]?.string)
            #expect(sentence.hasPrefix("438 audits, 54.") && sentence.contains("1 point to"))
        }
    }

    @Test("the strata share the audits out, and their policy routes by them")
    func strata() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await fill(service)
            let plan = try await plan(service, .init(goal: .halfWidth(0.01), error: 0.01, days: 20))
            let strata = try #require(plan["strata"]?.array)
            // 438 audits of 800 items: both labels' quarters can have thirty each.
            #expect(strata.count == 8)
            #expect(
                strata.compactMap { $0["labels"]?[0]?.string } == [
                    "a", "a", "a", "a", "b", "b", "b", "b",
                ])
            let sum = strata.compactMap { $0["audits_planned"]?.double }.reduce(0, +)
            #expect(abs(sum - 438) < 1)
            #expect(strata.allSatisfy { ($0["audits_planned"]?.double ?? 0) >= 30 })
            #expect(strata[0]["from"] == nil && strata[3]["below"] == nil)
            // The less sure the model is, the more is to be found.
            #expect(
                (strata[0]["rate"]?.double ?? 0) > (strata[3]["rate"]?.double ?? 1))
            let document = try #require(plan["policy_stratified"])
            let project = try await service.project()
            let policy = try Policy(document: document, labels: project.labels)
            #expect(policy.audits.strata.count == 8)
            let facts = RoutingFacts(label: "b", confidence: Confidence(0.5))
            let routing = policy.route(facts, draws: .init(audit: 0, share: 0, blind: 0))
            #expect(routing.stratum == 5 && routing.propensity == strata[4]["rate"]?.double)
        }
    }

    @Test("what audits have found is planned with, and what reviewers need")
    func measured() async throws {
        try await TestService.run(
            policy: #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#
        ) { service in
            try await fill(service)
            let ann = try await service.reviewer("ann")
            for (index, lease) in try await service.lease(100, by: ann).enumerated() {
                let name = lease.content.externalID
                let number = Int(name.dropFirst()) ?? 0
                let predicted = name.hasPrefix("c") ? "c" : number % 4 == 0 ? "b" : "a"
                let other = predicted == "a" ? "b" : "a"
                try await service.answer(
                    lease, .label(index < 5 ? other : predicted), id: name, by: ann, seconds: 30)
            }
            let plan = try await plan(service, .init(goal: .halfWidth(0.02), days: 30))
            #expect(plan["expected_error"]?["source"]?.string == "measured")
            #expect(plan["expected_error"]?["planned_with"]?.double == 0.05)
            let audits = try AuditSizing.forInterval(.wilson, ofError: 0.05, half: 0.02)
            #expect(plan["audits_needed"]?["value"]?.int == audits)
            #expect(plan["seconds_per_audit"]?["value"]?.double == 30)
            let hours = try #require(plan["reviewer_hours"]?["value"]?.double)
            #expect(abs(hours - Double(audits) * 30 / 3600) < 1e-9)
            // A second look at each error costs another.
            try await service.setPolicy(#"{"degree":"full","audit_rate":1}"#)
            let second = try await self.plan(service, .init(goal: .halfWidth(0.02), days: 30))
            #expect(
                abs((second["reviewer_hours"]?["value"]?.double ?? 0) - hours * 1.05) < 1e-9)
        }
    }

    @Test("an aim that cannot be reached, and a pace that is not known, are said")
    func unknown() async throws {
        try await TestService.run(policy: Self.policy) { service in
            let nothing = try await plan(service, .init(goal: .certify(0.01)))
            #expect(
                nothing["audits_needed"]?["value"]?.int
                    == AuditSizing.toCertify(limit: 0.01, ifErrorIs: 0.005, power: 0.8))
            #expect(nothing["audits_if_no_error"]?.int == 299)
            #expect(nothing["expected_error"]?["source"]?.string == "assumed")
            #expect(nothing["rate"]?["value"]?.isNull == true)
            #expect(nothing["policy"]?.isNull == true)
            #expect(
                nothing["rate"]?["reason"]?.string?.contains("accepted nothing") == true)
            let paced = try await plan(service, .init(goal: .certify(0.01), days: 10, perDay: 1000))
            #expect((paced["rate"]?["value"]?.double ?? 0) > 0.19)
            let never = try await plan(service, .init(goal: .certify(0.01), error: 0.02))
            #expect(never["audits_needed"]?["value"]?.isNull == true)
            #expect(never["sentence"]?.string?.hasPrefix("no number of audits") == true)
        }
    }

    @Test("questions out of range are refused")
    func refused() {
        for (goal, error) in [
            (.halfWidth(0), nil), (.halfWidth(0.5), nil), (.certify(1), nil), (.certify(-1), nil),
            (.certify(0.01), 0), (.certify(0.01), 1), (.halfWidth(.nan), nil),
        ] as [(AuditPlanQuestion.Goal, Double?)] {
            #expect(throws: ReviewError.self) { try AuditPlanQuestion(goal: goal, error: error) }
        }
    }
}
