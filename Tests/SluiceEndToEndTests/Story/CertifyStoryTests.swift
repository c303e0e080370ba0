import Foundation
import SluiceJSON
import TestSupport
import Testing

/// A real stream through the whole product: thresholds certified from what reviewers said, who knew
/// the truth, hold on the rest of the stream.
@Suite("Certified thresholds on a real stream", .inTurns)
struct CertifyStoryTests {
    /// What the model answers at or above a threshold in a part of the stream.
    private struct Answered {
        let share: Double
        let error: Double

        init(_ items: ArraySlice<StoryItem>, from threshold: Double) {
            let accepted = items.filter { $0.new.confidence >= threshold }
            let wrong = accepted.count { $0.new.label != $0.truth }
            share = Double(accepted.count) / Double(items.count)
            error = Double(wrong) / Double(max(accepted.count, 1))
        }
    }

    private let limit = 0.02

    @Test("an assistant's commands: first from people alone, then from audits beyond the threshold")
    func intents() async throws {
        guard let data = try await StoryData.intents() else { return }
        try await Home.served { home, _ in
            let story = try await Story(data, home)
            try await story.setPolicy(
                #"{"degree":"assist","audit_rate":0.5,"error_limit":0.02}"#, reason: "begin")
            // Before anybody has answered there is nothing to promise, and the command says so.
            try await send(story, 1500)
            let early = try await story.sluice("policy", "certify", status: 2)
            #expect(early.output.contains("No threshold for query-domain/2.0.0 can be promised"))
            try await story.team.answerEverything()
            try await story.sluice("policy", "certify", "--apply", "--reason", "first labels")
            let first = try await newest(story)
            #expect(first["status"]?.string == "applied" && first["number"]?.int == 2)
            let before = try #require(first["thresholds"]?["default"]?.double)
            let rest = data.main[1500...]
            let promised = Answered(rest, from: before)
            #expect(promised.error <= limit, "\(promised)")
            #expect(promised.share > 0.6, "\(promised)")
            #expect(
                abs(promised.share - (first["automation"]?["value"]?.double ?? 0)) < 0.05)
            // The product answers by it: what came back is counted against the truth.
            let sent = try await send(story, 2500)
            let accepted = sent.filter { $0.label != nil }
            let truth = data.truth
            let wrong = accepted.count { $0.label != truth[$0.item] }
            #expect(Double(wrong) / Double(accepted.count) <= limit)
            #expect(accepted.count == data.main[1500..<4000].count { $0.new.confidence >= before })
            try await story.team.answerEverything()
            // Now the labels come from that threshold: audits above, reviews below.
            let from = try await boundary(story, home)
            try await story.sluice(
                "policy", "certify", "--error", "0.03", "--from", from, "--apply")
            let second = try await newest(story)
            #expect(second["status"]?.string == "applied", "\(second["sentence"]?.string ?? "")")
            let after = try #require(second["thresholds"]?["default"]?.double)
            let remaining = Answered(data.main[4000...], from: after)
            #expect(after < before, "automation grows beyond what was audited: \(after)")
            #expect(remaining.error <= 0.03, "\(remaining)")
            let chain = try #require(second["chains"]?[0])
            let forms = (chain["steps"]?.array ?? []).compactMap { $0["form"]?.string }
            #expect(forms.contains("binomial") && forms.contains("two_strata"))
            // The whole is told, listed, and revoked.
            let shown = try await story.sluice("policy", "certificates", "show", "3")
            #expect(
                shown.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                    .contains("at most 3 % is wrong, with 95 % confidence"))
            #expect(
                shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(shown.output)"
            )
            let revoked = try await story.sluice(
                "policy", "certificates", "revoke", "3", "--reason", "the end")
            #expect(revoked.error.contains("certificate 3 is revoked"))
            #expect(
                revoked.error.contains("sluice policy resume gives it back"), "\(revoked.error)")
            #expect(try await story.sluice("policy", "fallbacks").output.contains("revocation"))
            let resumed = try await story.sluice("policy", "resume", "--reason", "no")
            #expect(resumed.error.contains("is in force"), "\(resumed.error)")
            let kept = try await story.sluice(
                "policy", "certificates", "revoke", "3", "--reason", "x", "--keep-routing")
            #expect(kept.error.contains("the routing stays as it is"), "\(kept.error)")
            let list = try await story.sluice("policy", "certificates")
            #expect(list.output.contains("revoked") && list.output.contains("applied as policy"))
            let refused = try await story.sluice(
                "policy", "certificates", "apply", "3", status: 1)
            #expect(refused.error.contains("it was revoked: the end"))
            print(
                "certified \(before): \(promised); certified \(after): \(remaining)\n"
                    + shown.output + list.output)
        }
    }

    @discardableResult
    private func send(_ story: Story, _ count: Int) async throws -> [Story.Sent] {
        try await story.send(story.take(count), .new)
    }

    private func newest(_ story: Story) async throws -> JSONValue {
        let list = try await story.sluice("policy", "certificates", "list", "--json")
        let line = try #require(list.output.split(separator: "\n").first)
        let number = try #require(try JSONValue(parsing: Array(line.utf8))["number"]?.int)
        return try await story.json("policy", "certificates", "show", "\(number)")
    }

    /// When the first certificate came into force.
    private func boundary(_ story: Story, _ home: Home) async throws -> String {
        let history = try await story.sluice("policy", "history", "--json")
        let line = try #require(history.output.split(separator: "\n").first)
        return try #require(try JSONValue(parsing: Array(line.utf8))["at"]?.string)
    }
}
