import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// Many people doing everything at once, and what must hold afterwards whatever they did.
@Suite("The queue under a storm", .database)
struct QueueStormTests {
    private static let lapse = Statement(
        name: "testLapse",
        text: """
            UPDATE lease SET expires_at = now() - interval '1 second'
            WHERE actor_id = $1 AND item_id = (SELECT id FROM item WHERE external_id = $2)
            """)

    @Test(
        "after any mix of answers, skips, releases, expiries and undos every slot is in one place",
        arguments: [(1, 1), (2, 3), (3, 3)])
    func storm(_ reviewers: Int, _ atMost: Int) async throws {
        let policy = """
            {"degree":"assist","reviewers":\(reviewers),
             "consensus":{"agree":\(reviewers / 2 + 1),"at_most":\(atMost)}}
            """
        try await TestService.run(policy: policy, connections: 16) { service in
            try await service.ingest((0..<60).map { SentPrediction("item-\($0)") })
            let instances = [service, service.twin()]
            try await withThrowingTaskGroup { group in
                for number in 0..<24 {
                    group.addTask {
                        let caller = try await service.reviewer("r\(number)")
                        for round in 0..<14 {
                            try await Self.act(instances[(number + round) % 2], caller, round)
                        }
                    }
                }
                group.addTask {
                    for round in 0..<20 {
                        try await Self.adjudicate(service, service.admin, round)
                    }
                }
                try await group.waitForAll()
            }
            try await QueueInvariant.check(service)
            try await Self.finish(service)
            try await QueueInvariant.check(service)
            #expect(try await service.sql("SELECT count(*) FROM ready") == "0")
            #expect(try await service.sql("SELECT count(*) FROM lease") == "0")
            #expect(try await QueueInvariant.undecided(service) == "0", "an item is stuck")
        }
    }

    /// One thing a reviewer does.
    private static func act(
        _ service: TestService, _ caller: Caller, _ round: Int
    ) async throws {
        for (index, lease) in try await service.lease(Int.random(in: 1...3), by: caller)
            .enumerated()
        {
            let id = "\(caller.name)-\(round)-\(index)"
            let label = Verdict.label(["a", "b"].randomElement() ?? "a")
            switch Int.random(in: 0..<100) {
            case ..<45: await attempt { try await service.answer(lease, label, id: id, by: caller) }
            case ..<53:
                await attempt { try await service.answer(lease, .skip, id: id, by: caller) }
            case ..<60:
                await attempt {
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: caller)
                }
            case ..<68:
                try await lapse(service, caller, lease)
                await attempt { try await service.answer(lease, label, id: id, by: caller) }
            case ..<74: try await lapse(service, caller, lease)
            case ..<82:
                await withTaskGroup { group in
                    for _ in 0..<3 {
                        group.addTask {
                            await attempt {
                                try await service.answer(lease, label, id: id, by: caller)
                            }
                        }
                    }
                }
            case ..<94:
                let first: Verdict = [label, .skip, .escalate].randomElement() ?? label
                await attempt { try await service.answer(lease, first, id: id, by: caller) }
                await attempt {
                    guard let again = try await service.undo(id, by: caller) else { return }
                    guard Bool.random() else { return try await lapse(service, caller, again) }
                    try await service.answer(again, label, id: id + "-again", by: caller)
                }
            case ..<97:
                await attempt { try await service.answer(lease, .escalate, id: id, by: caller) }
            default:
                await attempt { try await service.answer(lease, .unusable, id: id, by: caller) }
            }
        }
    }

    private static func adjudicate(
        _ service: TestService, _ caller: Caller, _ round: Int
    ) async throws {
        for lease in try await service.lease(queue: .adjudication, by: caller) {
            let verdict: Verdict = [.label("a"), .skip, .unusable].randomElement() ?? .skip
            await attempt {
                try await service.answer(lease, verdict, id: "adj-\(round)", by: caller)
                if Int.random(in: 0..<4) == 0 {
                    _ = try await service.undo("adj-\(round)", by: caller)
                }
            }
        }
    }

    private static func lapse(
        _ service: TestService, _ caller: Caller, _ lease: GivenLease
    ) async throws {
        let parameters: [Parameter] = [.int64(caller.actor), .text(lease.content.externalID)]
        _ = try await service.pool.withSession { session in
            try session.execute(Self.lapse, parameters)
        }
    }

    /// Runs what may be refused for a reason; any other error is a failure of the test.
    private static func attempt(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch ReviewError.leaseLost, ReviewError.alreadyReviewed, ReviewError.leaseSuperseded,
            ReviewError.undoTooLate
        {
        } catch {
            Issue.record("\(error)")
        }
    }

    /// New people answer until nothing is left.
    private static func finish(_ service: TestService) async throws {
        try await service.lapseLeases()
        for number in 0..<8 {
            let caller = try await service.reviewer("finisher-\(number)")
            let adjudicator = try await service.reviewer("adjudicator-\(number)")
            for (queue, caller) in [(Queue.review, caller), (.adjudication, adjudicator)] {
                while case let leases = try await service.lease(20, queue: queue, by: caller),
                    !leases.isEmpty
                {
                    for lease in leases {
                        let id = "\(caller.name)-\(lease.content.externalID)"
                        try await service.answer(lease, .label("a"), id: id, by: caller)
                    }
                }
            }
        }
    }
}

/// What holds in the tables at every moment between transactions.
enum QueueInvariant {
    private static let tasks = """
        WITH state AS (
            SELECT t.item_id, t.asked,
                coalesce((SELECT sum(bit_count(r.free_slots::bit(32))) FROM ready r
                    WHERE r.project_id = t.project_id AND r.item_id = t.item_id AND r.queue = 0), 0) AS free,
                (SELECT count(*) FROM lease l WHERE l.project_id = t.project_id
                    AND l.item_id = t.item_id AND l.queue = 0) AS leased,
                (SELECT count(*) FROM review v WHERE v.project_id = t.project_id AND v.item_id = t.item_id
                    AND v.queue = 0 AND v.slot IS NOT NULL AND v.undone_at IS NULL) AS counted,
                EXISTS (SELECT FROM ready r WHERE r.project_id = t.project_id
                    AND r.item_id = t.item_id AND r.queue = 1)
                OR EXISTS (SELECT FROM lease l WHERE l.project_id = t.project_id
                    AND l.item_id = t.item_id AND l.queue = 1) AS escalated,
                coalesce((SELECT d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT t.is_audit) FROM decision d
                    WHERE d.project_id = t.project_id AND d.item_id = t.item_id
                    ORDER BY d.revision DESC LIMIT 1), false) AS decided
            FROM task t
        )
        """

    static func check(
        _ service: TestService, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        func none(_ what: Comment, _ query: String) async throws {
            #expect(try await service.sql(query) == "", what, sourceLocation: sourceLocation)
        }
        try await none(
            "free + leased + counted = asked for every open task",
            tasks + """
                SELECT * FROM state WHERE NOT escalated AND NOT decided
                    AND free + leased + counted <> asked
                """)
        try await none("never more than asked", tasks + "SELECT * FROM state WHERE counted > asked")
        try await none(
            "nothing decided is still offered",
            tasks + "SELECT * FROM state WHERE decided AND (free > 0 OR escalated)")
        try await none(
            "no slot is both free and held",
            """
            SELECT l.item_id FROM lease l JOIN ready r USING (project_id, item_id, queue)
            WHERE r.free_slots & (1 << l.slot) <> 0
            UNION ALL
            SELECT v.item_id FROM review v JOIN ready r USING (project_id, item_id, queue)
            WHERE v.undone_at IS NULL AND v.slot IS NOT NULL AND r.free_slots & (1 << v.slot) <> 0
            UNION ALL
            SELECT v.item_id FROM review v JOIN lease l USING (project_id, item_id, queue, slot)
            WHERE v.undone_at IS NULL
            """)
        try await none(
            "nobody reviewed an item twice",
            """
            SELECT item_id, actor_id FROM review WHERE undone_at IS NULL AND queue = 0
            GROUP BY item_id, actor_id HAVING count(*) > 1
            """)
        try await none(
            "every decision of people rests on reviews that stood",
            """
            SELECT d.item_id FROM decision d WHERE d.source IN ('reviewer', 'consensus')
                AND d.outcome <> 'reopened' AND d.reviews > (SELECT t.asked FROM task t
                WHERE t.project_id = d.project_id AND t.item_id = d.item_id)
            """)
        try await service.checkRollups(sourceLocation: sourceLocation)
    }

    /// How many tasks people have not decided.
    static func undecided(_ service: TestService) async throws -> String {
        try await service.sql(tasks + "SELECT count(*) FROM state WHERE NOT decided")
    }
}
