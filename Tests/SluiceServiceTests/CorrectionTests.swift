import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Corrections", .database)
struct CorrectionTests {
    private func read(
        _ service: TestService, after: String? = nil, limit: Int = 100, wait: Int = 0
    ) async throws -> (entries: [JSONValue], next: String) {
        let reply = try JSONValue(
            parsing: try await Corrections(pool: service.pool).json(
                of: service.project(), after: after, limit: limit, wait: wait))
        return (reply["corrections"]?.array ?? [], try #require(reply["next"]?.string))
    }

    /// Reads on until there are `count`: transactions of other tests on the same server may hold some back.
    private func read(
        _ service: TestService, count: Int, after: String? = nil
    ) async throws -> (entries: [JSONValue], next: String) {
        var (entries, next) = try await read(service, after: after, wait: 30)
        while entries.count < count {
            let more = try await read(service, after: next, wait: 30)
            try #require(!more.entries.isEmpty)
            entries += more.entries
            next = more.next
        }
        return (entries, next)
    }

    @Test("what took a model's place is listed, and nothing else; what is taken back is as well")
    func listed() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("wrong", label: "a", confidence: "0.95"),
                SentPrediction("right", label: "a", confidence: "0.95"),
                SentPrediction("torn", label: "a", confidence: "0.95"),
                SentPrediction("queued", label: "a", confidence: "0.1"),
            ])
            let said = [
                "ann": ["wrong": "b", "right": "a", "torn": "b", "queued": "b"],
                "bob": ["wrong": "b", "torn": "c"], "cid": ["torn": "a"],
            ]
            for name in ["ann", "bob", "cid"] {
                let caller = try await service.reviewer(name)
                for lease in try await service.lease(5, by: caller) {
                    let item = lease.content.externalID
                    try await service.answer(
                        lease, .label(said[name]?[item] ?? ""), id: name + item, by: caller)
                }
            }
            let (first, next) = try await read(service, count: 1)
            #expect(first.compactMap { $0["external_id"]?.string } == ["wrong"])
            #expect(first[0]["model_label"]?.string == "a" && first[0]["label"]?.string == "b")
            #expect(first[0]["source"]?.string == "consensus" && first[0]["reviews"]?.int == 2)
            #expect(first[0]["withdrawn"]?.bool == false)
            #expect(first[0]["model_version"]?.string == "1")
            #expect(try await read(service, after: next).entries.isEmpty)
            #expect(try await read(service, after: next).next == next)
            let torn = try await service.nextLease(queue: .adjudication, by: service.admin)
            try await service.answer(torn, .label("c"), id: "judge", by: service.admin)
            let bob = try await service.reviewer("bob")
            _ = try await service.undo("bobwrong", by: bob)
            let (rest, _) = try await read(service, count: 2, after: next)
            #expect(rest.compactMap { $0["external_id"]?.string } == ["torn", "wrong"])
            #expect(rest.map { $0["withdrawn"]?.bool } == [false, true])
            #expect(rest[0]["source"]?.string == "adjudicator")
            #expect(rest[1]["label"]?.string == "a")
            let one = try await read(service, after: next, limit: 1)
            #expect(one.entries.count == 1)
            #expect(try await read(service, after: one.next).entries.count == 1)
            await #expect(throws: ReviewError.self) {
                try await read(service, after: "yesterday")
            }
        }
    }

    @Test("a decision that commits late is not passed over by who has read a later one")
    func lateCommit() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("y")])
            let project = try await service.project().id
            let items = try await service.sql("SELECT id FROM item ORDER BY external_id")
                .split(separator: "\n").compactMap { Int64($0) }
            func decide(_ item: Int64) async throws {
                try await service.pool.transaction { session in
                    try append(item, project, Store(session))
                }
            }
            let began = Door()
            let mayEnd = Door()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let connection = try await service.pool.checkout()
                    try await connection.run { session in
                        try session.script("BEGIN")
                        try append(items[0], project, Store(session))
                    }
                    await began.open()
                    await mayEnd.wait()
                    try await connection.run { try $0.script("COMMIT") }
                    await connection.release()
                }
                await began.wait()
                try await decide(items[1])
                // Nobody waits for one that is still open: it comes when it is committed.
                let (first, next) = try await read(service)
                #expect(first.compactMap { $0["external_id"]?.string } == ["y"])
                await mayEnd.open()
                try await group.waitForAll()
                let (second, last) = try await read(service, after: next)
                #expect(second.compactMap { $0["external_id"]?.string } == ["x"])
                #expect(try await read(service, after: last).entries.isEmpty)
            }
            // From the beginning it is the same order for ever.
            #expect(
                try await read(service).entries.compactMap { $0["external_id"]?.string }
                    == ["y", "x"])
        }
    }

    @Test("who follows at any pace on two instances gets everything once, in one order for all")
    func storm() async throws {
        let count = 120
        try await TestService.run(connections: 12) { service in
            try await service.ingest((0..<count).map { SentPrediction("i\($0)") })
            let project = try await service.project().id
            let items = try await service.sql("SELECT id FROM item ORDER BY id")
                .split(separator: "\n").compactMap { Int64($0) }
            let twin = service.twin()
            func follow(_ service: TestService, limit: Int) async throws -> [Int64] {
                var seen: [Int64] = []
                var after: String?
                while seen.count < count {
                    let (entries, next) = try await read(
                        service, after: after, limit: limit, wait: 1)
                    seen += entries.compactMap { entry in
                        entry["external_id"]?.string.flatMap { Int64($0.dropFirst()) }
                    }
                    after = next
                }
                return seen
            }
            try await withThrowingTaskGroup(of: [Int64]?.self) { group in
                for (index, item) in items.enumerated() {
                    group.addTask {
                        try await (index.isMultiple(of: 2) ? service : twin).pool.transaction {
                            session in
                            try append(item, project, Store(session))
                            // Some commit late, behind others that began after them.
                            if index.isMultiple(of: 7) {
                                try session.script("SELECT pg_sleep(0.05)")
                            }
                        }
                        return nil
                    }
                }
                for limit in [1, 7, 1000] {
                    group.addTask { try await follow(service, limit: limit) }
                    group.addTask { try await follow(twin, limit: limit) }
                }
                var orders: Set<[Int64]> = []
                for try await order in group { if let order { orders.insert(order) } }
                #expect(orders.count == 1)
                #expect(orders.first?.sorted() == (0..<Int64(count)).map { $0 })
            }
            let numbers = try await service.sql("SELECT number FROM correction ORDER BY number")
            #expect(
                numbers.split(separator: "\n").map { Int($0) } == (1...count).map { $0 },
                "numbers have no gaps")
        }
    }

    @Test("a cursor of the time of transaction ids goes on; one of another database is refused")
    func cursors() async throws {
        try await TestService.run { service in
            try await service.ingest(["x", "y", "z"].map { SentPrediction($0) })
            let project = try await service.project().id
            let items = try await service.sql("SELECT id FROM item ORDER BY external_id")
                .split(separator: "\n").compactMap { Int64($0) }
            for item in items {
                try await service.pool.transaction { session in
                    try append(item, project, Store(session))
                }
            }
            let all = try await read(service)
            #expect(all.entries.count == 3)
            for (cursor, rest) in [("0-0-0", 3), ("5000000000-\(items[0])-1", 2)] {
                #expect(try await read(service, after: cursor).entries.count == rest)
            }
            let parts = all.next.split(separator: ".").map(String.init)
            #expect(parts.count == 4 && parts[0] == "3" && parts[1] == "\(items[2])")
            let others = [
                // Another place, another revision, another decision of the same item.
                "4.\(parts[1]).\(parts[2]).\(parts[3])", "3.\(parts[1]).2.\(parts[3])",
                "3.\(parts[1]).1.1", "7-\(items[0])-9", "1.2", "", "-1.2.3.4", "1.2.3.4.5",
                "٣.1.1.1", "99999999999999999999.1.1.1", "1-1-99999999999",
            ]
            for cursor in others {
                let error = await #expect(throws: ReviewError.self) {
                    try await read(service, after: cursor)
                }
                #expect(error?.code == .invalidParameter)
            }
        }
    }

    @Test("who waits gets a correction as soon as it is decided")
    func wait() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x")])
            let project = try await service.project().id
            let item = Int64(try await service.sql("SELECT id FROM item")) ?? 0
            async let waiting = read(service, wait: 30)
            try await service.pool.transaction { session in
                try append(item, project, Store(session))
            }
            #expect(try await waiting.entries.count == 1)
        }
    }
}

private func append(_ item: Int64, _ project: Int64, _ store: Store) throws {
    try store.appendDecision(
        DecisionRow(
            item: item, revision: 1, reviews: 1, modelVersionID: 1, actor: nil, agreement: 1,
            label: "b", source: .consensus, outcome: .corrected), project: project)
    try store.appendCorrection(project: project, item: item, revision: 1)
}
