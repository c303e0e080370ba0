import SluiceDomain
import SluiceJSON
import Testing

@Suite("Fallbacks")
struct FallbackTests {
    private let labels: LabelSet
    private let demo = ModelVersion(model: ExactText("demo"), version: ExactText("1"))

    init() throws {
        labels = try LabelSet([Label(name: "a"), Label(name: "b"), Label(name: "\u{e9}")])
    }

    private func policy(_ text: String) throws -> Policy {
        try Policy(document: JSONValue(parsing: text), labels: labels)
    }

    private func alarm(
        _ number: Int = 1, _ cause: AlarmCause = .concept, labels: [String]? = nil
    ) -> Fallback {
        Fallback(
            number: number, action: .assist, cause: cause,
            since: Timestamp(microseconds: 1_700_000_000_123_456), version: demo,
            labels: labels.map { $0.map(ExactText.init) })
    }

    private func facts(
        _ label: String = "a", _ confidence: Double? = 0.99, version: String = "1"
    ) -> RoutingFacts {
        RoutingFacts(
            label: label, confidence: confidence.flatMap(Confidence.init), model: "demo",
            modelVersion: version)
    }

    private func route(
        _ policy: Policy, _ facts: RoutingFacts, audit: Double = 0.5, share: Double = 0
    ) -> Routing {
        policy.route(facts, draws: RoutingDraws(audit: audit, share: share, blind: 0.5))
    }

    @Test("what is done by default, and what the document says")
    func members() throws {
        let standard = try policy("{}")
        #expect(standard.onAlarm == .assist && standard.onExpiry == .assist)
        #expect(standard.expiryGraceSeconds == 7 * 86_400 && standard.fallbacks.isEmpty)
        for action in AlarmAction.allCases {
            let policy = try policy(
                #"{"on_alarm":"\#(action)","on_expiry":"\#(action)","expiry_grace_seconds":0}"#)
            #expect(policy.action(on: .concept) == action)
            #expect(policy.action(on: .expiry) == action && policy.expiryGraceSeconds == 0)
        }
        let split = try policy(#"{"on_alarm":"hold","on_expiry":"notify"}"#)
        for cause in AlarmCause.allCases {
            #expect(split.action(on: cause) == (cause == .expiry ? .notify : .hold))
        }
        for (text, path) in [
            (#"{"on_alarm":"stop"}"#, "on_alarm"), (#"{"on_expiry":null}"#, "on_expiry"),
            (#"{"expiry_grace_seconds":-1}"#, "expiry_grace_seconds"),
            (#"{"fallbacks":[{"number":1}]}"#, "fallbacks[0]"),
            (#"{"fallbacks":[{"number":0}]}"#, "fallbacks[0].number"),
            (#"{"fallbacks":[{"labels":["z"]}]}"#, "fallbacks[0].labels"),
            (#"{"fallbacks":[{"labels":["e\#u{301}"]}]}"#, "fallbacks[0].labels"),
            (#"{"fallbacks":[{"reason":"x"}]}"#, "fallbacks[0].reason"),
        ] {
            let error = #expect(throws: PolicyDocumentError.self) { try policy(text) }
            #expect(error?.path == path)
        }
    }

    @Test("a fallback reads back as it was written, and one number stands once")
    func roundTrip() throws {
        var policy = try policy(#"{"degree":"partial"}"#)
        policy.fallbacks = [
            alarm(1), alarm(2, .errorLimit, labels: ["b", "a"]),
            Fallback(
                number: 3, action: .raise, cause: .silence,
                since: Timestamp(microseconds: 1), version: nil, accept: 0.995),
        ]
        #expect(
            try Policy(document: JSONValue(parsing: bytes(policy)), labels: labels) == policy)
        policy.fallbacks[1].number = 1
        #expect(throws: PolicyDocumentError.self) {
            try Policy(document: JSONValue(parsing: bytes(policy)), labels: labels)
        }
    }

    private func bytes(_ policy: Policy) -> [UInt8] {
        var writer = JSONWriter()
        policy.write(to: &writer)
        return writer.bytes
    }

    @Test("people decide what the model would have, of that version and those labels alone")
    func scope() throws {
        var policy = try policy(#"{"degree":"partial","accept":{"default":0.9}}"#)
        policy.fallbacks = [alarm(labels: ["a", "\u{e9}"])]
        let routing = route(policy, facts())
        #expect(routing.route == .queued && routing.reason == .alarm)
        #expect(routing.propensity == 1 && !routing.isBlind)
        #expect(abs(routing.urgency - 0.01) < 1e-9, "by its doubt, as ever")
        #expect(route(policy, facts("b")).route == .accepted)
        #expect(route(policy, facts("e\u{301}")).route == .accepted, "labels are bytes")
        #expect(route(policy, facts(version: "2")).route == .accepted)
        #expect(route(policy, facts("a", 0.5)).reason == .belowThreshold)
        #expect(route(policy, facts("a", nil)).reason == .missingConfidence)
        policy.degree = .full
        #expect(route(policy, facts("a", nil)).reason == .alarm)
        #expect(route(policy, facts("b", nil)).route == .accepted)
        policy.degree = .shadow
        #expect(route(policy, facts()).wouldBe == .queued)
    }

    @Test("nothing is drawn about what a fallback gives to people")
    func propensity() throws {
        var policy = try policy(
            #"{"degree":"partial","automation_share":0.5,"audit_rate":0.2}"#)
        #expect(route(policy, facts()).propensity == 0.6)
        policy.fallbacks = [alarm()]
        for (audit, share) in [(0.0, 0.0), (0.9, 0.0), (0.0, 0.9)] {
            let routing = route(policy, facts(), audit: audit, share: share)
            #expect(routing.route == .queued && routing.propensity == 1)
            #expect(routing.reason == .alarm)
        }
    }

    @Test("held items are the most urgent, and a raised threshold is laid over the others")
    func holdAndRaise() throws {
        var policy = try policy(
            """
            {"degree":"partial","accept":{"default":0.9},"on_alarm":"hold","rules":[
             {"name":"low","when":{"label":"b"},"then":{"priority":"low"}},
             {"name":"sure","when":{"label":"é"},"then":{"route":"accept"}}]}
            """)
        let held = try #require(
            policy.response(to: alarm(), previous: nil, labels: labels).policy)
        #expect(route(held, facts()).urgency == 1)
        #expect(route(held, facts("b")).urgency == 1 && route(held, facts("b")).rule == "low")
        #expect(route(held, facts("\u{e9}", 0.1)).reason == .alarm, "a rule that accepts as well")

        policy.onAlarm = .raise
        let first = policy.response(to: alarm(), previous: nil, labels: labels)
        #expect(first.taken == .assist)
        let raised = try #require(first.policy?.raised(1, to: 0.97))
        #expect(route(raised, facts("a", 0.969)).reason == .alarm)
        #expect(route(raised, facts("a", 0.97)).route == .accepted)
        #expect(route(raised, facts("\u{e9}", 0.1)).reason == .alarm)
        #expect(raised.raised(1, to: 0.9) == nil, "only once")
        #expect(raised.raised(2, to: 0.9) == nil)
    }

    @Test("an expired certificate takes nothing from rules that it never covered")
    func expiry() throws {
        var policy = try policy(
            """
            {"degree":"partial","accept":{"default":0.9},"rules":[
             {"name":"sure","when":{"label":"b"},"then":{"accept":0.5}},
             {"name":"two","when":{"label":"a"},"then":{"reviewers":2}}]}
            """)
        policy.fallbacks = [alarm(1, .expiry)]
        #expect(route(policy, facts("b", 0.6)).route == .accepted)
        let routing = route(policy, facts())
        #expect(routing.reason == .alarm && routing.reviewers == 2 && routing.rule == "two")
        policy.fallbacks = [alarm(1, .concept)]
        #expect(route(policy, facts("b", 0.6)).reason == .alarm)
        #expect(!alarm(1, .expiry).covers(alarm(2, .concept)))
        #expect(alarm(1, .concept).covers(alarm(2, .expiry)))
    }

    @Test("the policy before comes back only if it accepts less")
    func previous() throws {
        let now = try policy(
            #"{"degree":"partial","accept":{"default":0.9},"error_limit":0.02,"on_alarm":"previous"}"#
        )
        func response(_ before: Policy?) -> AlarmResponse {
            now.response(to: alarm(), previous: before, labels: labels)
        }
        #expect(response(nil).taken == .assist)
        #expect(response(nil).note == "no policy was in force before")
        var before = now
        #expect(response(before).note == "the policy before accepts as much")
        before.accept.standard = 0.8
        #expect(response(before).note == "the policy before may accept more")
        before.accept.standard = 0.95
        let back = response(before)
        #expect(back.taken == .previous && back.note == nil)
        let policy = try #require(back.policy)
        #expect(policy.accept.standard == 0.95 && policy.fallbacks.map(\.action) == [.previous])
        #expect(route(policy, facts("a", 0.96)).route == .accepted)
        #expect(route(policy, facts("a", 0.94)).reason == .belowThreshold)
        before.accept.labels[ExactText("b")] = 0.5
        #expect(response(before).taken == .assist, "one label would be laxer")
        before = .standard
        #expect(response(before).policy?.degree == .assist)
        before.degree = .full
        #expect(response(before).taken == .assist)
    }

    @Test("nothing happens where nothing is automated, where one stands, or where nothing is to be")
    func nothing() throws {
        var policy = try policy(#"{"degree":"assist"}"#)
        func response(_ alarm: Fallback) -> AlarmResponse {
            policy.response(to: alarm, previous: nil, labels: labels)
        }
        #expect(
            response(alarm())
                == AlarmResponse(policy: nil, taken: .notify, note: "people decide everything"))
        policy.degree = .partial
        policy.onAlarm = .notify
        #expect(response(alarm()) == AlarmResponse(policy: nil, taken: .notify, note: nil))
        #expect(response(alarm(1, .expiry)).taken == .assist)
        policy.onAlarm = .assist
        policy = try #require(response(alarm()).policy)
        #expect(response(alarm(2)).note == "fallback 1 covers it already")
        #expect(response(alarm(2, labels: ["a"])).policy == nil)
        policy.fallbacks = [alarm(1, labels: ["a"])]
        let second = try #require(response(alarm(2)).policy)
        #expect(second.fallbacks.map(\.number) == [1, 2], "other labels are not covered")
    }
}
