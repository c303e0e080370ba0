import Foundation
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// The shipped demo, whose truth is known: what is estimated is compared with what is so.
@Suite("What-if on recorded traffic", .database)
struct WhatIfTests {
    private struct Demo {
        let labels: [String]
        let lines: [String]
        /// By external id: the predicted label, the confidence, the true label.
        let items: [String: (predicted: String, confidence: Double, truth: String)]

        init() throws {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../Deploy/demo-data").standardized
            func read(_ name: String) throws -> String {
                try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            }
            labels =
                try JSONValue(parsing: read("project.json"))["labels"]?.array?
                .compactMap { $0["name"]?.string } ?? []
            lines = try read("predictions.jsonl").split(separator: "\n").map(String.init)
            var truth: [String: String] = [:]
            for row in try read("truth.csv").split(separator: "\n").dropFirst() {
                let cells = row.split(separator: ",").map(String.init)
                truth[cells[0]] = cells[1]
            }
            var items: [String: (predicted: String, confidence: Double, truth: String)] = [:]
            for line in lines {
                let prediction = try JSONValue(parsing: line)
                let id = prediction["external_id"]?.string ?? ""
                items[id] = (
                    predicted: prediction["label"]?.string ?? "",
                    confidence: prediction["confidence"]?.double ?? 0, truth: truth[id] ?? ""
                )
            }
            self.items = items
        }

        func accepted(_ threshold: Double) -> (items: Int, wrong: Int) {
            let accepted = items.values.filter { $0.confidence >= threshold }
            return (accepted.count, accepted.count { $0.predicted != $0.truth })
        }
    }

    private func ask(
        _ service: TestService, _ question: WhatIfQuestion = WhatIfQuestion(), pageRows: Int = 5000
    ) async throws -> JSONValue {
        try JSONValue(
            parsing: try await WhatIf(pool: service.pool, pageRows: pageRows).json(
                question, project: service.project()))
    }

    private func answerAll(_ service: TestService, _ demo: Demo) async throws {
        var number = 0
        // The second takes another look at the audits that differ from the model.
        for name in ["ann", "bob"] {
            let caller = try await service.reviewer(name)
            while case let leases = try await service.lease(50, by: caller), !leases.isEmpty {
                for lease in leases {
                    number += 1
                    let truth = demo.items[lease.content.externalID]?.truth ?? ""
                    try await service.answer(
                        lease, .label(truth), id: "r\(number)", by: caller, seconds: 6)
                }
            }
        }
    }

    @Test(
        "the estimated error is that of the truth, within its interval, at nearly every threshold")
    func truth() async throws {
        let demo = try Demo()
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.25}"#
        try await TestService.run(labels: demo.labels, policy: policy) { service in
            // One draw of audits, the same in every run.
            try await service.sql(
                "UPDATE salt SET secret = decode(repeat('5a', 32), 'hex') WHERE purpose = 'routing'"
            )
            await service.directory.forget(service.name)
            try await service.ingest(lines: demo.lines)
            let before = try await ask(service)
            #expect(before["items"]?.int == 1542)
            #expect(
                before["candidates"]?.array?.allSatisfy { $0["error"]?["value"]?.isNull == true }
                    == true)
            #expect(before["handling_seconds"]?["value"]?.isNull == true)
            try await answerAll(service, demo)
            // So that there is a pace: three days of traffic.
            try await service.sql(
                "UPDATE prediction SET received_at = received_at - interval '3 days'")
            let from = Timestamp(
                microseconds: try await service.project().record.createdAt.microseconds
                    - 4 * 86_400_000_000)
            let to = Timestamp(microseconds: from.microseconds + 4 * 86_400_000_000)
            let reply = try await ask(service, WhatIfQuestion(from: from, to: to))
            let candidates = try #require(reply["candidates"]?.array)
            #expect(candidates.count == 1 + WhatIfQuestion.usualThresholds.count)
            #expect(candidates[0]["kind"]?.string == "in_force")
            var (covered, known) = (0, 0)
            for candidate in candidates {
                let threshold = try #require(candidate["threshold"]?.double)
                let (accepted, wrong) = demo.accepted(threshold)
                #expect(candidate["accepted"]?.int == accepted)
                #expect(candidate["queued"]?.int == 1542 - accepted)
                #expect(candidate["automation_rate"]?["value"]?.double == Double(accepted) / 1542)
                let present = demo.accepted(0.9).items
                #expect(candidate["change"]?["to_model"]?.int == max(0, accepted - present))
                #expect(candidate["change"]?["to_people"]?.int == max(0, present - accepted))
                let seen = try #require(candidate["to_people"]?.double)
                let perDay = try #require(candidate["to_people_per_day"]?["value"]?.double)
                #expect(abs(perDay - seen / 3) < 0.01 * seen)
                let hours = try #require(candidate["reviewer_hours"]?["value"]?.double)
                #expect(abs(hours - seen * 6 / 3600) < 1e-9)
                guard let lo = candidate["error"]?["lo"]?.double,
                    let hi = candidate["error"]?["hi"]?.double
                else { continue }
                known += 1
                if (lo...hi).contains(Double(wrong) / Double(accepted)) { covered += 1 }
            }
            #expect(known >= 16)
            #expect(covered >= known - 1, "\(covered) of \(known)")
            // Where everything that would newly be accepted has been labelled, the error is exact.
            let half = try #require(candidates.first { $0["threshold"]?.double == 0.5 })
            let (all, confident) = (demo.accepted(0.5), demo.accepted(0.9))
            #expect(
                half["error_of_newly_accepted"]?["value"]?.double
                    == Double(all.wrong - confident.wrong) / Double(all.items - confident.items))
            // The same, read a few items at a time.
            let small = try await ask(service, WhatIfQuestion(from: from, to: to), pageRows: 7)
            let isSame = small["candidates"] == reply["candidates"]
            #expect(isSame)
        }
    }

    @Test("a document is tried with its rules; erased payloads are left out for all and counted")
    func document() async throws {
        try await TestService.run(policy: #"{"degree":"partial","accept":{"default":0.9}}"#) {
            service in
            try await service.ingest(
                (0..<40).map {
                    SentPrediction(
                        "i\($0)", confidence: $0 < 20 ? "0.95" : "0.85",
                        payload: #"{"amount":\#($0)}"#)
                })
            let document = try JSONValue(
                parsing: """
                    {"degree":"partial","accept":{"default":0.8},"rules":[{"name":"first",
                    "when":{"payload.amount":{"below":10}},"then":{"route":"review","reviewers":2}}],
                    "audit_rate":0}
                    """)
            func candidates(_ question: WhatIfQuestion) async throws -> [JSONValue] {
                try #require(try await ask(service, question)["candidates"]?.array)
            }
            let tried = try await candidates(WhatIfQuestion(document: document))
            #expect(tried.map { $0["kind"]?.string } == ["in_force", "document"])
            #expect(tried[1]["accepted"]?.int == 30 && tried[1]["reviews"]?.int == 20)
            #expect(tried[1]["change"] == ["to_model": 20, "to_people": 10])
            let both = try await candidates(
                WhatIfQuestion(document: document, thresholds: [0.9, 0.5, 0.9]))
            #expect(both.map { $0["threshold"]?.double } == [0.9, 0.8, 0.5, 0.9])
            #expect(both[3]["accepted"]?.int == 10)

            try await service.sql(
                "UPDATE item SET payload = NULL WHERE external_id IN ('i0', 'i15', 'i30')")
            let erased = try await ask(service, WhatIfQuestion(document: document))
            #expect(erased["items_erased"]?.int == 3 && erased["items"]?.int == 37)
            #expect(erased["candidates"]?[0]?["accepted"]?.int == 18)
            #expect(erased["candidates"]?[1]?["accepted"]?.int == 28)
            let unread = try await ask(service, WhatIfQuestion(thresholds: [0.5]))
            #expect(unread["items_erased"]?.int == 0 && unread["items"]?.int == 40)

            await #expect(throws: ReviewError.self) {
                try await candidates(WhatIfQuestion(document: ["accept": 1]))
            }
            await #expect(throws: ReviewError.unknownName(UnknownName(.label, "z", among: []))) {
                try await candidates(WhatIfQuestion(label: "z"))
            }
        }
    }

    @Test("one label's threshold is tried alone; only what stands and arrived in the window counts")
    func labelAndWindow() async throws {
        try await TestService.run(policy: #"{"degree":"assist","accept":{"default":0.9}}"#) {
            service in
            try await service.ingest(
                (0..<20).map {
                    SentPrediction("i\($0)", label: $0 < 10 ? "a" : "b", confidence: "0.7")
                })
            // A second version's predictions of items that wait: they stand, the first no more.
            try await service.ingest(
                (0..<5).map {
                    SentPrediction("i\($0)", label: "a", confidence: "0.3", version: "2")
                })
            let reply = try await ask(
                service, WhatIfQuestion(thresholds: [0.2, 0.6, 0.8], label: "a"))
            #expect(reply["label"]?.string == "a" && reply["items"]?.int == 20)
            let accepted = reply["candidates"]?.array?.map { $0["accepted"]?.int }
            #expect(accepted == [0, 10, 5, 0])
            #expect(reply["candidates"]?[0]?["degree"]?.string == "assist")
            #expect(reply["candidates"]?[1]?["degree"]?.string == "partial")

            try await service.sql(
                "UPDATE prediction SET received_at = received_at - interval '2 days' WHERE item_id % 2 = 0"
            )
            let recent = try await ask(service)
            #expect(recent["items"]?.int == 10)
            let empty = try await ask(
                service,
                WhatIfQuestion(
                    from: Timestamp(microseconds: 0), to: Timestamp(microseconds: 1)))
            #expect(empty["items"]?.int == 0)
            #expect(empty["candidates"]?[0]?["automation_rate"]?["value"]?.isNull == true)
            await #expect(throws: ReviewError.self) {
                try await ask(
                    service,
                    WhatIfQuestion(
                        from: Timestamp(microseconds: 5), to: Timestamp(microseconds: 5)))
            }
        }
    }
}
