import SluiceDomain
import SluiceJSON
import Testing

@Suite("Rollout documents")
struct RolloutDocumentTests {
    private func rollout(_ text: String) throws -> Rollout {
        try Rollout(document: JSONValue(parsing: text))
    }

    @Test("only the serving version is needed; the rest takes the stated defaults")
    func defaults() throws {
        let rollout = try rollout(#"{"serving":"fraud/6"}"#)
        #expect(rollout.mode == .serving && rollout.candidate == nil && rollout.share == 0)
        #expect(rollout.answerWithinSeconds == 60 && rollout.fallback == .other)
        #expect(rollout.guardrails == Rollout.Guardrails())
        #expect(rollout.guardrails.minimumLabels == 100 && rollout.guardrails.falseAlarm == 0.01)
        #expect(try self.rollout(#"{"serving":"f/6","candidate":"f/7"}"#).mode == .shadow)
    }

    @Test("every key is read, and written back in one order")
    func everyKey() throws {
        let text =
            #"{"serving":"fraud/6","candidate":"fraud/7","previous":"fraud/5","#
            + #""previous_rolled_back":true,"mode":"ramp","share":0.25,"#
            + #""ramp":{"steps":[0.05,0.25,1],"every_seconds":86400,"step":1,"#
            + #""stepped_at":"2026-11-21T04:42:11.000500Z"},"#
            + #""guard":{"minimum_labels":50,"error_limit":0.05,"false_alarm":0.02},"#
            + #""answer_within_seconds":5,"fallback":"review"}"#
        let rollout = try rollout(text)
        #expect(rollout.ramp?.steps == [0.05, 0.25, 1] && rollout.ramp?.step == 1)
        #expect(rollout.ramp?.everySeconds == 86_400 && rollout.isPreviousRolledBack)
        #expect(rollout.ramp?.nextShare == 1)
        #expect(
            rollout.guardrails
                == Rollout.Guardrails(minimumLabels: 50, errorLimit: 0.05, falseAlarm: 0.02))
        #expect(rollout.answerWithinSeconds == 5 && rollout.fallback == .review)
        #expect(String(decoding: rollout.document, as: UTF8.self) == text)
    }

    private static let ramp =
        #""serving":"f/6","candidate":"f/7","mode":"ramp","share":0.5,"ramp":"#

    @Test(
        "a refusal names the exact place",
        arguments: [
            ("[]", ""), ("{}", "serving"), (#"{"serving":7}"#, "serving"),
            (#"{"serving":"fraud"}"#, "serving"), (#"{"serving":null}"#, "serving"),
            (#"{"serving":"f/6","candidate":"/7"}"#, "candidate"),
            (#"{"serving":"f/6","candidate":"f/6"}"#, "candidate"),
            (#"{"serving":"f/6","mode":"shadow"}"#, "candidate"),
            (#"{"serving":"f/6","candidate":"f/7","mode":"serving"}"#, "candidate"),
            (#"{"serving":"f/6","mode":"blue"}"#, "mode"),
            (#"{"serving":"f/6","share":0.5}"#, "share"),
            (#"{"serving":"f/6","candidate":"f/7","share":0.5}"#, "share"),
            (#"{"serving":"f/6","candidate":"f/7","mode":"canary"}"#, "share"),
            (#"{"serving":"f/6","candidate":"f/7","mode":"canary","share":1.1}"#, "share"),
            (#"{"serving":"f/6","candidate":"f/7","mode":"ramp","share":0.5}"#, "ramp"),
            (#"{"serving":"f/6","previous":"f/6"}"#, "previous"),
            (#"{"serving":"f/6","previous_rolled_back":1}"#, "previous_rolled_back"),
            (#"{"serving":"f/6","sharing":1}"#, "sharing"),
            (#"{"serving":"f/6","answer_within_seconds":0}"#, "answer_within_seconds"),
            (#"{"serving":"f/6","answer_within_seconds":604801}"#, "answer_within_seconds"),
            (#"{"serving":"f/6","fallback":"dice"}"#, "fallback"),
            (#"{"serving":"f/6","guard":[]}"#, "guard"),
            (#"{"serving":"f/6","guard":{"minimum_labels":0}}"#, "guard.minimum_labels"),
            (#"{"serving":"f/6","guard":{"error_limit":2}}"#, "guard.error_limit"),
            (#"{"serving":"f/6","guard":{"false_alarm":0}}"#, "guard.false_alarm"),
            (#"{"serving":"f/6","guard":{"alarm":1}}"#, "guard.alarm"),
            ("{\(ramp){\"steps\":[]}}", "ramp.steps"),
            ("{\(ramp){\"steps\":[0.5,0.5]}}", "ramp.steps[1]"),
            ("{\(ramp){\"steps\":[0]}}", "ramp.steps[0]"),
            ("{\(ramp){\"steps\":[0.5]}}", "ramp.stepped_at"),
            (
                "{\(ramp){\"steps\":[0.5],\"stepped_at\":\"2026-11-21T00:00:00Z\"}}",
                "ramp.every_seconds"
            ),
            (
                "{\(ramp){\"steps\":[0.5],\"stepped_at\":\"2026-11-21T00:00:00Z\",\"every_seconds\":1,\"step\":1}}",
                "ramp.step"
            ),
            (
                "{\(ramp){\"steps\":[0.4],\"stepped_at\":\"2026-11-21T00:00:00Z\",\"every_seconds\":1}}",
                "share"
            ),
            ("{\(ramp){\"pace\":1}}", "ramp.pace"),
        ])
    func refusals(text: String, path: String) throws {
        let error = try #require(throws: RolloutDocumentError.self) { try rollout(text) }
        #expect(error.path == path)
        #expect(error.detail.contains("accepted: "))
        #expect(!error.accepted.isEmpty && !error.found.isEmpty)
    }
}
