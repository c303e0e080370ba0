import Foundation
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ServeTests {
    @Test("without a database URL the service brings its own, and takes it away with it")
    func embedded() async throws {
        try await Home.use { home in
            let none = try await home.sluice("token", "list")
            #expect(none.status == 1 && none.error.contains("sluice serve"), "\(none.error)")
            #expect(!FileManager.default.fileExists(atPath: home.data), "it makes no cluster")

            let service = try await home.serve()
            let early = try await home.token("admin", "early")
            #expect(early.hasPrefix("slu_") && !early.contains("\n"))
            #expect(try await service.status(of: "/healthz") == 200)
            #expect(try await service.status(of: "/readyz") == 200)
            #expect(service.standardError.contains("listening on http://127.0.0.1:\(home.port)"))
            let beside = try await home.token("admin", "beside")
            for token in [early, beside] {
                let reply = try await request(
                    "GET", "/v1/projects", port: home.port, token: token)
                #expect(reply.status == 200)
            }

            let second = try await home.sluice("serve", "--listen", "127.0.0.1:0")
            #expect(second.status == 1)
            #expect(second.error.contains("is in use by another sluice"), "\(second.error)")
            #expect(second.error.contains("SLUICE_DATA_DIR"), "it says what to do")
            #expect(try await service.status(of: "/readyz") == 200, "the first does not mind")

            #expect(home.postmaster != nil)
            #expect(await service.terminate() == 0, "\(service.standardError)")
            #expect(home.postmaster == nil)
            let errors = service.standardError.split(separator: "\n")
                .filter { $0.contains(#""level":"error""#) }
            #expect(errors.isEmpty, "\(errors)")

            let late = try await home.token("admin", "late")
            #expect(home.postmaster == nil, "a command alone leaves no server behind")
            let again = try await home.serve()
            for token in [early, late] {
                let reply = try await request(
                    "GET", "/v1/projects", port: home.port, token: token)
                #expect(reply.status == 200)
            }
            #expect(await again.terminate() == 0)
        }
    }

    @Test(
        "a value that does not parse names itself and stops the start",
        arguments: [
            ["SLUICE_LISTEN": "8420"], ["SLUICE_LISTEN": "127.0.0.1:70000"],
            ["SLUICE_POOL_SIZE": "0"],
            ["SLUICE_POOL_SIZE": "many"], ["SLUICE_MAX_PAYLOAD_BYTES": "1MB"],
            ["SLUICE_STATEMENT_SECONDS": "0.5"],
        ])
    func badConfiguration(variables: [String: String]) async throws {
        try await Home.use { home in
            let result = try await home.sluice("serve", with: variables)
            #expect(result.status == 1)
            let (name, value) = try #require(variables.first)
            #expect(result.error.contains("\(name) is \"\(value)\""), "\(result.error)")
            #expect(result.error.contains("accepted:"))
            #expect(home.postmaster == nil)
            #expect(!FileManager.default.fileExists(atPath: home.data))
        }
    }

    @Test("a port that is taken stops the start, and no server stays behind")
    func portTaken() async throws {
        try await Home.use { home in
            let holder = try await Home.use { other in
                let taken = try CutProxy(to: .port(1))
                let result = try await home.sluice("serve", "--listen", "127.0.0.1:\(taken.port)")
                taken.close()
                return result
            }
            #expect(holder.status == 1)
            #expect(holder.error.contains("starting the service failed"), "\(holder.error)")
            #expect(home.postmaster == nil)
        }
    }

    @Test(
        "with DATABASE_URL an empty database is migrated, one that lacks migrations is not touched")
    func external() async throws {
        try await Home.use { home in
            let server = try await TestServer.shared()
            let url = try await server.makeEmptyDatabase("own_cluster")
            func serving(_ body: () async throws -> Void) async throws {
                let child = try ChildProcess(
                    try BuiltProduct.sluice(), ["serve", "--listen", "127.0.0.1:\(home.port)"],
                    environment: home.environment(["DATABASE_URL": url]))
                try await eventually("it is alive") {
                    do {
                        return try await request("GET", "/healthz", port: home.port).status == 200
                    } catch {
                        return child.status != nil
                    }
                }
                try await body()
                child.signal(SIGTERM)
                #expect(await child.wait() == 0)
            }
            try await serving {
                let made = try await home.sluice(
                    "token", "create", "--role", "admin", "--name", "a", "--database-url", url)
                let token = made.output.trimmingCharacters(in: .newlines)
                #expect(
                    try await request("GET", "/v1/projects", port: home.port, token: token).status
                        == 200)
                // The tests' server forgets commits in a crash; the service says it is not ready.
                let ready = try await request("GET", "/readyz", port: home.port, token: token)
                #expect(ready.status == 503 && ready.text.contains("fsync"))
            }
            #expect(!FileManager.default.fileExists(atPath: home.data))
            let plan = try await home.sluice("migrate", "--plan", "--database-url", url)
            #expect(plan.status == 0 && plan.output.isEmpty && plan.error.contains("nothing"))

            // As a database that an older version left.
            try await server.execute(
                "DELETE FROM sluice_migration WHERE name = (SELECT max(name) FROM sluice_migration)",
                database: "own_cluster")
            let refused = try await home.sluice("serve", with: ["DATABASE_URL": url])
            #expect(refused.status == 1)
            #expect(refused.error.contains("sluice migrate"), "\(refused.error)")
            let left = try await home.sluice("migrate", "--plan", "--database-url", url)
            #expect(left.output.split(separator: "\n").count == 1)
        }
    }

    @Test("a database that cannot be reached is told in words, without the password")
    func unreachable() async throws {
        try await Home.use { home in
            let result = try await home.sluice(
                "serve", with: ["DATABASE_URL": "host=127.0.0.1 port=1 user=u password=hunter2"])
            #expect(result.status == 1)
            #expect(result.error.contains("sluice: starting the service failed:"))
            #expect(result.error.contains("DATABASE_URL"))
            #expect(!result.error.contains("hunter2"))
        }
    }

    @Test(
        "a command beside a service whose database lets nobody in says so, and not that it is in use"
    )
    func silentDatabase() async throws {
        try await Home.served { home, _ in
            let server = try #require(home.postmaster)
            let file = try String(
                contentsOfFile: "\(home.data)/data/postmaster.pid", encoding: .utf8)
            let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
            try FileManager.default.removeItem(atPath: "\(lines[4])/.s.PGSQL.\(lines[3])")
            let result = try await home.sluice("token", "list")
            #expect(result.status == 1)
            #expect(
                result.error.contains(
                    "the PostgreSQL of \(home.data) (process \(server)) does not answer: "),
                "\(result.error)")
            #expect(result.error.contains("No such file or directory"))
            #expect(result.error.contains(" hint: try again"))
        }
    }

    @Test("SIGTERM with a stream open: what was acknowledged is stored, and the end comes in time")
    func openStream() async throws {
        try await Home.use { home in
            let service = try await home.serve()
            let admin = try await home.makeProject()
            let connection = try RawConnection(port: home.port)
            try await connection.send(
                """
                POST /v1/projects/pets/predictions HTTP/1.1\r
                Host: x\r
                Authorization: Bearer \(admin)\r
                Content-Type: application/x-ndjson\r
                Transfer-Encoding: chunked\r
                \r

                """)
            let line = prediction("open") + "\n"
            try await connection.send(String(line.utf8.count, radix: 16) + "\r\n" + line + "\r\n")
            _ = try await connection.read { $0.firstRange(of: Array("\"open\"".utf8)) != nil }
            let started = ContinuousClock.now
            let status = await service.terminate()
            #expect(ContinuousClock.now - started < .seconds(25))
            #expect(status == 0, "\(service.standardError)")
            #expect(home.postmaster == nil)
            let again = try await home.serve()
            let item = try await request(
                "GET", "/v1/projects/pets/items/open", port: home.port, token: admin)
            #expect(item.status == 200)
            await again.terminate()
        }
    }
}
