import Logging
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Answers from elsewhere", .database)
struct ReviewImportTests {
    private func imports(_ service: TestService) -> ReviewImport {
        ReviewImport(
            pool: service.pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func answers(_ people: Range<Int>, _ items: Range<Int>) -> [PastAnswer] {
        people.flatMap { person in
            items.map { item in
                PastAnswer(
                    externalID: "item \(item)", author: .reviewer("person \(person)"),
                    verdict: .label((person + item) % 3 == 0 ? "a" : "b"))
            }
        }
    }

    @Test("imports of the same answers at once store each once, whatever their order")
    func concurrent() async throws {
        try await TestService.run(connections: 8) { service in
            let imports = imports(service)
            let project = try await service.project()
            let all = answers(0..<12, 0..<20)
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        var order = all
                        if number % 2 == 1 { order.reverse() }
                        var fresh = 0
                        for start in stride(from: 0, to: order.count, by: 50) {
                            let batch = Array(order[start..<min(start + 50, order.count)])
                            for outcome in try await imports.store(
                                batch, in: project, createsItems: true)
                            {
                                guard case .stored(let answer) = outcome else {
                                    Issue.record("\(outcome)")
                                    continue
                                }
                                if !answer.isDuplicate { fresh += 1 }
                            }
                        }
                        return fresh
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(stored == all.count)
            #expect(try await service.sql("SELECT count(*) FROM review") == "\(all.count)")
            #expect(try await service.sql("SELECT count(*) FROM item") == "20")
            #expect(
                try await service.sql("SELECT count(*) FROM ready") == "0", "nothing is queued")
        }
    }

    @Test("an answer of nobody is marked so, and a person of that name is another matter")
    func anonymous() async throws {
        try await TestService.run { service in
            let project = try await service.project()
            let outcomes = try await imports(service).store(
                [
                    PastAnswer(
                        externalID: "i", author: .nobody(place: "v01"), verdict: .label("a")),
                    PastAnswer(
                        externalID: "i", author: .nobody(place: "v02"), verdict: .label("b")),
                    PastAnswer(
                        externalID: "i", author: .reviewer("ana"), verdict: .label("a")),
                ], in: project, createsItems: true)
            #expect(
                outcomes.allSatisfy { outcome in
                    if case .stored = outcome { true } else { false }
                })
            #expect(
                try await service.sql(
                    """
                    SELECT a.name, v.is_anonymous FROM review v JOIN actor a ON a.id = v.actor_id
                    ORDER BY a.name
                    """) == "ana|f\nanonymous:v01|t\nanonymous:v02|t")
        }
    }

    @Test("an imported answer cannot be taken back by its reviewer, nor is it in their history")
    func history() async throws {
        try await TestService.run { service in
            let project = try await service.project()
            _ = try await imports(service).store(
                [
                    PastAnswer(
                        externalID: "i", author: .reviewer("ana"), verdict: .label("a"),
                        reviewID: "r")
                ], in: project, createsItems: true)
            let ana = try await service.reviewer("ana")
            let own = try await service.reviewing.ownReviews(10, project: project, by: ana)
            #expect(own.isEmpty)
            await #expect(throws: ReviewError.unknownReview(id: "r")) {
                _ = try await service.undo("r", by: ana)
            }
        }
    }

    @Test("the first payload there is fills an item that was made without one, and routes it")
    func filled() async throws {
        try await TestService.run { service in
            let imports = imports(service)
            let project = try await service.project()
            func take(_ id: String, payload: String? = nil) async throws -> PastAnswerOutcome {
                try await imports.store(
                    [
                        PastAnswer(
                            externalID: id, author: .reviewer("ana \(payload ?? "")"),
                            verdict: .label("a"), payload: payload.map { Array($0.utf8) })
                    ], in: project, createsItems: true)[0]
            }
            for id in ["alone", "many", "answered"] { _ = try await take(id) }
            var session = ReviewImportSession(
                imports, project: project, by: try await service.reviewer("admin"), decides: true,
                createsItems: true)
            _ = await session.store([
                .success(
                    PastAnswer(
                        externalID: "decided", author: .reviewer("ana"), verdict: .label("a")))
            ])
            #expect(try await session.finish()?.decided == 1)

            func sent(_ id: String, _ text: String) -> SentPrediction {
                SentPrediction(
                    id, payload: #"{"text":"\#(text)"}"#, more: #""metadata":{"source":"x"}"#)
            }
            let outcomes = try await service.ingest(
                [sent("alone", "real"), sent("decided", "real")]
                    + (0..<300).map { SentPrediction("n\($0)") } + [sent("many", "real")])
            #expect(outcomes.allSatisfy { $0.stored != nil })
            #expect(
                try await service.sql(
                    """
                    SELECT string_agg(concat_ws(' ', i.external_id, i.payload ->> 'text', i.metadata ->> 'source',
                        (SELECT count(*) FROM task t WHERE t.item_id = i.id)), ',' ORDER BY i.external_id)
                    FROM item i JOIN prediction p ON p.item_id = i.id WHERE i.external_id !~ '^n'
                    """)
                    == "alone real x 1,decided real x 0,many real x 1"
            )
            let other = try await service.ingest([sent("alone", "other")])
            #expect(other[0].refusal?.code == .itemConflict)
            let again = try await service.ingest([sent("alone", "real")])
            #expect(again[0].stored?.isDuplicate == true)

            guard case .stored = try await take("answered", payload: #"{"text":"late"}"#) else {
                Issue.record("an answer's payload fills, too")
                return
            }
            guard case .refused(let error) = try await take("answered", payload: #"{"text":"x"}"#)
            else {
                Issue.record("another payload is a conflict")
                return
            }
            #expect(error.code == .itemConflict)
            try await service.checkRollups()
        }
    }

    @Test("of several first payloads at once one fills the item, and the others are refused")
    func filledAtOnce() async throws {
        try await TestService.run(connections: 8) { service in
            let imports = imports(service)
            let project = try await service.project()
            let ids = (0..<20).map { "i\($0)" }
            _ = try await imports.store(
                ids.map {
                    PastAnswer(externalID: $0, author: .reviewer("ana"), verdict: .label("a"))
                }, in: project, createsItems: true)
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        try await service.ingest(
                            ids.shuffled().map {
                                SentPrediction($0, payload: #"{"w":\#(writer)}"#)
                            }
                        ).count { $0.stored != nil }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(stored == ids.count)
            #expect(try await service.sql("SELECT count(*) FROM prediction") == "20")
            #expect(try await service.sql("SELECT count(*) FROM task") == "20")
        }
    }

    @Test("a payload spelt otherwise is the same payload, and another value is not")
    func spellings() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("sent", payload: #"{"text":"caf\u00e9","n":1.0}"#),
                SentPrediction("erased", payload: #"{"n":1}"#),
            ])
            try await service.sql("UPDATE item SET payload = NULL WHERE external_id = 'erased'")
            func answer(_ id: String, _ person: Int, _ payload: String) -> PastAnswer {
                PastAnswer(
                    externalID: id, author: .reviewer("p\(person)"), verdict: .label("a"),
                    payload: Array(payload.utf8))
            }
            let outcomes = try await imports(service).store(
                [
                    answer("sent", 1, "{ \"n\" : 1e0, \"text\" : \"caf\u{E9}\" }"),
                    answer("sent", 2, #"{"n":2,"text":"café"}"#),
                    answer("sent", 3, "{\"n\":1,\"text\":\"cafe\u{301}\"}"),
                    answer("new", 1, #"{"a":[1,2]}"#), answer("new", 2, #"{"a":[1.0,2]}"#),
                    answer("new", 3, #"{"a":[2,1]}"#),
                    answer("erased", 1, #"{"n":1}"#), answer("erased", 2, #"{"n":1.0}"#),
                ], in: service.project(), createsItems: false)
            let refused = outcomes.map { outcome -> ErrorCode? in
                if case .refused(let error) = outcome { error.code } else { nil }
            }
            #expect(
                refused == [
                    nil, .itemConflict, .itemConflict, nil, nil, .itemConflict, nil, .itemConflict,
                ])
            #expect(
                try await service.sql("SELECT payload FROM item WHERE external_id = 'new'")
                    == #"{"a":[1,2]}"#)
        }
    }
}
