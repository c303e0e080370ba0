import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Ingest", .database)
struct IngestTests {
    private static let partial =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":1}"#

    @Test("a batch sent again is stored once and answered as before")
    func repeats() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let batch = (0..<40).map {
                SentPrediction("item-\($0)", confidence: $0 % 2 == 0 ? "0.95" : "0.2")
            }
            let first = try await service.ingest(batch).map { try #require($0.stored) }
            try await service.setPolicy(#"{"degree":"assist"}"#)
            let second = try await service.ingest(batch).map { try #require($0.stored) }
            #expect(first.allSatisfy { !$0.isDuplicate } && second.allSatisfy(\.isDuplicate))
            for (one, other) in zip(first, second) {
                #expect(one.externalID == other.externalID && one.route == other.route)
                #expect(one.reason == other.reason && one.label == other.label)
                #expect(one.policyVersion == other.policyVersion)
            }
            #expect(try await Self.counts(service) == "40|40|20|20|20")
        }
    }

    @Test("a line twice in one batch is stored once, and a different one is a conflict")
    func repeatsWithinOneBatch() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let line = SentPrediction("x", confidence: "0.95")
            var other = line
            other.confidence = "0.96"
            let outcomes = try await service.ingest([line, other, line])
            #expect(outcomes[0].stored?.isDuplicate == false)
            #expect(
                outcomes[1].refusal
                    == .predictionConflict(externalID: "x", model: "demo", version: "1"))
            #expect(outcomes[2].stored?.isDuplicate == true)
            #expect(outcomes[2].stored?.route == .accepted)
            #expect(try await Self.counts(service) == "1|1|1|0|0")
        }
    }

    @Test("the same batch fifty times at once is stored once, and each sender is told the same")
    func concurrentRepeats() async throws {
        try await TestService.run(policy: Self.partial, connections: 12) { service in
            let batch = (0..<20).map {
                SentPrediction("item-\($0)", confidence: $0 % 2 == 0 ? "0.95" : "0.2")
            }
            let all = try await withThrowingTaskGroup(of: [LineOutcome].self) { group in
                for number in 0..<50 {
                    // In different orders, so that senders meet head on.
                    let mine = number % 2 == 0 ? batch : batch.reversed()
                    group.addTask {
                        let outcomes = try await service.ingest(mine)
                        return number % 2 == 0 ? outcomes : outcomes.reversed()
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for index in batch.indices {
                let stored = try all.map { try #require($0[index].stored) }
                #expect(stored.count { !$0.isDuplicate } == 1)
                #expect(Set(stored.map(\.route)).count == 1)
            }
            #expect(try await Self.counts(service) == "20|20|10|10|10")
        }
    }

    @Test("the same key with other content is a conflict for that line and changes nothing")
    func conflicts() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let line = SentPrediction("x", confidence: "0.95", payload: #"{"n":1}"#)
            try await service.ingest([line])
            let before = try await service.sql("SELECT * FROM item, prediction, decision")
            var payload = line
            payload.payload = #"{"n": 2}"#
            var label = line
            label.label = "b"
            var group = line
            group.group = "g"
            var scores = line
            scores.more = #""scores":{"a":0.9}"#
            let outcomes = try await service.ingest([
                payload, label, group, scores, SentPrediction("y"), line,
            ])
            #expect(
                outcomes[0].refusal
                    == .itemConflict(externalID: "x", difference: ItemDifference(.payload)))
            #expect(outcomes[1].refusal?.code == .predictionConflict)
            #expect(
                outcomes[2].refusal
                    == .itemConflict(externalID: "x", difference: ItemDifference(.group, sent: "g"))
            )
            #expect(outcomes[3].refusal?.code == .predictionConflict)
            #expect(outcomes[4].stored?.isDuplicate == false)
            #expect(outcomes[5].stored?.isDuplicate == true)
            let after = try await service.sql(
                """
                SELECT * FROM item, prediction, decision WHERE external_id = 'x'
                    AND prediction.item_id = item.id AND decision.item_id = item.id
                """)
            #expect(before == after)
        }
    }

    @Test("a second model version on a decided item is recorded and decides nothing")
    func shadowed() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.95")])
            let second = SentPrediction("x", label: "b", confidence: "1", version: "2")
            let outcome = try await service.ingest([second, second])
            #expect(outcome[0].stored?.route == .shadowed)
            #expect(outcome[0].stored?.reason == "item_already_routed")
            #expect(outcome[0].stored?.label == nil)
            #expect(outcome[1].stored?.isDuplicate == true)
            #expect(outcome[1].stored?.route == .shadowed)
            let again = try await service.ingest([second])
            #expect(again[0].stored?.isDuplicate == true)
            #expect(try await Self.counts(service) == "1|2|1|0|0")
            let both = try await service.ingest([
                SentPrediction("y", confidence: "1"),
                SentPrediction("y", confidence: "1", version: "2"),
            ])
            #expect(both.map(\.stored?.route) == [.accepted, .shadowed])
        }
    }

    @Test("text in two forms that look the same names two items")
    func normalForms() async throws {
        try await TestService.run { service in
            let outcomes = try await service.ingest([
                SentPrediction("caf\u{e9}"), SentPrediction("cafe\u{301}", label: "b"),
                SentPrediction("caf\u{e9}"),
            ])
            #expect(outcomes.map(\.stored?.isDuplicate) == [false, false, true])
            #expect(outcomes[1].stored?.externalID == Array("cafe\u{301}".utf8))
            #expect(try await service.sql("SELECT count(*) FROM item") == "2")
        }
    }

    @Test("payloads are stored byte for byte")
    func verbatim() async throws {
        try await TestService.run { service in
            let payloads = [
                #"{ "b" : 1.0,  "a":[ 1e2 ,-0.0 ],"ü":"\u00fc\/é" }"#, "null", "\"\"", "[]",
                "12345678901234567890.10", #"{"é":{"e\u0301":"\ud83d\ude00 😀"}}"#,
            ]
            try await service.ingest(
                payloads.enumerated().map { SentPrediction("p\($0)", payload: $1) })
            let project = try await service.project()
            for (index, payload) in payloads.enumerated() {
                let item = try await service.pool.withSession { session in
                    try Store(session).item(externalID: "p\(index)", project: project.id)
                }
                #expect(item?.payload == Array(payload.utf8))
            }
        }
    }

    @Test("a bad line is refused with its reason, and the lines around it go in")
    func refusals() async throws {
        try await TestService.run { service in
            let good = SentPrediction("good").line
            func sent(_ change: (inout SentPrediction) -> Void) -> String {
                var prediction = SentPrediction("bad")
                change(&prediction)
                return prediction.line
            }
            let cases: [(String, ErrorCode)] = [
                ("{", .malformedJSON), ("[]", .invalidField), (good + "x", .malformedJSON),
                (sent { $0.confidence = "NaN" }, .malformedJSON),
                (sent { $0.confidence = "-0.1" }, .confidenceOutOfRange),
                (sent { $0.confidence = "1.1" }, .confidenceOutOfRange),
                (sent { $0.confidence = "\"0.9\"" }, .confidenceOutOfRange),
                (sent { $0.confidence = "1e999" }, .malformedJSON),
                (sent { $0.label = "z" }, .unknownLabel), (sent { $0.label = "" }, .invalidField),
                (sent { $0.externalID = "" }, .invalidField),
                (sent { $0.externalID = String(repeating: "x", count: 513) }, .invalidField),
                (sent { $0.externalID = "a\0b" }, .malformedJSON),
                (sent { $0.payload = #"{"a":"\u0000"}"# }, .malformedJSON),
                (sent { $0.payload = #"{"a":1,"a":2}"# }, .malformedJSON),
                (sent { $0.payload = #"{"a":"\ud800"}"# }, .malformedJSON),
                (sent { $0.payload = #"[1e400]"# }, .malformedJSON),
                (sent { $0.payload = String(repeating: "[", count: 600) }, .malformedJSON),
                (
                    sent { $0.payload = "\"" + String(repeating: "x", count: 2000) + "\"" },
                    .payloadTooLarge
                ),
                (sent { $0.more = #""surprise":1"# }, .unknownField),
                (sent { $0.more = #""metadata":[]"# }, .invalidField),
                (sent { $0.more = #""parents":[1]"# }, .malformedJSON),
                (sent { $0.more = #""label":"b""# }, .malformedJSON),
                (
                    #"{"external_id":"bad","model":"m","model_version":"1","label":"a","payload":1}"#,
                    .missingField
                ),
                (
                    #"{"external_id":"bad","model":"m","model_version":"1","confidence":1,"payload":1}"#,
                    .missingField
                ),
            ]
            for (line, code) in cases {
                let outcomes = try await service.ingest(
                    lines: [good, line, good], limits: IngestLimits(payloadBytes: 1000))
                #expect(outcomes[1].refusal?.code == code, "\(line.prefix(200))")
                #expect(outcomes[1].refusal?.detail.isEmpty == false)
                #expect(outcomes[0].stored != nil && outcomes[2].stored != nil)
            }
            #expect(
                try await service.sql("SELECT string_agg(external_id, ',') FROM item") == "good")
        }
    }

    @Test("invalid UTF-8 is refused, also where only a payload holds it")
    func invalidUTF8() async throws {
        try await TestService.run { service in
            let project = try await service.project()
            for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
                let line = Array(SentPrediction("x", payload: #""#).line.utf8)
                let position = try #require(line.lastIndex(of: UInt8(ascii: "}")))
                let bytes = line[..<position] + [UInt8(ascii: "\"")] + bad + Array("\"}".utf8)
                var batch = IngestBatch()
                Array(bytes).withUnsafeBufferPointer {
                    batch.append($0, number: 1, labels: project.labels, limits: IngestLimits())
                }
                let outcomes = try await service.ingestion.ingest(batch, project: project)
                #expect(outcomes[0].refusal?.code == .malformedJSON)
            }
        }
    }

    /// Items, predictions, decisions, tasks, ready rows.
    private static func counts(_ service: TestService) async throws -> String {
        try await service.sql(
            """
            SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM prediction),
                (SELECT count(*) FROM decision), (SELECT count(*) FROM task),
                (SELECT count(*) FROM ready)
            """)
    }
}
