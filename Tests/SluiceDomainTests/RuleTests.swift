import SluiceDomain
import SluiceJSON
import Testing

@Suite("Rules")
struct RuleTests {
    private let labels: LabelSet

    init() throws {
        labels = try LabelSet([Label(name: "fraud"), Label(name: "ok")])
    }

    private func policy(_ text: String) throws -> Policy {
        try Policy(document: JSONValue(parsing: text), labels: labels)
    }

    private func facts(
        _ policy: Policy, label: String = "ok", confidence: Double? = 0.5, model: String = "m",
        version: String = "1", payload: String = "{}", metadata: String? = nil
    ) throws -> RoutingFacts {
        let fields = try Array(payload.utf8).withUnsafeBufferPointer { payload in
            try Array((metadata ?? "").utf8).withUnsafeBufferPointer {
                try policy.rules.fields.read(
                    payload: payload, metadata: metadata == nil ? nil : $0)
            }
        }
        return RoutingFacts(
            label: label, confidence: confidence.flatMap(Confidence.init), model: model,
            modelVersion: version, fields: fields)
    }

    private func holds(
        _ when: String, label: String = "ok", confidence: Double? = 0.5, model: String = "m",
        version: String = "1", payload: String = "{}", metadata: String? = nil
    ) throws -> Bool {
        let policy = try policy(
            #"{"rules":[{"name":"r","when":\#(when),"then":{"route":"review"}}]}"#)
        return try policy.rules.first(
            for: facts(
                policy, label: label, confidence: confidence, model: model, version: version,
                payload: payload, metadata: metadata)) != nil
    }

    private static let document = #"""
        {"amount": 12.5, "currency": "EUR", "none": null, "flag": true, "ré": {"a": {"b": "deep"}},
         "tags": ["new", "é", 7], "items": [{"price": 3}, {"price": 900}], "empty": ""}
        """#

    @Test(
        "a condition on the payload tells values apart",
        arguments: [
            (#"{"payload.amount":12.5}"#, true), (#"{"payload.amount":[1,12.50]}"#, true),
            (#"{"payload.amount":"12.5"}"#, false), (#"{"payload.amount":{"above":12.5}}"#, false),
            (#"{"payload.amount":{"at_least":12.5,"below":13}}"#, true),
            (#"{"payload.amount":{"at_most":12.4}}"#, false),
            (#"{"payload.currency":["USD","EUR"]}"#, true), (#"{"payload.currency":"eur"}"#, false),
            (#"{"payload.currency":{"contains":"UR"}}"#, true),
            (#"{"payload.currency":{"above":0}}"#, false), (#"{"payload.flag":true}"#, true),
            (#"{"payload.none":null}"#, true), (#"{"payload.absent":null}"#, false),
            (#"{"payload.ré.a.b":"deep"}"#, true), (#"{"payload.ré":"deep"}"#, false),
            (#"{"payload.tags":"new"}"#, true), (#"{"payload.tags":{"above":6}}"#, true),
            (#"{"payload.tags.1":"\u00e9"}"#, true), (#"{"payload.tags":"e\u0301"}"#, false),
            (#"{"payload.items.1.price":{"above":800}}"#, true),
            (#"{"payload.items.2.price":{"above":0}}"#, false),
            (#"{"missing":"payload.amount"}"#, false), (#"{"missing":"payload.none"}"#, true),
            (#"{"missing":"payload.absent.deeper"}"#, true),
            (#"{"missing":"payload.empty"}"#, false),
            (#"{"missing":["payload.amount","payload.absent"]}"#, true),
            (#"{"missing":"metadata.factory"}"#, true),
            (#"{"payload.amount":12.5,"payload.currency":"USD"}"#, false),
            (#"{"any":[{"payload.amount":1},{"payload.currency":"EUR"}]}"#, true),
            (#"{"all":[{"payload.amount":{"above":1}},{"not":{"payload.currency":"USD"}}]}"#, true),
            (#"{"not":{"missing":"payload.amount"}}"#, true),
        ])
    func payload(_ when: String, _ expected: Bool) throws {
        #expect(try holds(when, payload: Self.document) == expected)
    }

    @Test("conditions on label, model, version and confidence")
    func otherFacts() throws {
        #expect(try holds(#"{"label":["fraud","ok"]}"#))
        #expect(try !holds(#"{"label":"fraud"}"#))
        #expect(try holds(#"{"model":"m","model_version":["1","2"]}"#))
        #expect(try !holds(#"{"model":"m","model_version":"2"}"#))
        #expect(try holds(#"{"confidence":{"below":0.6}}"#))
        #expect(try !holds(#"{"confidence":{"below":0.6}}"#, confidence: nil))
        #expect(try holds(#"{"confidence":null}"#, confidence: nil))
        #expect(try holds(#"{"metadata.factory":["F9"]}"#, metadata: #"{"factory":"F9"}"#))
        #expect(try !holds(#"{"metadata.factory":["F9"]}"#, metadata: "null"))
    }

    private static let full = """
        {"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":1,"sla_seconds":60,
         "rules":[
            {"name":"new","when":{"metadata.factory":"F9"},
             "then":{"route":"review","reviewers":2,"priority":"urgent","sla_seconds":10}},
            {"name":"sure","when":{"label":"ok","payload.amount":{"below":10}},"then":{"route":"accept"}},
            {"name":"strict","when":{"label":"fraud"},"then":{"accept":0.99,"blind_share":1}}]}
        """

    @Test("the first rule that applies changes what it names, and no other rule counts")
    func firstWins() throws {
        let policy = try policy(Self.full)
        let draws = RoutingDraws(audit: 0.5, share: 0.5, blind: 0.5)
        let both = try policy.route(
            facts(
                policy, label: "fraud", confidence: 1, payload: #"{"amount":1}"#,
                metadata: #"{"factory":"F9"}"#), draws: draws)
        #expect(both.route == .queued && both.reason == .rule && both.rule == "new")
        #expect(both.reviewers == 2 && both.slaSeconds == 10 && both.urgency == 1)
        #expect(both.propensity == 1 && !both.isBlind)
        let accepted = try policy.route(
            facts(policy, confidence: 0.1, payload: #"{"amount":1}"#), draws: draws)
        #expect(accepted.route == .accepted && accepted.reason == .rule && accepted.rule == "sure")
        let below = try policy.route(
            facts(policy, label: "fraud", confidence: 0.95), draws: draws)
        #expect(below.route == .queued && below.reason == .belowThreshold && below.isBlind)
        #expect(below.rule == "strict" && below.reviewers == 1 && below.slaSeconds == 60)
        let none = try policy.route(facts(policy, confidence: 0.95), draws: draws)
        #expect(none.route == .accepted && none.reason == .confident && none.rule == nil)
    }

    @Test("a rule that lets the model decide respects the degree, the share and the audits")
    func acceptWithinBounds() throws {
        var policy = try policy(Self.full)
        let small = try facts(policy, confidence: nil, payload: #"{"amount":1}"#)
        let draws = RoutingDraws(audit: 0.1, share: 0.6, blind: 0.5)
        policy.automationShare = 0.5
        let outside = policy.route(small, draws: draws)
        #expect(outside.route == .queued && outside.reason == .automationShare)
        #expect(outside.propensity == 0.5)
        policy.automationShare = 1
        policy.auditRate = 0.2
        #expect(policy.route(small, draws: draws).route == .audited)
        for degree in [AutomationDegree.humanOnly, .shadow, .assist] {
            policy.degree = degree
            #expect(policy.route(small, draws: draws).route == .queued)
        }
    }

    @Test("full automation gives people what a rule says is theirs")
    func reviewUnderFull() throws {
        var policy = try policy(Self.full)
        policy.degree = .full
        let draws = RoutingDraws(audit: 0.5, share: 0.5, blind: 0.5)
        let new = try facts(policy, confidence: 1, metadata: #"{"factory":"F9"}"#)
        #expect(policy.route(new, draws: draws).route == .queued)
        #expect(policy.route(try facts(policy, confidence: 0), draws: draws).route == .accepted)
    }

    @Test("in shadow everything is reviewed blind, and what would have become of it is recorded")
    func shadow() throws {
        var policy = try policy(Self.full)
        policy.degree = .shadow
        let draws = RoutingDraws(audit: 0.5, share: 0.5, blind: 0.5)
        for (confidence, would) in [(0.95, Route.accepted), (0.5, .queued)] {
            let routing = policy.route(try facts(policy, confidence: confidence), draws: draws)
            #expect(routing.route == .queued && routing.isBlind && routing.propensity == 1)
            #expect(routing.wouldBe == would && routing.urgency == 0.5)
        }
    }

    @Test(
        "a rule that is not as documented is refused with its place",
        arguments: [
            (#"{"rules":{}}"#, "rules"), (#"{"rules":[1]}"#, "rules[0]"),
            (#"{"rules":[{"name":"a","when":{"label":"ok"}}]}"#, "rules[0]"),
            (
                #"{"rules":[{"name":"","when":{"label":"ok"},"then":{"reviewers":1}}]}"#,
                "rules[0].name"
            ),
            (#"{"rules":[{"name":"a","if":{},"when":{},"then":{}}]}"#, "rules[0].if"),
            (#"{"rules":[{"name":"a","when":{},"then":{"reviewers":1}}]}"#, "rules[0].when"),
            (
                #"{"rules":[{"name":"a","when":{"label":"no"},"then":{"reviewers":1}}]}"#,
                "rules[0].when.label"
            ),
            (
                #"{"rules":[{"name":"a","when":{"payload":1},"then":{"reviewers":1}}]}"#,
                "rules[0].when.payload"
            ),
            (
                #"{"rules":[{"name":"a","when":{"any":[{"payload.x":{"over":1}}]},"then":{"reviewers":1}}]}"#,
                "rules[0].when.any[0].payload.x.over"
            ),
            (
                #"{"rules":[{"name":"a","when":{"missing":"amount"},"then":{"reviewers":1}}]}"#,
                "rules[0].when.missing"
            ),
            (
                #"{"rules":[{"name":"a","when":{"label":"ok"},"then":{"route":"queue"}}]}"#,
                "rules[0].then.route"
            ),
            (
                #"{"rules":[{"name":"a","when":{"label":"ok"},"then":{"route":"review","accept":1}}]}"#,
                "rules[0].then.accept"
            ),
            (
                #"{"rules":[{"name":"a","when":{"label":"ok"},"then":{"reviewers":16}}]}"#,
                "rules[0].then.reviewers"
            ),
            (
                #"{"rules":[{"name":"a","when":{"label":"ok"},"then":{"reviewers":2}},{"name":"a","when":{"label":"ok"},"then":{"reviewers":2}}]}"#,
                "rules[1].name"
            ),
            (
                #"{"consensus":{"agree":1,"at_most":2},"rules":[{"name":"a","when":{"label":"ok"},"then":{"reviewers":3}}]}"#,
                "consensus.at_most"
            ),
        ])
    func refused(_ document: String, _ path: String) throws {
        let error = #expect(throws: PolicyDocumentError.self) { try policy(document) }
        #expect(error?.path == path)
        #expect(error?.accepted.isEmpty == false)
    }

    @Test("rules are written as they read")
    func roundTrip() throws {
        let policy = try policy(Self.full)
        var writer = JSONWriter()
        policy.write(to: &writer)
        #expect(try self.policy(String(decoding: writer.bytes, as: UTF8.self)) == policy)
    }

    @Test("a condition nested too deeply is refused")
    func depth() throws {
        let when =
            String(repeating: #"{"not":"#, count: 40) + #"{"label":"ok"}"#
            + String(repeating: "}", count: 40)
        #expect(throws: PolicyDocumentError.self) { try holds(when) }
    }
}
