import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("What is stored about routes", .database)
struct RoutingRecordTests {
    @Test("five thousand stored routes are recomputed exactly from what is stored")
    func recompute() async throws {
        let policy = """
            {"degree":"partial","accept":{"default":0.8,"labels":{"b":0.5,"c":1}},
             "automation_share":0.7,"audit_rate":0.1,"blind_share":0.3,
             "rules":[
                {"name":"large","when":{"payload.amount":{"above":90}},"then":{"route":"review","reviewers":2,"priority":"urgent"}},
                {"name":"known","when":{"metadata.factory":["F9"],"model_version":"1"},"then":{"route":"accept","audit_rate":0.5}},
                {"name":"lax","when":{"any":[{"missing":"payload.amount"},{"label":"c"}]},"then":{"accept":0.6,"blind_share":1}}]}
            """
        try await TestService.run(policy: policy) { service in
            for block in 0..<5 {
                if block == 3 {
                    try await service.setPolicy(#"{"degree":"full","audit_rate":0.5}"#)
                }
                if block == 4 {
                    try await service.setPolicy(#"{"degree":"shadow","accept":{"default":0.8}}"#)
                }
                try await service.ingest(
                    (0..<1000).map { number in
                        SentPrediction(
                            "ïtem-\(block)-\(number)", label: ["a", "b", "c"][number % 3],
                            confidence: number % 17 == 0
                                ? "null" : "\(Double.random(in: 0.4...1))",
                            payload: number % 5 == 0 ? "{}" : #"{"amount":\#(number % 100)}"#,
                            more: number % 7 == 0 ? #""metadata":{"factory":"F9"}"# : "")
                    })
            }
            let project = try await service.project()
            let facts = try await service.pool.withSession { session in
                let store = Store(session)
                var all: [RoutedFacts] = []
                while true {
                    let page = try store.routedFacts(
                        project: project.id, after: all.last?.item ?? .min, limit: 700)
                    if page.isEmpty { return all }
                    all += page
                }
            }
            #expect(facts.count == 5000)
            let stored = try await service.administration.policies(of: project)
            let policies = try Dictionary(
                uniqueKeysWithValues: stored.map { record in
                    (
                        record.version,
                        try Policy(
                            document: JSONValue(parsing: record.document), labels: project.labels)
                    )
                })
            let salts = try await service.pool.withSession { session in
                try Store(session).saltSecret(project: project.id, purpose: .routing, id: 1)
            }
            let salt = try #require(salts)
            for fact in facts {
                #expect(fact.saltID == 1)
                let policy = try #require(policies[fact.policyVersion])
                let routing = try #require(try fact.routing(under: policy, salt: salt))
                #expect(routing.route.rawValue == fact.route)
                #expect(routing.reason.rawValue == fact.reason)
                #expect(routing.propensity == fact.propensity)
                #expect(routing.isBlind == fact.isBlind && routing.rule == fact.rule)
                #expect(routing.wouldBe?.rawValue == fact.wouldBe)
            }
            #expect(Set(facts.map(\.route)) == ["accepted", "queued", "audited"])
            #expect(Set(facts.map(\.rule)) == ["large", "known", "lax", nil])
            #expect(Set(facts.map(\.wouldBe)) == ["accepted", "queued", "audited", nil])
            // What a rule asks of the queue is what the queue has.
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FILTER (WHERE t.asked = 2) > 100,
                        bool_and((t.asked = 2) = (p.rule = 'large')),
                        bool_and(t.rank = extract(epoch FROM p.received_at) * 1000000)
                            FILTER (WHERE p.rule = 'large')
                    FROM task t JOIN prediction p USING (item_id)
                    WHERE p.policy_version = (SELECT min(policy_version) FROM prediction)
                        AND coalesce(p.rule, '') IN ('', 'large')
                    """) == "t|t|t")
        }
    }

    @Test("audits come at the rate of the policy, and every routed item is decided or queued")
    func auditShare() async throws {
        let policy = #"{"degree":"full","audit_rate":0.1}"#
        try await TestService.run(policy: policy) { service in
            for block in 0..<5 {
                try await service.ingest((0..<1000).map { SentPrediction("i\(block)-\($0)") })
            }
            let audited = try await service.sql(
                "SELECT count(*) FROM prediction WHERE route = 'audited'")
            // 500 expected, standard deviation 21.2: beyond 6 of them once in 10^9 runs.
            #expect((373...627).contains(Int(audited) ?? 0))
            #expect(try await service.sql("SELECT count(*) FROM task WHERE is_audit") == audited)
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FROM prediction p
                    WHERE (p.route IN ('accepted', 'audited')) <> EXISTS (
                            SELECT FROM decision d WHERE d.item_id = p.item_id)
                        OR (p.route IN ('queued', 'audited')) <> EXISTS (
                            SELECT FROM task t WHERE t.item_id = p.item_id)
                    """) == "0")
        }
    }

    @Test("draws from a salt and a key are the reference's, bit for bit")
    func hashUnit() {
        let reference: [String: [(String, Double)]] = [
            "split-v1": [
                ("item-1", 0.9570497900620389), ("item-2", 0.6017678136528206),
                ("customer:42", 0.3807915822757806), ("\u{fc}n\u{ef}", 0.9452553575500426),
                ("", 0.920013877193457), (String(repeating: "a", count: 100), 0.36589831854695865),
            ],
            "audit-v1": [
                ("item-1", 0.89794921074327), ("item-2", 0.5694136829908145),
                ("customer:42", 0.00598564865595419), ("\u{fc}n\u{ef}", 0.18775300287491814),
                ("", 0.9852882366782876), (String(repeating: "a", count: 100), 0.1712146429573851),
            ],
        ]
        for (salt, values) in reference {
            for (key, unit) in values {
                #expect(KeyedHash.unit(salt: Array(salt.utf8), key: key.utf8) == unit)
            }
        }
    }

    @Test("splits and audits drawn from different salts are independent")
    func independence() {
        var parts: [Split: Int] = [:]
        var audited = (all: 0, train: 0)
        var sameSalt = (all: 0, train: 0)
        for number in 0..<10_000 {
            let key = Array("g\(number)".utf8)
            let split = KeyedHash.unit(salt: Array("split-v1".utf8), key: key)
            let audit = KeyedHash.unit(salt: Array("audit-v1".utf8), key: key)
            let part = Split(draw: split)
            parts[part, default: 0] += 1
            if audit < 0.02 {
                audited.all += 1
                if part == .train { audited.train += 1 }
            }
            if split < 0.02 {
                sameSalt.all += 1
                if part == .train { sameSalt.train += 1 }
            }
        }
        #expect(parts == [.train: 7999, .dev: 982, .test: 1019])
        #expect(audited == (195, 157))
        #expect(sameSalt == (234, 234), "one salt would put every audited item in train")
    }
}
