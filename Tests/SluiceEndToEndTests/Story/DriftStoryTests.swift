import Foundation
import SluiceClient
import SluiceJSON
import TestSupport
import Testing

/// Real streams whose classes move away from what the models were trained on: the alarms come in the
/// part that drifts, and not before.
@Suite("Traffic that drifts", .inTurns)
struct DriftStoryTests {
    @Test("an assistant gets questions that its model has no class for")
    func intents() async throws {
        guard let data = try await StoryData.intents() else { return }
        try await tell(
            data,
            DriftPlan(
                skipped: data.main.count - 3010, calm: 3010, drifting: 1720, window: 430,
                threshold: 0.9, audits: 0.5, errorLimit: 0.05, reviewers: 4,
                expected: ["confidence"], hasGap: true))
    }

    @Test("papers of later years are other than those a model was trained on")
    func papers() async throws {
        guard let data = try await StoryData.papers() else { return }
        try await tell(
            data,
            DriftPlan(
                skipped: 0, calm: 2400, drifting: 3600, window: 600, threshold: 0.9, audits: 1,
                errorLimit: 0.25, reviewers: 1, expected: ["predicted_label"], hasGap: false))
    }

    private func tell(_ data: StoryData, _ plan: DriftPlan) async throws {
        try await Home.served { home, _ in
            let story = try await Story(data, home)
            let team = Team(
                clients: Array(story.team.clients.prefix(plan.reviewers)),
                project: data.project, truth: data.truth)
            try await story.setPolicy(
                """
                {"degree":"partial","accept":{"default":\(plan.threshold)},
                 "audit_rate":\(plan.audits),"audits":{"second_look":false},
                 "error_limit":\(plan.errorLimit),"on_alarm":"notify"}
                """, reason: "watch what the model decides")
            try await story.sluice("drift", "window", "--items", "\(plan.window)")
            try await story.sluice("drift", "inputs", "payload.text", "payload.type")
            _ = story.take(plan.skipped)
            var audits = try await run(story, team, story.take(plan.calm))
            let calm = try await settled(story, plan.calm / plan.window) {
                $0["concept"]?["audits"]?.int == audits
            }
            #expect(calm["alarms"]?.array?.isEmpty == true, "\(calm["alarms"] as Any)")
            #expect(calm["level"]?.string == "none")
            try await story.sluice("calibration", "fit")
            let calibration = try await story.json("calibration")
            #expect(try #require(calibration["labels"]?.int) > plan.calm / 2)
            story.drift()
            let began = try #require(calibration["as_of"]?.string)
            audits += try await run(story, team, story.take(plan.drifting))
            let all = plan.calm + plan.drifting
            let drifted = try await settled(story, all / plan.window) {
                $0["concept"]?["alarmed_at"]?.string != nil
            }
            let alarms = try #require(drifted["alarms"]?.array)
            #expect(alarms.allSatisfy { $0["at"]?.string ?? "" > began })
            let signals = alarms.compactMap { $0["signal"]?.string }
            for signal in plan.expected + ["audited_error"] {
                #expect(signals.contains(signal), "\(signal) of \(signals)")
            }
            #expect(!signals.contains { $0.hasPrefix("payload") }, "\(signals)")
            try await expectGap(story, since: began, plan.hasGap)
            try await expectWords(story)
        }
    }

    /// Sends items in parts, as they come, and has people answer what they are asked.
    ///
    /// - Returns: how many were audited.
    private func run(_ story: Story, _ team: Team, _ items: [StoryItem]) async throws -> Int {
        var audits = 0
        for start in stride(from: 0, to: items.count, by: 602) {
            let part = Array(items[start..<min(start + 602, items.count)])
            let sent = try await story.send(part, .old)
            audits += sent.count { $0.route == "audited" }
            try await team.answerEverything()
        }
        return audits
    }

    /// The report once so many windows are closed, and what else is waited for holds.
    private func settled(
        _ story: Story, _ windows: Int, _ holds: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        var report = try await story.json("drift")
        try await eventually(
            "\(windows) windows are closed, and the audits read", within: .seconds(90)
        ) {
            report = try await story.json("drift")
            return report["current"]?["number"]?.int == windows && holds(report)
        }
        return report
    }

    /// Whether more of what is accepted is wrong than the confidences promise, by the map of the calm
    /// part.
    private func expectGap(_ story: Story, since: String, _ hasGap: Bool) async throws {
        let report = try await story.json("drift", "--from", since)
        let error = report["expected_error"]
        let lo = try #require(error?["gap"]?["lo"]?.double, "\(error as Any)")
        #expect((lo > 0) == hasGap, "\(error?["sentence"]?.string ?? "")")
        #expect(try #require(error?["expected"]?["map"]?.int) >= 1)
    }

    /// People see it on 80 columns, in the report and in the audit log.
    private func expectWords(_ story: Story) async throws {
        for command in ["drift", "calibration"] {
            let text = try await story.sluice(command).output
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
            print(text)
        }
        let log = try await story.sluice("audit-log", "--json", "--limit", "100").output
        #expect(log.contains("drift.alarmed") && log.contains("concept.alarmed"))
        let alarms = try await story.json("report")["alarms"]?.array ?? []
        #expect(alarms.contains { $0["kind"]?.string == "concept" })
        let warnings = try await story.json("report")["warnings"]?.array ?? []
        #expect(warnings.contains { $0.string?.contains("wrong more often") == true })
        let last = try await story.json("drift")["concept"]?["episodes"]?[0]?["number"]?.int
        let number = try #require(last)
        let closed = try await story.sluice("drift", "close", "\(number)", "--reason", "known")
        #expect(closed.error.contains("alarm \(number) is over"), "\(closed.error)")
        #expect(try await story.sluice("drift").output.contains("is over since"))
        let none = try await story.sluice("drift", "close", "99", "--reason", "x", status: 1)
        #expect(none.error.contains("numbered 99"), "\(none.error)")
    }
}

/// How a stream is dealt out.
private struct DriftPlan {
    let skipped: Int
    let calm: Int
    let drifting: Int
    /// How many items make a window.
    let window: Int
    let threshold: Double
    let audits: Double
    let errorLimit: Double
    let reviewers: Int
    /// The signals that must raise the alarm.
    let expected: [String]
    /// Whether more becomes wrong than the confidences show: of a question that the model has no
    /// class for it may be sure, of papers unlike those it knows it is less sure.
    let hasGap: Bool
}
