import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Items sent again: routed by what is stored, or refused", .database)
struct StoredItemTests {
    /// Doubtful at 0.2; at 0.9 sure, unless it comes from factory F9.
    private static let policy = """
        {"degree":"partial","accept":{"default":0.3},"audit_rate":0,
         "rules":[{"name":"new factory","when":{"metadata.factory":["F9"]},"then":{"route":"review"}}]}
        """

    /// Lines as batches of their own, or all in one with `others` that have nothing to do with them.
    private func send(
        _ service: TestService, _ lines: [SentPrediction], together others: Int?
    ) async throws -> [LineOutcome] {
        if let others {
            return try await Array(
                service.ingest(lines + (0..<others).map { SentPrediction("other-\($0)") })
                    .prefix(lines.count))
        }
        var outcomes: [LineOutcome] = []
        for line in lines { outcomes += try await service.ingest([line]) }
        return outcomes
    }

    private func line(
        _ version: String, _ confidence: String, metadata: String? = nil, more: String = ""
    ) -> SentPrediction {
        let all = [metadata.map { #""metadata":\#($0)"# } ?? "", more].filter { !$0.isEmpty }
        return SentPrediction(
            "x", confidence: confidence, version: version, more: all.joined(separator: ","))
    }

    @Test(
        "a later version that leaves the metadata out is routed by what is stored",
        arguments: [nil, 0, 60])
    func leftOut(_ others: Int?) async throws {
        try await TestService.run(policy: Self.policy) { service in
            let outcomes = try await send(
                service,
                [
                    line("1", "0.2", metadata: #"{"factory":"F9"}"#), line("2", "0.9"),
                    line("3", "0.9", metadata: "null"),
                    line("4", "0.9", metadata: #"{ "fact\u006fry" : "F9" }"#),
                ], together: others)
            #expect(outcomes.map(\.stored?.reason) == ["rule", "rule", "rule", "rule"])
            #expect(
                try await service.sql(
                    "SELECT string_agg(DISTINCT rule, ','), count(*) FROM prediction WHERE label = 'a' AND item_id = (SELECT id FROM item WHERE external_id = 'x')"
                ) == "new factory|4")
            #expect(
                try await service.sql("SELECT metadata FROM item WHERE external_id = 'x'")
                    == #"{"factory":"F9"}"#, "the first bytes are kept")
        }
    }

    @Test(
        "a later version that says another thing of the item is refused, by member, and changes nothing",
        arguments: [nil, 0, 60])
    func otherwise(_ others: Int?) async throws {
        try await TestService.run(policy: Self.policy) { service in
            let first = line("1", "0.2", more: #""group":"g","parents":["p"]"#)
            var payload = line("2", "0.9")
            payload.payload = "[]"
            let outcomes = try await send(
                service,
                [
                    first, line("2", "0.9", metadata: #"{"factory":"F9"}"#),
                    line("2", "0.9", more: #""group":"h""#),
                    line("2", "0.9", more: #""parents":["p","q"]"#), payload,
                    line("2", "0.9", metadata: "{}", more: #""group":"g","parents":[ "\u0070" ]"#),
                ], together: others)
            #expect(
                outcomes[1].refusal?.detail
                    == #"item "x" has no metadata, and this line says {"factory":"F9"}; it was not changed"#
            )
            #expect(
                outcomes[2].refusal?.detail
                    == #"item "x" has the group g, and this line says h; it was not changed"#)
            #expect(
                outcomes[3].refusal?.detail
                    == #"item "x" has the parents ["p"], and this line says ["p","q"]; it was not changed"#
            )
            #expect(
                outcomes[4].refusal?.detail
                    == #"item "x" was sent before with another payload; it was not changed"#)
            #expect(outcomes[1...4].allSatisfy { $0.refusal?.code == .itemConflict })
            #expect(outcomes[5].stored?.route == .accepted, "{} is no metadata")
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM prediction JOIN item i ON i.id = item_id WHERE external_id = 'x'"
                ) == "2")
        }
    }

    @Test("what an error repeats of long metadata is short")
    func long() throws {
        let text = String(repeating: "\u{E9}", count: 500)
        let error = ReviewError.itemConflict(
            externalID: "x", difference: ItemDifference(.metadata, stored: text, sent: text))
        #expect(error.detail.count < 400 && error.detail.contains("..."))
    }

    @Test(
        "the same value spelt otherwise is the same item and the same prediction",
        arguments: [nil, 0, 60])
    func spelling(_ others: Int?) async throws {
        try await TestService.run(policy: Self.policy) { service in
            func line(_ version: String, _ payload: String, _ more: String) -> SentPrediction {
                SentPrediction(
                    "x", confidence: "0.5", version: version, payload: payload, more: more)
            }
            let first = line(
                "1", #"{"text":"caf\u00e9","n":1,"big":9007199254740993}"#,
                #""scores":{"a":0.5,"b":5e-1},"metadata":{"k":[1,2]},"highlights":[{"a":1,"b":2}]"#)
            let outcomes = try await send(
                service,
                [
                    first,
                    line(
                        "1", "{ \"big\": 9007199254740993.0, \"n\": 1.0, \"text\": \"caf\u{E9}\" }",
                        #""highlights":[{"b":2,"a":1.0}],"metadata":{"k":[1,2e0]},"scores":{"b":0.5,"a":0.50}"#
                    ),
                    // Without metadata it means what the item has.
                    line(
                        "1", first.payload,
                        #""scores":{"a":0.5,"b":0.5},"highlights":[{"a":1,"b":2}]"#),
                    line("2", #"{"n":1e0,"big":9007199254740993,"text":"caf\u00E9"}"#, ""),
                    line("2", first.payload, ""),
                    line("3", #"{"text":"caf\u00e9","n":1,"big":9007199254740992}"#, ""),
                    line("3", #"{"text":"cafe\u0301","n":1,"big":9007199254740993}"#, ""),
                    line(
                        "1", first.payload,
                        #""scores":{"a":0.5,"b":0.4},"highlights":[{"a":1,"b":2}]"#),
                ], together: others)
            #expect(
                outcomes.map(\.stored?.isDuplicate) == [
                    false, true, true, false, true, nil, nil, nil,
                ])
            #expect(outcomes[5].refusal?.code == .itemConflict)
            #expect(outcomes[6].refusal?.code == .itemConflict)
            #expect(outcomes[7].refusal?.code == .predictionConflict)
            #expect(
                try await service.sql(
                    "SELECT payload, metadata FROM item WHERE external_id = 'x'")
                    == #"{"text":"caf\u00e9","n":1,"big":9007199254740993}|{"k":[1,2]}"#)
        }
    }

    @Test("an item whose payload was erased knows its payload by the same bytes only")
    func erased() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await service.ingest([SentPrediction("x", payload: #"{"n":1}"#)])
            try await service.sql("UPDATE item SET payload = NULL")
            let outcomes = try await service.ingest([
                SentPrediction("x", version: "2", payload: #"{"n":1}"#),
                SentPrediction("x", version: "3", payload: #"{"n": 1}"#),
            ])
            #expect(outcomes[0].stored?.isDuplicate == false)
            #expect(outcomes[1].refusal?.code == .itemConflict)
        }
    }

    @Test(
        "the versions of an item sent at once, in any order, are routed by what one of them stored")
    func atOnce() async throws {
        try await TestService.run(policy: Self.policy, connections: 12) { service in
            let lines = (0..<10).flatMap { item in
                (1...4).map { version in
                    SentPrediction(
                        "x\(item)", confidence: "0.9", version: "\(version)",
                        more: version % 2 == 0 ? #""metadata":{"factory":"F9"}"# : "")
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for line in lines.shuffled() {
                    group.addTask { try await service.ingest([line]) }
                }
                try await group.waitForAll()
            }
            // Either the item has no metadata and every other version was refused, or it has some and
            // the rule held for all.
            #expect(
                try await service.sql(
                    """
                    SELECT count(DISTINCT i.id), bool_and((p.rule IS NULL) = (i.metadata IS NULL)),
                        bool_and(i.metadata IS NULL OR p.rule = 'new factory')
                    FROM item i JOIN prediction p ON p.item_id = i.id
                    """) == "10|t|t")
        }
    }

    @Test("a thousand large payloads sent again in another spelling are the same items")
    func large() async throws {
        try await TestService.run(policy: Self.policy) { service in
            let filling = String(repeating: "x", count: 3_000)
            func lines(_ payload: (Int) -> String) -> [SentPrediction] {
                (0..<1_000).map { SentPrediction("i\($0)", payload: payload($0)) }
            }
            try await service.ingest(lines { #"{"text":"\#(filling)","n":\#($0)}"# })
            let began = ContinuousClock.now
            let again = try await service.ingest(lines { #"{"n":\#($0).0,"text":"\#(filling)"}"# })
            print("1,000 respelt payloads: \(began.duration(to: .now))")
            #expect(again.allSatisfy { $0.stored?.isDuplicate == true })
        }
    }
}
