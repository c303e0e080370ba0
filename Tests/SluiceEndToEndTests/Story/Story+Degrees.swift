import SluiceJSON
import Testing

/// The degrees before the model decides anything.
extension Story {
    /// `human_only`: items come without predictions, and people decide them all.
    func peopleAlone(_ plan: StoryPlan) async throws {
        try await setPolicy(#"{"degree":"human_only"}"#, reason: "no model yet")
        let items = take(plan.peopleOnly)
        let sent = try await send(items)
        #expect(sent.allSatisfy { $0.route == "queued" && $0.label == nil })
        let seen = try await team.answerEverything()
        #expect(seen.count == items.count && seen.allSatisfy { $0.suggested == nil })
        let metrics = try await metrics()
        #expect(try count(metrics, "received") == items.count)
        #expect(try value(metrics, "automation_rate") == 0)
        note("human_only", items, sent, "no model yet; items come without predictions")
    }

    /// `shadow`: what the model would have done is recorded, and nobody sees it.
    func shadow(_ plan: StoryPlan) async throws {
        try await setPolicy(
            #"{"degree":"shadow","accept":{"default":\#(plan.threshold)}}"#,
            reason: "what would the first model do?")
        let items = take(plan.shadow)
        let sent = try await send(items, .old)
        #expect(sent.allSatisfy { $0.route == "queued" })
        let seen = try await team.answerEverything()
        #expect(seen.count == items.count && seen.allSatisfy { $0.suggested == nil })
        let confident = items.filter { $0.old.confidence >= plan.threshold }
        let wrong = confident.filter { $0.old.label != $0.truth }
        note(
            "shadow", items, sent,
            "would have decided \(Story.percent(Double(confident.count) / Double(items.count))), "
                + "\(Story.percent(Double(wrong.count) / Double(confident.count))) of it wrong")
    }

    /// `assist`: people decide everything and see what the model says.
    func assist(_ plan: StoryPlan) async throws {
        try await setPolicy(
            #"{"degree":"assist","accept":{"default":\#(plan.threshold)}}"#,
            reason: "show reviewers what it says")
        let items = take(plan.assist)
        let sent = try await send(items, .old)
        #expect(sent.allSatisfy { $0.route == "queued" })
        let seen = try await team.answerEverything()
        #expect(seen.count == items.count && seen.allSatisfy { $0.suggested != nil })
        let overridden = items.filter { $0.old.label != $0.truth }.count
        #expect(seen.count { $0.suggested != $0.answer } == overridden)
        let metrics = try await metrics()
        let shown = try #require(metrics["override_rate_queue_shown"])
        #expect(shown["n"]?.int == items.count)
        #expect(shown["value"]?.double == Double(overridden) / Double(items.count))
        note(
            "assist", items, sent,
            "people override \(Story.percent(Double(overridden) / Double(items.count)))")
    }

    /// The metrics of the report.
    func metrics() async throws -> JSONValue {
        try #require(try await json("report")["metrics"])
    }

    func value(_ metrics: JSONValue, _ name: String) throws -> Double {
        try #require(metrics[name]?["value"]?.double, "\(name)")
    }

    func count(_ metrics: JSONValue, _ name: String) throws -> Int {
        Int(try value(metrics, name))
    }
}
