import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Complaints", .database)
struct ReopeningTests {
    private static let never = #"{"degree":"full","audit_rate":0}"#

    private func reopen(_ service: TestService, _ item: String) async throws -> Reopened {
        try await Reopening(pool: service.pool).reopen(
            item, reason: "a customer wrote", of: service.project(), by: service.admin)
    }

    /// The first `count` corrections; each is listed once all older transactions are over.
    private func corrections(_ service: TestService, _ count: Int) async throws -> [JSONValue] {
        var entries: [JSONValue] = []
        var cursor: String?
        while entries.count < count {
            let reply = try JSONValue(
                parsing: await Corrections(pool: service.pool).json(
                    of: service.project(), after: cursor, limit: 100, wait: 30))
            let next = reply["corrections"]?.array ?? []
            try #require(!next.isEmpty)
            entries += next
            cursor = reply["next"]?.string
        }
        return entries
    }

    private func error(_ service: TestService) async throws -> JSONValue {
        let report = try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil))
        return try #require(report["metrics"]?["auto_accept_error"])
    }

    @Test("what the model accepted is looked at blindly, and counts as a known error if it was one")
    func accepted() async throws {
        try await TestService.run(policy: Self.never) { service in
            try await service.ingest((0..<20).map { SentPrediction("i\($0)", label: "a") })
            let first = try await reopen(service, "i3")
            #expect(!first.isRepeated && first.asks == .review && first.revision == 2)
            let again = try await reopen(service, "i3")
            #expect(again.isRepeated && again.revision == 2)
            try await QueueInvariant.check(service)
            var error = try await error(service)
            #expect(error["reopened"]?.int == 1 && error["known_errors"]?.int == 0)

            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            #expect(lease.content.externalID == "i3" && lease.isBlind)
            let answer = try await service.answer(lease, .label("b"), id: "1", by: ann)
            #expect(answer.decision?.outcome == "corrected")
            error = try await self.error(service)
            #expect(error["known_errors"]?.int == 1 && error["reopened"]?.int == 0)
            // Nobody drew it: it is no estimate of anything.
            #expect(error["value"]?.isNull == true && error["audits_drawn"]?.int == 0)
            let listed = try await corrections(service, 2)
            #expect(listed.map { $0["outcome"]?.string } == ["reopened", "corrected"])
            #expect(listed.map { $0["label"]?.string } == [nil, "b"])
            try await QueueInvariant.check(service)

            // Taking the answer back opens it again, and whoever follows hears of that as well.
            _ = try await service.undo("1", by: ann)
            #expect(try await corrections(service, 3).last?["outcome"]?.string == "reopened")
            try await QueueInvariant.check(service)
            let log = try await service.sql(
                "SELECT action, reason FROM audit_log WHERE action = 'item.reopened'")
            #expect(log == "item.reopened|a customer wrote")
        }
    }

    @Test("a complaint that was none gives the model's label its place again, and says so")
    func unfounded() async throws {
        try await TestService.run(policy: Self.never) { service in
            try await service.ingest([SentPrediction("x", label: "a")])
            _ = try await reopen(service, "x")
            try await service.answerNext(.label("a"), by: ["ann"])
            let listed = try await corrections(service, 2)
            #expect(listed.map { $0["outcome"]?.string } == ["reopened", "accepted"])
            #expect(try await error(service)["known_errors"]?.int == 0)
            let rows = try await service.export(.jsonLines)
            let row = try JSONValue(parsing: Array(rows.utf8.prefix { $0 != 10 }))
            #expect(row["selected_by"]?.string == "reopen")
            #expect(row["propensity"]?.isNull == true && row["weight"]?.isNull == true)
            // It can be complained about again: people have answered, so an adjudicator decides.
            let second = try await reopen(service, "x")
            #expect(second.asks == .adjudication && second.revision == 4)
            try await QueueInvariant.check(service)
            let judge = try await service.nextLease(queue: .adjudication, by: service.admin)
            try await service.answer(judge, .label("b"), id: "judge", by: service.admin)
            try await QueueInvariant.check(service)
            #expect(try await error(service)["known_errors"]?.int == 1)
            await #expect(throws: ReviewError.self, "an adjudicator has settled it") {
                try await reopen(service, "x")
            }
        }
    }

    @Test("an audit under way goes on and counts, since it was drawn before anybody complained")
    func audited() async throws {
        let policy = #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x", label: "a"), SentPrediction("y")])
            #expect(try await reopen(service, "x").asks == .audit)
            try await QueueInvariant.check(service)
            #expect(try await error(service)["audits_open"]?.int == 2)
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(2, by: ann) {
                try await service.answer(
                    lease, .label("a"), id: lease.content.externalID, by: ann)
            }
            let error = try await error(service)
            #expect(error["n"]?.int == 2 && error["value"]?.double == 0)
            #expect(error["known_errors"]?.int == 0)
            let listed = try await corrections(service, 2)
            #expect(listed.map { $0["outcome"]?.string } == ["reopened", "accepted"])
            try await QueueInvariant.check(service)
        }
    }

    @Test("what nobody has decided cannot be reopened, nor what is not there")
    func refused() async throws {
        try await TestService.run(policy: #"{"degree":"assist"}"#) { service in
            try await service.ingest([SentPrediction("x")])
            await #expect(throws: ReviewError.self) { try await reopen(service, "x") }
            await #expect(throws: ReviewError.unknownItem("y")) { try await reopen(service, "y") }
        }
    }

    @Test("many complaints at once are one")
    func atOnce() async throws {
        try await TestService.run(policy: Self.never) { service in
            try await service.ingest([SentPrediction("x", label: "a")])
            let fresh = try await withThrowingTaskGroup(of: Reopened.self) { group in
                for _ in 0..<8 { group.addTask { try await reopen(service, "x") } }
                var fresh = 0
                for try await reopened in group { fresh += reopened.isRepeated ? 0 : 1 }
                return fresh
            }
            #expect(fresh == 1)
            try await QueueInvariant.check(service)
            #expect(try await service.sql("SELECT count(*) FROM decision") == "2")
        }
    }
}
