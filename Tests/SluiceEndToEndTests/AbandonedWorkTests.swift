import Foundation
import SluiceJSON
import TestSupport
import Testing

/// Clients that leave before their reply has come.
@Suite(.inTurns) struct AbandonedWorkTests {
    /// Every call that may read for long, with a body where it has one.
    private static let calls = [
        "GET /labels?include_pseudo=true", "GET /labels?sort=loss",
        "GET /labels?consensus=one-coin", "GET /report", "GET /agreement", "GET /reviewers/ann",
        "GET /reviewers",
        "GET /comparison?serving=m/1&candidate=m/2", "GET /consensus", "GET /consensus/items",
        "GET /calibration", "GET /drift", "GET /errors", "GET /errors?by=payload.text",
        "GET /risk-coverage", "GET /audit-plan?half_width=0.01", "GET /what-if?threshold=0.5",
        #"POST /what-if {"degree":"assist"}"#, #"POST /certificates {"error":0.02}"#,
        "POST /calibration {}",
    ]

    /// What backends wait for a lock with, by process and statement.
    private func waiting(_ home: Home) async throws -> Set<String> {
        let rows = try await home.ask(
            """
            SELECT pid, md5(query), left(regexp_replace(query, '\\s+', ' ', 'g'), 60)
            FROM pg_stat_activity
            WHERE state = 'active' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
            """)
        return Set(rows.split(separator: "\n").map(String.init))
    }

    private func send(_ call: String, _ home: Home, _ token: String) async throws -> RawConnection {
        let words = call.split(separator: " ", maxSplits: 2).map(String.init)
        let body = words.count > 2 ? words[2] : ""
        let connection = try RawConnection(port: home.port)
        try await connection.send(
            """
            \(words[0]) /v1/projects/pets\(words[1]) HTTP/1.1\r
            Host: x\r
            Authorization: Bearer \(token)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """)
        return connection
    }

    /// Holds every table that such calls read, until the process ends.
    private func lock(_ home: Home) async throws -> ChildProcess {
        let tables = try await home.ask(
            """
            SELECT string_agg(format('%I', c.relname), ', ' ORDER BY c.relname)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'project_id'
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                AND c.relname NOT IN ('token', 'label', 'salt', 'policy', 'guideline', 'rollout',
                    'reviewer_pause', 'calibration_map')
            """)
        let holder = try ChildProcess(
            "/usr/bin/psql",
            [
                "-Xq", "-c", "BEGIN", "-c", "LOCK TABLE \(tables) IN ACCESS EXCLUSIVE MODE", "-c",
                "SELECT pg_sleep(600)", try home.connectionString(),
            ])
        try await eventually("the tables are locked") {
            try await home.ask(
                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted")
                != "0"
        }
        return holder
    }

    /// Ends the backend that holds the tables: one that sleeps does not notice that its client has gone.
    private func release(_ holder: ChildProcess, _ home: Home) async throws {
        _ = try await home.ask(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE wait_event = 'PgSleep' AND pid <> pg_backend_pid()
            """)
        await holder.wait()
    }

    @Test("a long call whose client has gone is cancelled, in the service and in the database")
    func gone() async throws {
        // Statements of the service's own upkeep go on waiting; they must not give up meanwhile.
        try await Home.served(["SLUICE_STATEMENT_SECONDS": "300", "SLUICE_POOL_SIZE": "24"]) {
            home, _ in
            let admin = try await home.makeProject()
            for version in ["1", "2"] {
                let line = prediction("a").replacing(
                    #""model_version":"1""#, with: #""model_version":"\#(version)""#)
                let stored = try await home.sluice(
                    "import", "-", "--project", "pets", token: admin, input: line + "\n")
                try #require(stored.status == 0, "\(stored.error)")
            }
            let holder = try await lock(home)
            // What the service does by itself waits as well, and soon nothing new of it comes.
            try await Task.sleep(for: .seconds(6))
            let upkeep = Set(try await waiting(home).map { $0.split(separator: "|")[0] })
            for call in Self.calls {
                let connection = try await send(call, home, admin)
                var own: Set<String> = []
                let isWaiting = try await eventually("\(call) waits", within: .seconds(10)) {
                    own = try await waiting(home).filter {
                        !upkeep.contains($0.split(separator: "|")[0])
                    }
                    return !own.isEmpty
                }
                guard isWaiting else { continue }
                if call.hasPrefix("GET /report") {
                    connection.cut()
                } else {
                    // A process that ends closes its connections in this way.
                    connection.finishSending()
                }
                let start = ContinuousClock.now
                try await eventually("\(call) is cancelled", within: .seconds(10)) {
                    try await waiting(home).isDisjoint(with: own)
                }
                #expect(start.duration(to: .now) < .seconds(2), "\(call)")
            }
            try await release(holder, home)
            // Nothing of it is stored, and every connection is there for others.
            let report = try await request(
                "GET", "/v1/projects/pets/report", port: home.port, token: admin)
            #expect(report.status == 200)
            #expect(try await home.ask("SELECT count(*) FROM certificate") == "0")
        }
    }

    @Test("an export whose statement is given up before its first row is a 503, not an empty one")
    func given() async throws {
        try await Home.served(["SLUICE_STATEMENT_SECONDS": "1"]) { home, service in
            let admin = try await home.makeProject()
            let holder = try await lock(home)
            for path in ["/labels", "/labels?sort=loss", "/consensus/items?method=map"] {
                let reply = try await request(
                    "GET", "/v1/projects/pets" + path, port: home.port, token: admin)
                #expect(reply.status == 503, "\(path): \(reply.text)")
            }
            #expect(service.standardError.contains("the database is unavailable"))
            try await release(holder, home)
        }
    }

    @Test("what stores something goes on without its client, and a repeated request finds it done")
    func stored() async throws {
        try await Home.served(["SLUICE_STATEMENT_SECONDS": "60", "SLUICE_POOL_SIZE": "24"]) {
            home, _ in
            let admin = try await home.makeProject()
            let holder = try await lock(home)
            try await Task.sleep(for: .seconds(2))
            let upkeep = Set(try await waiting(home).map { $0.split(separator: "|")[0] })
            let connection = try await send(
                "POST /predictions \(prediction("a", confidence: "0.3"))", home, admin)
            try await eventually("the prediction waits") {
                try await waiting(home).contains {
                    !upkeep.contains($0.split(separator: "|")[0])
                }
            }
            connection.finishSending()
            try await Task.sleep(for: .milliseconds(300))
            try await release(holder, home)
            try await eventually("the prediction is stored") {
                try await home.ask("SELECT count(*) FROM item") == "1"
            }
            let again = try await request(
                "POST", "/v1/projects/pets/predictions", port: home.port, token: admin,
                headers: ["Content-Type": "application/json"],
                body: Array(prediction("a", confidence: "0.3").utf8))
            #expect(try again.json["duplicate"]?.bool == true)
        }
    }
}
