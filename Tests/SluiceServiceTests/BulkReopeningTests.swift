import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Decisions taken back together", .database)
struct BulkReopeningTests {
    private static let full = #"{"degree":"full","audit_rate":0}"#

    private func bulk(_ service: TestService) -> BulkReopening {
        BulkReopening(
            pool: service.pool, directory: service.directory,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func filter(_ change: (inout ReopeningFilter) -> Void) -> ReopeningFilter {
        var filter = ReopeningFilter()
        change(&filter)
        return filter
    }

    @discardableResult
    private func reopen(
        _ service: TestService, priority: RuleEffect.Priority = .normal,
        _ change: (inout ReopeningFilter) -> Void
    ) async throws -> ReopeningRecord {
        let bulk = bulk(service)
        let begun = try await bulk.start(
            filter(change), priority: priority, reason: "wrong threshold", of: service.project(),
            by: service.admin)
        try await bulk.work()
        return try await bulk.show(begun.id, of: service.project())
    }

    @discardableResult
    private func undo(_ service: TestService, _ id: Int) async throws -> ReopeningRecord {
        let bulk = bulk(service)
        _ = try await bulk.undo(
            id, reason: "it was right", of: service.project(), by: service.admin)
        try await bulk.work()
        return try await bulk.show(id, of: service.project())
    }

    /// Each item's decisions, oldest first.
    private func decisions(_ service: TestService) async throws -> String {
        try await service.sql(
            """
            SELECT i.external_id, string_agg(d.source || ' ' || d.outcome, ', ' ORDER BY d.revision)
            FROM item i JOIN decision d ON d.item_id = i.id GROUP BY 1 ORDER BY 1
            """)
    }

    @Test("what matches is counted, reopened and restored, and nothing else is touched")
    func all() async throws {
        try await TestService.run(policy: Self.full) { service in
            try await service.ingest([
                SentPrediction("a1", label: "a"), SentPrediction("b1", label: "b"),
                SentPrediction("a2", label: "a", version: "2"),
            ])
            try await service.setPolicy(#"{"degree":"full","audit_rate":0,"reviewers":2}"#)
            try await service.ingest([SentPrediction("a3", label: "a")])
            let wanted = filter {
                $0.policyVersion = 2
                $0.label = ExactText("a")
                $0.model = ExactText("demo")
                $0.modelVersion = ExactText("1")
                $0.source = .model
            }
            let count = try await bulk(service).count(wanted, of: service.project())
            #expect(count.bySource == [.model: 1] && count.settled == 0)
            let done = try await reopen(service) { $0 = wanted }
            #expect(done.status == .reopened && done.reopened == 1 && done.finishedAt != nil)
            let open = """
                a1|model auto_accepted, reviewer reopened
                a2|model auto_accepted
                a3|model auto_accepted
                b1|model auto_accepted
                """
            #expect(try await decisions(service) == open)
            #expect(try await bulk(service).count(wanted, of: service.project()).items == 0)
            #expect(
                try await service.sql("SELECT asked, is_blind, is_audit FROM task") == "2|t|f",
                "by the policy in force")
            try await QueueInvariant.check(service)
            try await service.checkRollups()

            let undone = try await undo(service, done.id)
            #expect(undone.status == .undone && undone.restored == 1)
            #expect(try await service.sql("SELECT count(*) FROM ready") == "0")
            #expect(
                try await decisions(service).hasPrefix(
                    "a1|model auto_accepted, reviewer reopened, model auto_accepted\n"))
            #expect(try await service.lease(by: service.reviewer("ann")).isEmpty)
            try await QueueInvariant.check(service)
            try await service.checkRollups()
            #expect(
                try await service.sql(
                    "SELECT action, reason FROM audit_log WHERE action LIKE 'items.%' ORDER BY id")
                    == "items.reopened|wrong threshold\nitems.restored|it was right")
            // Whoever acted on the decision hears of both.
            #expect(
                try await service.sql(
                    "SELECT string_agg(revision::text, ',' ORDER BY revision) FROM correction")
                    == "2,3")
            // It can be reopened again, under another number.
            #expect(try await reopen(service) { $0.label = ExactText("a") }.id == done.id + 1)
        }
    }

    @Test(
        "undoing leaves what people have decided or have in hand, counts it, and can be done again")
    func taken() async throws {
        try await TestService.run(policy: Self.full) { service in
            try await service.ingest((1...4).map { SentPrediction("i\($0)", label: "a") })
            let done = try await reopen(service) { $0.policyVersion = 2 }
            #expect(done.reopened == 4)
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            try await service.answer(leases[0], .label("b"), id: "1", by: ann)
            let first = try await undo(service, done.id)
            #expect(first.restored == 2 && first.decidedSince == 1 && first.inHand == 1)
            try await QueueInvariant.check(service)
            try await service.reviewing.release(leases[1].id, project: service.project(), by: ann)
            let second = try await undo(service, done.id)
            #expect(second.restored == 3 && second.decidedSince == 1 && second.inHand == 0)
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FILTER (WHERE d.source = 'model'), count(*) FILTER (WHERE d.label = 'b')
                    FROM decision d WHERE d.revision = 3
                    """) == "3|1")
            try await QueueInvariant.check(service)
            try await service.checkRollups()
        }
    }

    @Test("audits go on, answers go to an adjudicator, and what one settled stays")
    func kinds() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"audits":{"second_look":false}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("audited", label: "a", confidence: "0.95"),
                SentPrediction("answered", label: "a", confidence: "0.2"),
                SentPrediction("settled", label: "a", confidence: "0.2"),
                SentPrediction("waiting", label: "a", confidence: "0.2"),
            ])
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(4, by: ann) {
                let id = lease.content.externalID
                switch id {
                case "answered": try await service.answer(lease, .label("a"), id: id, by: ann)
                case "settled": try await service.answer(lease, .escalate, id: id, by: ann)
                default:
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: ann)
                }
            }
            let judge = try await service.nextLease(queue: .adjudication, by: service.admin)
            try await service.answer(judge, .label("a"), id: "judge", by: service.admin)
            let wanted = filter { $0.label = ExactText("a") }
            let count = try await bulk(service).count(wanted, of: service.project())
            #expect(count.bySource == [.model: 1, .reviewer: 1] && count.settled == 1)
            let done = try await reopen(service) { $0 = wanted }
            #expect(done.reopened == 2 && done.settled == 1)
            #expect(
                try await service.sql(
                    "SELECT i.external_id, x.asks FROM reopened_item x JOIN item i ON i.id = x.item_id ORDER BY 1"
                ) == "answered|adjudication\naudited|audit")
            try await QueueInvariant.check(service)
            try await service.checkRollups()
            let undone = try await undo(service, done.id)
            #expect(undone.restored == 2)
            #expect(
                try await decisions(service) == """
                    answered|reviewer accepted, reviewer reopened, reviewer accepted
                    audited|model auto_accepted, reviewer reopened, model auto_accepted
                    settled|adjudicator accepted
                    """)
            #expect(try await service.lease(queue: .adjudication, by: service.admin).isEmpty)
            // The audit is what it was, and decides.
            let bob = try await service.reviewer("bob")
            for lease in try await service.lease(5, by: bob)
            where lease.content.externalID == "audited" {
                try await service.answer(lease, .label("b"), id: "bob", by: bob)
            }
            #expect(
                try await decisions(service).contains("model auto_accepted, reviewer corrected"))
            try await QueueInvariant.check(service)
            try await service.checkRollups()
        }
    }

    @Test("batch after batch on two instances beside reviewers, begun again after each: none twice")
    func atOnce() async throws {
        try await TestService.run(policy: Self.full, connections: 10) { service in
            for block in 0..<3 {
                try await service.ingest(
                    (0..<900).map { SentPrediction("i\(block)-\($0)", label: "a") })
            }
            let bulk = bulk(service)
            let begun = try await bulk.start(
                filter { $0.source = .model }, reason: "r", of: service.project(), by: service.admin
            )
            await #expect(throws: ReviewError.self, "one at a time") {
                try await bulk.start(
                    filter { $0.source = .model }, reason: "r", of: service.project(),
                    by: service.admin)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { try await self.bulk(service).work() } }
                for name in ["ann", "bob"] {
                    group.addTask {
                        let caller = try await service.reviewer(name)
                        for round in 0..<20 {
                            for lease in try await service.lease(2, by: caller) {
                                try await service.answer(
                                    lease, .label("a"), id: "\(name)-\(round)-\(lease.id)",
                                    by: caller)
                            }
                        }
                    }
                }
                group.addTask {
                    for number in 0..<20 {
                        _ = try await Reopening(pool: service.pool).reopen(
                            "i1-\(number)", reason: "one", of: service.project(), by: service.admin)
                    }
                }
                try await group.waitForAll()
            }
            try await bulk.work()
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM item i WHERE NOT EXISTS (SELECT FROM decision d WHERE d.item_id = i.id AND d.outcome = 'reopened')"
                ) == "0")
            try await QueueInvariant.check(service)
            let undone = try await undo(service, begun.id)
            #expect(undone.status == .undone)
            #expect(undone.restored + undone.decidedSince + undone.inHand == undone.reopened)
            try await QueueInvariant.check(service)
            try await service.checkRollups()
        }
    }

    @Test("the work queue comes first: many reopened at normal priority wait behind what is urgent")
    func priority() async throws {
        try await TestService.run(policy: Self.full) { service in
            try await service.ingest((0..<3).map { SentPrediction("old\($0)", label: "a") })
            try await service.setPolicy(
                #"{"degree":"assist","rules":[{"name":"u","when":{"label":"b"},"then":{"priority":"urgent"}}]}"#
            )
            try await reopen(service) { $0.label = ExactText("a") }
            try await service.ingest([SentPrediction("new", label: "b", confidence: "0.5")])
            let ann = try await service.reviewer("ann")
            #expect(try await service.nextLease(by: ann).content.externalID == "new")
        }
    }

    @Test("many reopened at urgent priority come before what is doubtful and new")
    func urgent() async throws {
        try await TestService.run(policy: Self.full) { service in
            try await service.ingest([SentPrediction("old", label: "a")])
            try await service.setPolicy(#"{"degree":"assist"}"#)
            try await service.ingest([SentPrediction("new", label: "b", confidence: "0.5")])
            try await reopen(service, priority: .urgent) { $0.label = ExactText("a") }
            let ann = try await service.reviewer("ann")
            #expect(try await service.nextLease(by: ann).content.externalID == "old")
        }
    }

    @Test("what names nothing, or nothing there is, is refused and changes nothing")
    func refused() async throws {
        try await TestService.run(policy: Self.full) { service in
            try await service.ingest([SentPrediction("x", label: "a")])
            func error(_ change: (inout ReopeningFilter) -> Void) async throws -> ErrorCode? {
                do {
                    _ = try await bulk(service).start(
                        filter(change), reason: "r", of: service.project(), by: service.admin)
                    return nil
                } catch let error as ReviewError {
                    return error.code
                }
            }
            #expect(try await error { _ in } == .invalidField)
            #expect(try await error { $0.label = ExactText("z") } == .unknownLabel)
            #expect(try await error { $0.policyVersion = 99 } == .unknownPolicy)
            #expect(try await error { $0.policyVersion = .max } == .unknownPolicy)
            #expect(try await error { $0.model = ExactText("none") } == .invalidField)
            #expect(try await error { $0.modelVersion = ExactText("1") } == .missingField)
            #expect(
                try await error {
                    $0.since = Timestamp(microseconds: 2)
                    $0.until = Timestamp(microseconds: 1)
                } == .invalidField)
            await #expect(throws: ReviewError.unknownReopening(id: "7")) {
                _ = try await bulk(service).undo(
                    7, reason: "r", of: service.project(), by: service.admin)
            }
            #expect(try await service.sql("SELECT count(*) FROM reopening") == "0")
        }
    }
}
