import Foundation
import Glibc
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import Synchronization
import TestSupport
import Testing

/// Ids the service has confirmed, noted the moment the confirmation arrives.
private final class Acknowledged: Sendable {
    private let ids = Mutex<Set<String>>([])

    func add(_ id: String) { ids.withLock { _ = $0.insert(id) } }
    var all: Set<String> { ids.withLock { $0 } }
}

/// How often each status came, and whether that is enough.
private final class Tally: Sendable {
    private let counts = Mutex<[Int: Int]>([:])
    private let over = Atomic(false)

    var isOver: Bool { over.load(ordering: .acquiring) }
    var statuses: Set<Int> { counts.withLock { Set($0.keys) } }

    func finish() { over.store(true, ordering: .releasing) }
    func add(_ status: Int) { counts.withLock { $0[status, default: 0] += 1 } }
    func count(of status: Int) -> Int { counts.withLock { $0[status, default: 0] } }
}

/// A producer and a reviewer who go on whatever happens to the service, and note what it confirmed.
private struct Load {
    let home: Home
    let admin: String
    let predictions = Acknowledged()
    let reviews = Acknowledged()

    /// Streams lines as a client that reads as it sends, until the connection ends.
    func stream(_ prefix: String, blocks: Int = 400) async {
        do {
            let connection = try RawConnection(port: home.port, patience: .seconds(10))
            try await connection.send(
                """
                POST /v1/projects/pets/predictions HTTP/1.1\r
                Host: x\r
                Authorization: Bearer \(admin)\r
                Content-Type: application/x-ndjson\r
                Transfer-Encoding: chunked\r
                \r

                """)
            async let sent: Void = {
                for block in 0..<blocks {
                    let lines = (0..<25).map {
                        prediction("\(prefix)-\(block)-\($0)", confidence: "0.3") + "\n"
                    }.joined()
                    try await connection.send(
                        String(lines.utf8.count, radix: 16) + "\r\n" + lines + "\r\n")
                }
            }()
            var rest: [UInt8] = []
            while true {
                let part = try await connection.read()
                if part.isEmpty { break }
                rest += part
                // Whole lines only; what was cut off acknowledges nothing.
                guard let end = rest.lastIndex(of: 10) else { continue }
                for line in rest[..<end].split(separator: 10) {
                    guard let reply = try? JSONValue(parsing: Array(line)),
                        reply["route"] != nil, let id = reply["external_id"]?.string
                    else { continue }
                    predictions.add(id)
                }
                rest = Array(rest[(end + 1)...])
            }
            try await sent
        } catch {
            // The end of the connection is what these tests are about.
        }
    }

    /// Leases and answers, until a call fails or it is over.
    func review(
        as token: String, _ prefix: String, until isOver: () -> Bool = { false }
    ) async {
        let client = Client(
            baseURL: "http://127.0.0.1:\(home.port)", token: token, timeout: .seconds(10))
        do {
            var round = 0
            while !isOver() {
                round += 1
                let leases = try await client.call(
                    Endpoints.lease, at: ["project": "pets"], LeaseRequest(count: 2)
                ).leases
                for (index, lease) in leases.enumerated() {
                    let id = "\(prefix)-\(round)-\(index)"
                    _ = try await client.call(
                        Endpoints.review, at: ["project": "pets", "lease": lease.lease],
                        Answer(reviewID: id, verdict: .label("dog")))
                    reviews.add(id)
                }
            }
        } catch {
            // As above.
        }
    }

    /// Compares what was confirmed with what is stored.
    func check() async throws {
        let items = Set(
            try await home.ask("SELECT external_id FROM item").split(separator: "\n")
                .map(String.init))
        let stored = Set(
            try await home.ask("SELECT id FROM review").split(separator: "\n").map(String.init))
        #expect(predictions.all.subtracting(items).isEmpty, "acknowledged, not stored")
        #expect(reviews.all.subtracting(stored).isEmpty, "acknowledged, not stored")
        // An item is stored whole or not at all: with a prediction, and a task or a decision.
        #expect(
            try await home.ask(
                """
                SELECT count(*) FROM item i WHERE NOT EXISTS
                    (SELECT FROM prediction p WHERE (p.project_id, p.item_id) = (i.project_id, i.id))
                """) == "0")
        #expect(
            try await home.ask(
                """
                SELECT count(*) FROM (SELECT item_id FROM review WHERE status IN ('counted', 'late')
                    GROUP BY project_id, item_id HAVING count(*) > 1) AS twice
                """) == "0")
        // Every item waits, is held, or is decided: none is lost between the tables.
        #expect(
            try await home.ask(
                """
                SELECT count(*) FROM item i
                WHERE NOT EXISTS (SELECT FROM ready s
                        WHERE (s.project_id, s.item_id) = (i.project_id, i.id))
                    AND NOT EXISTS (SELECT FROM lease l
                        WHERE (l.project_id, l.item_id) = (i.project_id, i.id))
                    AND NOT EXISTS (SELECT FROM decision d
                        WHERE (d.project_id, d.item_id) = (i.project_id, i.id))
                """) == "0")
    }
}

@Suite(.inTurns, .serialized) struct CrashTests {
    @Test("killed ten times in the middle of ingest and review, the service loses nothing it said")
    func serviceKilled() async throws {
        try await Home.use { home in
            var service = try await home.serve()
            let load = Load(home: home, admin: try await home.makeProject())
            let reviewer = try await home.token("reviewer", "rita")
            var generator = SystemRandomNumberGenerator()
            for round in 0..<10 {
                let limit = (
                    Int.random(in: 1...400, using: &generator),
                    round % 2 * Int.random(in: 1...20, using: &generator)
                )
                let known = (load.predictions.all.count, load.reviews.all.count)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await load.stream("r\(round)") }
                    group.addTask { await load.review(as: reviewer, "r\(round)") }
                    // At a random moment of the work, not of the clock; every other round waits for
                    // reviews too, which a slow machine is long in getting to.
                    try await eventually("work goes on in round \(round)", within: .seconds(60)) {
                        load.predictions.all.count >= known.0 + limit.0
                            && load.reviews.all.count >= known.1 + limit.1
                            || service.child.status != nil
                    }
                    await service.kill()
                    try await group.waitForAll()
                }
                #expect(load.predictions.all.count > known.0)
                // The database survived its service, and the next service takes it over.
                service = try await home.serve()
            }
            try await load.check()
            #expect(load.reviews.all.count > 0)
            #expect(await service.terminate() == 0)
            #expect(home.postmaster == nil)
        }
    }

    @Test("PostgreSQL killed under load: clear 503s, recovery by itself, nothing acknowledged lost")
    func databaseKilled() async throws {
        try await Home.served { home, service in
            let load = Load(home: home, admin: try await home.makeProject())
            let reviewer = try await home.token("reviewer", "rita")
            for round in 0..<2 {
                let known = load.predictions.all.count
                let tally = Tally()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await load.stream("p\(round)", blocks: 80) }
                    group.addTask { await load.review(as: reviewer, "p\(round)") { tally.isOver } }
                    group.addTask {
                        var number = 0
                        while !tally.isOver {
                            number += 1
                            let id = "s\(round)-\(number)"
                            let reply = try await request(
                                "POST", "/v1/projects/pets/predictions", port: home.port,
                                token: load.admin, headers: ["Content-Type": "application/json"],
                                body: Array(prediction(id).utf8))
                            tally.add(reply.status)
                            if reply.status == 200 { load.predictions.add(id) }
                            if reply.status == 503 {
                                #expect(reply.headers["retry-after"] != nil)
                                #expect(reply.headers["content-type"] == "application/problem+json")
                                #expect(try Problem(parsing: reply.body).code.hasPrefix("SLU-90"))
                            }
                        }
                    }
                    try await eventually("work goes on") {
                        load.predictions.all.count > known + 50
                    }
                    let server = try #require(home.postmaster)
                    kill(server, SIGKILL)
                    try await eventually("PostgreSQL is back", within: .seconds(40)) {
                        guard let fresh = home.postmaster, fresh != server else { return false }
                        return try await service.status(of: "/readyz") == 200
                    }
                    let before = tally.count(of: 200)
                    try await eventually("requests succeed again") {
                        tally.count(of: 200) > before + 5
                    }
                    tally.finish()
                    try await group.waitForAll()
                }
                #expect(tally.statuses.isSubset(of: [200, 503]))
                #expect(try await service.status(of: "/healthz") == 200)
            }
            try await load.check()
        }
    }
}
