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
                            for outcome in try await imports.store(batch, in: project) {
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
                ], in: project)
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
                ], in: project)
            let ana = try await service.reviewer("ana")
            let own = try await service.reviewing.ownReviews(10, project: project, by: ana)
            #expect(own.isEmpty)
            await #expect(throws: ReviewError.unknownReview(id: "r")) {
                _ = try await service.undo("r", by: ana)
            }
        }
    }
}
