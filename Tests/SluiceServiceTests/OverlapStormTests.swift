import Foundation
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import Synchronization
import TestSupport
import Testing

/// Many reviewers on several reviews an item, while sessions are terminated, requests are cut off and
/// repeated, and leases are abandoned.
///
/// The small dose runs with all tests; `SLUICE_STORM=full` has 200 reviewers:
///
///     SLUICE_STORM=full swift test --filter OverlapStormTests
@Suite("Overlap under a storm", .database)
struct OverlapStormTests {
    /// How many do how much.
    struct Dose {
        let reviewers: Int
        let items: Int
        let connections: Int

        static var asked: Dose {
            ProcessInfo.processInfo.environment["SLUICE_STORM"] == "full"
                ? Dose(reviewers: 200, items: 1_200, connections: 40)
                : Dose(reviewers: 40, items: 80, connections: 12)
        }
    }

    @Test(
        "no item gets a review too many, none comes to a person twice, and none is stuck",
        .timeLimit(.minutes(10)),
        arguments: [
            #"{"reviewers":1}"#, #"{"reviewers":2}"#, #"{"reviewers":3}"#,
            #"{"reviewers":3,"consensus":{"agree":2,"at_most":4}}"#,
        ])
    func storm(_ policy: String) async throws {
        let dose = Dose.asked
        try await TestService.run(
            labels: ["a", "b", "?unclear"], policy: policy, connections: dose.connections
        ) { service in
            for start in stride(from: 0, to: dose.items, by: 400) {
                try await service.ingest(
                    (start..<min(start + 400, dose.items)).map { SentPrediction("item-\($0)") })
            }
            let storm = OverlapStorm(service)
            try await storm.rage(dose)
            try await QueueInvariant.check(service)
            try await storm.finish()
            try await QueueInvariant.check(service)
            #expect(try await service.sql("SELECT count(*) FROM ready") == "0")
            #expect(try await service.sql("SELECT count(*) FROM lease") == "0")
            #expect(try await QueueInvariant.undecided(service) == "0", "an item is stuck")
            try await check(service)
            #expect(storm.tally.value(.killed) > 0 && storm.tally.value(.cut) > 0)
            print(
                "storm on \(policy): \(dose.reviewers) reviewers, \(dose.items) items; \(storm.tally)"
            )
        }
    }

    private func check(_ service: TestService) async throws {
        #expect(
            try await service.sql(
                """
                SELECT v.item_id FROM review v JOIN task t USING (project_id, item_id)
                WHERE v.queue = 0 AND v.status IN ('counted', 'late') AND v.undone_at IS NULL
                GROUP BY v.item_id, t.asked HAVING count(*) > t.asked
                """) == "", "more reviews than asked")
        #expect(
            try await service.sql(
                """
                SELECT item_id, actor_id FROM review WHERE undone_at IS NULL
                GROUP BY item_id, actor_id, queue HAVING count(*) > 1
                """) == "", "given twice to one person")
        #expect(
            try await service.sql(
                """
                SELECT d.item_id FROM decision d JOIN task t USING (project_id, item_id)
                JOIN policy p ON p.project_id = t.project_id AND p.version = t.policy_version
                WHERE d.source = 'consensus' AND d.reviews <> t.asked
                    AND p.document ->> 'consensus' IS NULL
                """) == "", "exactly as many as asked where all are waited for")
        #expect(
            try await service.sql(
                "SELECT item_id FROM decision GROUP BY item_id HAVING count(*) > 1") == "",
            "one decision an item")
    }
}

/// The reviewers, what happens to them, and how often it did.
final class OverlapStorm: Sendable {
    private static let lapse = Statement(
        name: "testLapseOfOne",
        text: """
            UPDATE lease SET expires_at = now() - interval '1 second'
            WHERE actor_id = $1 AND item_id = (SELECT id FROM item WHERE external_id = $2)
            """)

    let tally = StormTally()
    private let service: TestService
    private let isOver = Atomic(false)

    init(_ service: TestService) { self.service = service }

    /// Everybody at once, until all reviewers have done their share.
    func rage(_ dose: OverlapStormTests.Dose) async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<dose.reviewers {
                group.addTask {
                    let caller = try await self.persist {
                        try await self.service.reviewer("r\(number)")
                    }
                    for round in 0..<12 { try await self.work(caller, round) }
                }
            }
            try await withThrowingTaskGroup { accidents in
                accidents.addTask { try await self.killSessions() }
                try await group.waitForAll()
                isOver.store(true, ordering: .relaxed)
                try await accidents.waitForAll()
            }
        }
    }

    /// Terminates some of the sessions of the service, time and again.
    private func killSessions() async throws {
        while !isOver.load(ordering: .relaxed) {
            let killed = try await service.sql(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.1
                """)
            tally.add(Int(killed) ?? 0, .killed)
            // A pause between blows, and nothing is waited for.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func work(_ caller: Caller, _ round: Int) async throws {
        // Whoever claims and is cut off never hears of the lease, which lapses some time.
        let asking = Task { [service] in try await service.lease(Int.random(in: 1...3), by: caller)
        }
        if Int.random(in: 0..<20) == 0 {
            asking.cancel()
            tally.add(1, .cut)
        }
        let leases: [GivenLease]
        do {
            leases = try await asking.value
        } catch is PostgresError { return } catch is CancellationError { return }
        for (index, lease) in leases.enumerated() {
            try await answer(lease, id: "\(caller.name)-\(round)-\(index)", caller)
        }
    }

    private func answer(_ lease: GivenLease, id: String, _ caller: Caller) async throws {
        let verdict: Verdict = [.label("a"), .label("a"), .label("b")].randomElement() ?? .skip
        switch Int.random(in: 0..<100) {
        case ..<60: try await say(lease, verdict, id, caller)
        case ..<70:
            // The client gives up on the reply, and sends the same again.
            let sending = Task { [service] in
                try await service.answer(lease, verdict, id: id, by: caller)
            }
            sending.cancel()
            tally.add(1, .cut)
            _ = await sending.result
            try await say(lease, verdict, id, caller)
        case ..<80:
            tally.add(2, .repeated)
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 { group.addTask { try await self.say(lease, verdict, id, caller) } }
                try await group.waitForAll()
            }
        case ..<92:
            tally.add(1, .abandoned)
            try await lapse(lease, caller)
            if Bool.random() { try await say(lease, verdict, id, caller) }
        case ..<96: try await say(lease, .skip, id, caller)
        case ..<98:
            try await persist {
                try await service.reviewing.release(
                    lease.id, project: service.project(), by: caller)
            }
        default: try await say(lease, .escalate, id, caller)
        }
    }

    /// Answers until there is a reply.
    private func say(
        _ lease: GivenLease, _ verdict: Verdict, _ id: String, _ caller: Caller
    ) async throws {
        do {
            let result = try await persist {
                try await service.answer(lease, verdict, id: id, by: caller)
            }
            tally.add(1, result.status == "surplus" ? .surplus : .answered)
        } catch ReviewError.leaseLost, ReviewError.alreadyReviewed, ReviewError.leaseSuperseded {
            tally.add(1, .refused)
        }
    }

    private func lapse(_ lease: GivenLease, _ caller: Caller) async throws {
        let parameters: [Parameter] = [
            .int64(caller.actor), .text(lease.content.externalID),
        ]
        try await persist {
            _ = try await service.pool.withSession { session in
                try session.execute(Self.lapse, parameters)
            }
        }
    }

    /// Tries until the database answers.
    private func persist<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        for _ in 0..<200 {
            do {
                return try await body()
            } catch let error as PostgresError
                where error.isConnectionFailure || error.isOutcomeUnknown || error.isOverload
            {
                tally.add(1, .lost)
            }
        }
        return try await body()
    }

    /// New people, whom nothing happens to, answer until nothing is left.
    func finish() async throws {
        try await service.lapseLeases()
        for number in 0..<8 {
            let caller = try await service.reviewer("finisher-\(number)")
            let adjudicator = try await service.reviewer("adjudicator-\(number)")
            for (queue, caller) in [(Queue.review, caller), (.adjudication, adjudicator)] {
                while case let leases = try await service.lease(100, queue: queue, by: caller),
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

/// How often what happened.
final class StormTally: Sendable, CustomStringConvertible {
    enum Event: String, CaseIterable {
        case answered, surplus, refused, abandoned, cut, repeated, killed, lost
    }

    private let counts = Mutex<[Event: Int]>([:])

    func add(_ count: Int, _ event: Event) { counts.withLock { $0[event, default: 0] += count } }

    func value(_ event: Event) -> Int { counts.withLock { $0[event, default: 0] } }

    var description: String {
        Event.allCases.map { "\(value($0)) \($0.rawValue)" }.joined(separator: ", ")
    }
}
