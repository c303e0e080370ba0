import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Labels that are renamed and retired", .database)
struct LabelSetTests {
    @Test("a renamed label counts on: under the new name everywhere, whichever name is sent")
    func renamed() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.99,"labels":{"b":0.8}}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("1", label: "b", confidence: "0.9"),
                SentPrediction(
                    "2", label: "b", confidence: "0.7", more: #""scores":{"b":0.7,"a": 0.3}"#),
            ])
            try await service.change(.rename("b", to: "beta"))
            let outcomes = try await service.ingest([
                SentPrediction("3", label: "b", confidence: "0.9"),
                SentPrediction("4", label: "beta", confidence: "0.9"),
                SentPrediction("5", label: "beta", confidence: "0.7"),
            ]).map { try #require($0.stored) }
            // The threshold of the policy is the label's, and the reply says the name of now.
            #expect(outcomes.map(\.route) == [.accepted, .accepted, .queued])
            #expect(
                outcomes.map { $0.label.map { String(decoding: $0, as: UTF8.self) } } == [
                    "beta", "beta", nil,
                ])
            #expect(outcomes.map { $0.labelNow != nil } == [true, false, false])
            // A repeat is one under either name, scores included.
            let again = try await service.ingest([
                SentPrediction("1", label: "beta", confidence: "0.9"),
                SentPrediction(
                    "2", label: "beta", confidence: "0.7", more: #""scores":{"beta":0.7,"a": 0.3}"#),
                SentPrediction(
                    "2", label: "b", confidence: "0.7", more: #""scores":{"b":0.7,"a": 0.3}"#),
                SentPrediction("5", label: "b", confidence: "0.7"),
            ])
            #expect(again.allSatisfy { $0.stored?.isDuplicate == true }, "\(again)")
            let twice = try await service.ingest([
                SentPrediction("6", label: "b", more: #""scores":{"beta":0.7,"b":0.3}"#)
            ])
            #expect(twice.first?.refusal?.code == .invalidField)
            // A lease shows the new name; an answer under the old one is of the same label.
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            #expect(leases.count == 2)
            for (index, lease) in leases.enumerated() {
                let result = try await service.answer(
                    lease, .label(index == 0 ? "b" : "beta"), id: "r\(index)", by: ann)
                #expect(result.decision?.outcome == "accepted" && result.decision?.label == "b")
                // Sent again under the other name it is the same answer.
                let repeated = try await service.answer(
                    lease, .label(index == 0 ? "beta" : "b"), id: "r\(index)", by: ann)
                #expect(repeated.isDuplicate)
            }
            let exported = try await service.exportedRows()
            #expect(exported.count == 5)
            #expect(
                exported.allSatisfy {
                    $0["label"]?.string == "beta" && $0["predicted"]?.string == "beta"
                })
            let report = try await service.labelReport()
            #expect(
                LabelViews.received(report, "beta") == 5 && LabelViews.received(report, "b") == nil)
            for name in ["b", "beta"] {
                let narrowed = try await service.labelReport(name)
                #expect(narrowed["metrics"]?["received"]?["value"]?.double == 5)
            }
            let shown = try await service.shownItem("2")
            #expect(shown["predictions"]?.array?[0]["scores"]?["beta"]?.double == 0.7)
            #expect(shown["decision"]?["label"]?.string == "beta")
            #expect(shown["reviews"]?.array?[0]["label"]?.string == "beta")
            // The policy is shown in the names of now, and taken in either.
            let record = try await service.administration.policyInForce(of: service.project())
                .policy
            let document = try record.document(in: await service.project().labels)
            #expect(String(decoding: document, as: UTF8.self).contains(#""labels":{"beta":0.8}"#))
            for name in ["b", "beta"] {
                try await service.setPolicy(#"{"accept":{"labels":{"\#(name)":0.5}}}"#)
                let policy = try await service.project().policy
                #expect(policy.accept.threshold(for: ExactText("b")) == 0.5)
            }
            #expect(try await service.sql("SELECT DISTINCT label FROM prediction") == "b")
        }
    }

    @Test("answers before and after a renaming agree")
    func agreeing() async throws {
        try await TestService.run(policy: #"{"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#) {
            service in
            try await service.ingest([SentPrediction("1", label: "a")])
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let first = try #require(try await service.lease(by: ann).first)
            try await service.answer(first, .label("c"), id: "r1", by: ann)
            try await service.change(.rename("c", to: "sea"))
            let second = try #require(try await service.lease(by: bob).first)
            let result = try await service.answer(second, .label("sea"), id: "r2", by: bob)
            #expect(
                result.decision?.source == "consensus" && result.decision?.outcome == "corrected")
            #expect(try await service.exportedRows().map { $0["label"]?.string } == ["sea"])
        }
    }

    @Test("a prediction of a retired label goes to a person, who is not shown it")
    func retired() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.8}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction(
                    "1", label: "c", confidence: "0.5", more: #""scores":{"c":0.5,"a":0.3}"#)
            ])
            let ann = try await service.reviewer("ann")
            let held = try #require(try await service.lease(by: ann).first)
            #expect(!held.isBlind)
            let change = try await service.change(.retire("c"))
            #expect(
                change.kind == .retired && change.effects.waiting == 1
                    && change.effects.decided == 0)
            let stored = try #require(
                try await service.ingest([SentPrediction("2", label: "c", confidence: "0.99")])
                    .first?
                    .stored)
            #expect(
                stored.route == .queued && stored.reason == "label_retired" && stored.label == nil)
            let view = try await service.shownItem("2")
            #expect(view["predictions"]?.array?[0]["label"]?.string == "c")
            #expect(view["predictions"]?.array?[0]["said_label"]?.string == "c")
            // Who holds a lease of before cannot give it any more, and can go on with another.
            await #expect(throws: ReviewError.labelRetired("c")) {
                try await service.answer(held, .label("c"), id: "r1", by: ann)
            }
            try await service.answer(held, .label("a"), id: "r1", by: ann)
            let next = try #require(try await service.lease(by: ann).first)
            #expect(next.content.externalID == "2" && next.isBlind)
            let result = try await service.answer(next, .label("b"), id: "r2", by: ann)
            #expect(result.decision?.outcome == "corrected")
            // What waits with it is not shown with it either.
            try await service.change(.add(Label(name: "c")))
            try await service.ingest([SentPrediction("3", label: "c", confidence: "0.5")])
            try await service.change(.retire("c"))
            let waiting = try #require(try await service.lease(by: ann).first)
            #expect(waiting.content.externalID == "3" && waiting.isBlind)
            try await service.reviewing.release(waiting.id, project: service.project(), by: ann)
            try await service.change(.add(Label(name: "c")))
            #expect(try await service.lease(by: ann).first?.isBlind == false)
            // What it was given to keeps it.
            #expect(
                try await service.labelReport()["by_label"]?.array?.map { $0["label"]?.string } == [
                    "c"
                ])
        }
    }

    @Test("an answer that was recorded before its label was retired is told as a repeat")
    func repeatedAfterRetirement() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("1", label: "c")])
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.lease(by: ann).first)
            try await service.answer(lease, .label("c"), id: "r1", by: ann)
            try await service.change(.retire("c"))
            #expect(try await service.answer(lease, .label("c"), id: "r1", by: ann).isDuplicate)
            await #expect(throws: ReviewError.labelRetired("c")) {
                try await service.answer(lease, .label("c"), id: "r2", by: ann)
            }
        }
    }

    @Test("what-if under the policy in force is the report, whatever became of labels")
    func whatIf() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.6}}"#
        try await TestService.run(policy: policy) { service in
            func send(_ name: String) async throws {
                try await service.ingest(
                    (0..<30).map { index in
                        SentPrediction(
                            "\(name)\(index)", label: ["a", "b", "c"][index % 3],
                            confidence: index % 2 == 0 ? "0.9" : "0.4")
                    })
            }
            try await send("before")
            try await service.change(.retire("c"))
            try await send("without")
            try await service.change(.merge("b", into: "a"))
            try await send("merged")
            try await service.change(.add(Label(name: "c")))
            try await service.change(.add(Label(name: "b")))
            try await send("back")
            let metrics = try #require(try await service.labelReport()["metrics"])
            let whatIf = try JSONValue(
                parsing: try await WhatIf(pool: service.pool).json(
                    WhatIfQuestion(), project: service.project()))
            let inForce = try #require(whatIf["candidates"]?.array?.first)
            let automated = metrics["automation_rate"]?["value"]?.double
            #expect(automated != nil)
            #expect(inForce["automation_rate"]?["value"]?.double == automated)
            #expect(LabelViews.received(try await service.labelReport(), "b") == 30)
        }
    }

    @Test("an export can say what a label is stored under, and by which set it was decided")
    func exportedVersions() async throws {
        try await TestService.run { service in
            try await service.ingest(["1", "2"].map { SentPrediction($0) })
            let ann = try await service.reviewer("ann")
            for (id, name) in [("r1", "b"), ("r2", "beta")] {
                let lease = try #require(try await service.lease(by: ann).first)
                try await service.answer(lease, .label(name), id: id, by: ann)
                if id == "r1" { try await service.change(.rename("b", to: "beta")) }
            }
            let bytes = Bytes()
            try await LabelExport(pool: service.pool).run(
                .csv, filter: LabelFilter(label: "b"), project: service.project(),
                tellsLabelSet: true
            ) { await bytes.append($0) }
            let lines = await String(decoding: bytes.all, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 3 && lines[0].hasSuffix(",metadata,label_id,label_set_version"))
            #expect(lines[1].hasPrefix("1,beta,") && lines[1].hasSuffix(",b,1"))
            #expect(lines[2].hasPrefix("2,beta,") && lines[2].hasSuffix(",b,2"))
        }
    }

    private actor Bytes {
        var all: [UInt8] = []
        func append(_ chunk: [UInt8]) { all += chunk }
    }
}
