import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Claims and answers of several reviewers together", .database)
struct ReviewBatchTests {
    /// What one answer came to.
    private enum Told: Equatable {
        case status(String, isDuplicate: Bool)
        case refused(ReviewError)
    }

    private static func told(_ body: () async throws -> AnswerResult) async throws -> Told {
        do {
            let result = try await body()
            return .status(result.status, isDuplicate: result.isDuplicate)
        } catch let error as ReviewError {
            return .refused(error)
        }
    }

    /// Runs `body` while a transaction of another connection has done this and is not over.
    private static func holding(
        _ service: TestService, _ statement: String,
        _ body: () async throws -> Void
    ) async throws {
        let holder = try await service.pool.checkout()
        try await holder.run { session in
            try session.script("BEGIN")
            try session.script(statement)
        }
        do {
            try await body()
        } catch {
            await holder.discard()
            throw error
        }
        try await holder.run { try $0.script("COMMIT") }
        await holder.release()
    }

    /// Sends one answer that cannot be stored yet, and then others, which gather until all are there.
    private static func gathering(
        _ service: TestService, _ count: Int, first: () async throws -> Void,
        others: () async throws -> Void
    ) async throws {
        let project = try await service.project().id
        try await holding(service, "LOCK TABLE review IN SHARE MODE") {
            try await first()
            try await eventually("the first is under way") {
                try await waitingBackends(service) == 1
            }
            try await others()
            try await eventually("the others are gathered") {
                service.reviewing.batches.answersWaiting(in: project) == count
            }
        }
    }

    private static func waitingBackends(_ service: TestService) async throws -> Int {
        let count = try await service.sql(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """)
        return Int(count) ?? 0
    }

    /// Leases an item each to reviewers of these names.
    private static func leases(
        _ service: TestService, to names: [String]
    ) async throws -> [(reviewer: Caller, lease: GivenLease)] {
        try await service.ingest(names.map { SentPrediction("item-of-\($0)") })
        var leases: [(reviewer: Caller, lease: GivenLease)] = []
        for name in names {
            let reviewer = try await service.reviewer(name)
            leases.append((reviewer, try await service.nextLease(by: reviewer)))
        }
        return leases
    }

    @Test("answers that arrive together share a commit, and each is told what became of it")
    func sharing() async throws {
        try await TestService.run(connections: 12) { service in
            let names = (0..<10).map { "r\($0)" }
            let leases = try await Self.leases(service, to: names)
            let other = try await Self.leases(service, to: ["known"])[0]
            try await service.answer(other.lease, .label("a"), id: "known", by: other.reviewer)
            let before = try await service.sql("SELECT count(DISTINCT xmin::text) FROM review")
            #expect(before == "1")
            var told: [Int: Told] = [:]
            try await withThrowingTaskGroup(of: (Int, Told).self) { group in
                func answer(_ number: Int, _ lease: GivenLease, _ id: String, _ caller: Caller) {
                    group.addTask {
                        let told = try await Self.told {
                            try await service.answer(lease, .label("a"), id: id, by: caller)
                        }
                        return (number, told)
                    }
                }
                try await Self.gathering(service, 11) {
                    answer(0, leases[0].lease, "answer-0", leases[0].reviewer)
                } others: {
                    for (number, (reviewer, lease)) in leases.enumerated().dropFirst() {
                        answer(number, lease, "answer-\(number)", reviewer)
                    }
                    answer(10, other.lease, "known", other.reviewer)
                    answer(11, other.lease, "unknown", other.reviewer)
                }
                for try await (number, result) in group { told[number] = result }
            }
            for number in 0..<10 {
                #expect(told[number] == .status("counted", isDuplicate: false), "\(number)")
            }
            #expect(told[10] == .status("counted", isDuplicate: true))
            #expect(told[11] == .refused(.alreadyReviewed))
            #expect(
                try await service.sql("SELECT count(DISTINCT xmin::text) FROM review") == "3",
                "one before, the first, and all others together")
            #expect(try await service.sql("SELECT count(*) FROM decision") == "11")
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer that makes its batch fail fails by itself")
    func fault() async throws {
        try await TestService.run(connections: 12) { service in
            try await service.sql(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.comment = 'bad' THEN RAISE EXCEPTION 'bad'; END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON review FOR EACH ROW EXECUTE FUNCTION refuse();
                """)
            let leases = try await Self.leases(service, to: ["a", "b", "c", "d"])
            let failed = try await withThrowingTaskGroup(of: Int?.self) { group in
                func answer(_ number: Int) async throws {
                    let context = try await service.project()
                    group.addTask {
                        let answer = Answer(
                            reviewID: "answer-\(number)", verdict: .label("a"),
                            comment: number == 2 ? "bad" : nil)
                        do {
                            _ = try await service.reviewing.answer(
                                answer, lease: leases[number].lease.id, project: context,
                                by: leases[number].reviewer)
                            return nil
                        } catch is PostgresError {
                            return number
                        }
                    }
                }
                try await Self.gathering(service, 3) {
                    try await answer(0)
                } others: {
                    for number in 1..<4 { try await answer(number) }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            #expect(failed == [2])
            #expect(
                try await service.sql("SELECT id FROM review ORDER BY id")
                    == "answer-0\nanswer-1\nanswer-3")
            #expect(try await service.sql("SELECT count(*) FROM lease") == "1")
        }
    }

    @Test(
        "nobody waits for a reviewer whose other request is under way, nor for a task that is held",
        arguments: ["reviewer", "task"])
    func busy(_ what: String) async throws {
        try await TestService.run(connections: 12) { service in
            try await service.ingest((0..<8).map { SentPrediction("more-\($0)") })
            let leases = try await Self.leases(service, to: ["ann", "bob"])
            let (ann, annsLease) = leases[0]
            let (bob, bobsLease) = leases[1]
            let project = try await service.project().id
            let item = try await service.sql(
                "SELECT id FROM item WHERE external_id = '\(annsLease.content.externalID)'")
            let hold =
                what == "reviewer"
                ? "SELECT pg_advisory_xact_lock(\(project)::integer, \(ann.actor)::integer)"
                : "SELECT FROM task WHERE item_id = \(item) FOR UPDATE"
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await Self.holding(service, hold) {
                    group.addTask {
                        try await service.answer(annsLease, .label("a"), id: "ann", by: ann)
                    }
                    if what == "reviewer" {
                        group.addTask {
                            let given = try await service.lease(2, by: ann)
                            #expect(given.count == 2)
                        }
                    }
                    try await eventually("what is ann's waits") {
                        try await Self.waitingBackends(service) == (what == "reviewer" ? 2 : 1)
                    }
                    try await service.answer(bobsLease, .label("a"), id: "bob", by: bob)
                    #expect(try await service.lease(3, by: bob).count == 3)
                    #expect(try await service.sql("SELECT id FROM review") == "bob")
                }
                try await group.waitForAll()
            }
            #expect(try await service.sql("SELECT count(*) FROM decision") == "2")
            try await QueueInvariant.check(service)
        }
    }

    @Test("claims that arrive together give every item once, and to each as many as it asked for")
    func claims() async throws {
        try await TestService.run(connections: 12) { service in
            try await service.ingest((0..<100).map { SentPrediction("item-\($0)") })
            var reviewers: [Caller] = []
            for number in 0..<20 { reviewers.append(try await service.reviewer("r\(number)")) }
            let given = try await withThrowingTaskGroup(of: (Int, [GivenLease]).self) { group in
                try await Self.holding(service, "LOCK TABLE lease IN SHARE MODE") {
                    for (number, reviewer) in reviewers.enumerated() {
                        group.addTask {
                            (number, try await service.lease(1 + number % 4, by: reviewer))
                        }
                    }
                    try await eventually("the first is under way") {
                        try await Self.waitingBackends(service) == 1
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<20 { #expect(given[number]?.count == 1 + number % 4) }
            let items = given.values.flatMap { $0 }.map(\.content.externalID)
            #expect(Set(items).count == items.count)
            let transactions = try await service.sql("SELECT count(DISTINCT xmin::text) FROM lease")
            #expect((Int(transactions) ?? 20) < 10, "\(transactions) transactions for 20 claims")
            // Each lease is its reviewer's, under its own token.
            for (number, reviewer) in reviewers.enumerated() {
                for lease in given[number] ?? [] {
                    let id = "\(number)-\(lease.content.externalID)"
                    let result = try await service.answer(lease, .label("a"), id: id, by: reviewer)
                    #expect(result.externalID == lease.content.externalID)
                }
            }
            try await QueueInvariant.check(service)
        }
    }

    @Test("claims of one batch get different slots of an item that several are to review")
    func slots() async throws {
        let policy = #"{"degree":"assist","reviewers":3}"#
        try await TestService.run(policy: policy, connections: 12) { service in
            try await service.ingest([SentPrediction("x")])
            var reviewers: [Caller] = []
            for number in 0..<5 { reviewers.append(try await service.reviewer("r\(number)")) }
            let project = try await service.project()
            let claims = reviewers.enumerated().map { number, reviewer in
                TaskClaim(
                    actor: reviewer.actor, tokens: [Int64(number)], floor: .head, scan: nil)
            }
            let given = try await service.pool.statement { session in
                try Store(session).claimTasks(
                    claims, project: project.id, queue: .review, leaseSeconds: 60, waits: false)
            }
            #expect(given.map { $0?.count } == [1, 1, 1, 0, 0])
            #expect(
                try await service.sql("SELECT string_agg(slot::text, ',' ORDER BY slot) FROM lease")
                    == "0,1,2")
            try await QueueInvariant.check(service)
        }
    }
}
