import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("First reviews before second ones", .database)
struct BreadthFirstTests {
    @Test("whatever its urgency, no item gets a second review before all have a first")
    func order() async throws {
        try await TestService.run(policy: #"{"reviewers":3}"#) { service in
            try await service.ingest([
                SentPrediction("sure", confidence: "1"), SentPrediction("half", confidence: "0.5"),
                SentPrediction("unsure", confidence: "0"),
            ])
            var given: [String] = []
            for number in 0..<9 {
                let caller = try await service.reviewer("r\(number)")
                given.append(try await service.nextLease(by: caller).content.externalID)
            }
            #expect(given == Array(repeating: ["unsure", "half", "sure"], count: 3).flatMap { $0 })
            try await QueueInvariant.check(service)
        }
    }

    @Test("items that come within the window go before second reviews, later ones do not")
    func bound() async throws {
        try await TestService.run(policy: #"{"reviewers":2}"#) { service in
            try await service.ingest([SentPrediction("old", confidence: "0.5")])
            let ann = try await service.reviewer("ann")
            _ = try await service.nextLease(by: ann)
            // Of an item as urgent as any, it takes more than the two windows that are promised.
            for (seconds, expected) in [(5 * 3600, "new"), (9 * 3600, "old")] {
                let name = seconds > 6 * 3600 ? "late" : "new"
                try await service.ingest([SentPrediction(name, confidence: "0")])
                try await service.sql(
                    """
                    UPDATE ready SET rank = rank + \(seconds) * 1000000::bigint
                    WHERE item_id = (SELECT id FROM item WHERE external_id = '\(name)');
                    UPDATE task SET rank = rank + \(seconds) * 1000000::bigint
                    WHERE item_id = (SELECT id FROM item WHERE external_id = '\(name)')
                    """)
                let bob = try await service.reviewer("bob")
                #expect(try await service.nextLease(by: bob).content.externalID == expected)
            }
        }
    }

    @Test("a slot given back has its place again, and the queue counts items, not slots")
    func givenBack() async throws {
        try await TestService.run(policy: #"{"reviewers":3}"#) { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("y")])
            let before = try await service.sql("SELECT * FROM ready ORDER BY rank, item_id")
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(2, by: ann) {
                try await service.reviewing.release(
                    lease.id, project: service.project(), by: ann)
            }
            #expect(try await service.sql("SELECT * FROM ready ORDER BY rank, item_id") == before)
            let project = try await service.project().id
            let figures = try await service.pool.withSession { session in
                try Store(session).queueFigures(project: project, queue: .review).waiting
            }
            #expect(figures == 2)
        }
    }

    @Test("further reviews share the time to a deadline, and one of them can break a tie in it")
    func deadline() {
        func delay(_ asked: Int, _ slaSeconds: Int?, offset: Int64 = 0) -> Int {
            PriorityKey.slotDelaySeconds(
                asked: asked, slaSeconds: slaSeconds, offsetMicroseconds: offset)
        }
        #expect(delay(1, nil) == 0 && delay(1, 10_000) == 0)
        #expect(delay(3, nil) == 4 * 3600)
        #expect(delay(3, 3_840) == 1_200, "an hour, less the margin, in three")
        #expect(delay(3, 3_840, offset: 1_800_000_000) == 600)
        #expect(delay(2, 100) == 0, "no time is left")
        #expect(delay(2, 31_536_000) == 4 * 3600)
    }
}
