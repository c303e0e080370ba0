import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Labels that are merged", .database)
struct LabelMergeTests {
    @Test("a merged label is the other one: what waits, what comes, what was answered")
    func merged() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.95,"labels":{"a":0.8}}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction(
                    "1", label: "b", confidence: "0.5", more: #""scores":{"b":0.5,"a":0.3,"c":0.2}"#
                ),
                SentPrediction("2", label: "b", confidence: "0.96"),
            ])
            let change = try await service.change(.merge("b", into: "a"))
            #expect(change.effects.waiting == 1 && change.effects.decided == 1)
            // It is routed as the other, and what the model said is kept.
            let stored = try #require(
                try await service.ingest([SentPrediction("3", label: "b", confidence: "0.9")])
                    .first?
                    .stored)
            #expect(stored.route == .accepted && stored.label == Array("a".utf8))
            #expect(stored.labelNow == Array("a".utf8))
            #expect(
                try await service.sql(
                    "SELECT label, said_label FROM prediction WHERE said_label IS NOT NULL")
                    == "a|b")
            #expect(
                try await service.shownItem("3")["predictions"]?.array?[0]["said_label"]?.string
                    == "b")
            // Sent again it is a repeat, as is what came before.
            let again = try await service.ingest([
                SentPrediction("3", label: "b", confidence: "0.9"),
                SentPrediction("2", label: "b", confidence: "0.96"),
            ])
            #expect(again.allSatisfy { $0.stored?.isDuplicate == true })
            // What waited is that label, too: taking it up is no correction.
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(by: ann).first)
            #expect(!lease.isBlind)
            let result = try await service.answer(lease, .label("a"), id: "r1", by: ann)
            #expect(result.decision?.outcome == "accepted")
            #expect(try await service.answer(lease, .label("b"), id: "r1", by: ann).isDuplicate)
            let exported = try await service.exportedRows()
            #expect(exported.map { $0["label"]?.string } == ["a", "a", "a"])
            #expect(exported.map { $0["predicted"]?.string } == ["a", "a", "a"])
            for name in ["a", "b"] {
                let narrowed = try await service.labelReport(name)
                #expect(narrowed["metrics"]?["received"]?["value"]?.double == (name == "a" ? 3 : 2))
            }
            let metrics = try await service.labelReport()
            #expect(metrics["metrics"]?["override_rate"]?["value"]?.double == 0)
            #expect(
                LabelViews.received(metrics, "a") == 3 && LabelViews.received(metrics, "b") == nil)
            // Two again.
            try await service.change(.add(Label(name: "b")))
            #expect(
                try await service.exportedRows().map { $0["label"]?.string } == ["b", "b", "a"])
        }
    }

    @Test(
        "answers before and after a merge agree, with the model or against it",
        arguments: ["b", "c"])
    func mergedConsensus(_ predicted: String) async throws {
        try await TestService.run(policy: #"{"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#) {
            service in
            try await service.ingest([SentPrediction("1", label: predicted)])
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let first = try #require(try await service.lease(by: ann).first)
            try await service.answer(first, .label("b"), id: "r1", by: ann)
            try await service.change(.merge("b", into: "a"))
            let second = try #require(try await service.lease(by: bob).first)
            let result = try await service.answer(second, .label("a"), id: "r2", by: bob)
            #expect(result.decision?.source == "consensus")
            #expect(result.decision?.outcome == (predicted == "b" ? "accepted" : "corrected"))
            #expect(try await service.exportedRows().map { $0["label"]?.string } == ["a"])
        }
    }
}
