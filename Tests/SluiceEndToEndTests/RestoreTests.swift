import SluiceJSON
import TestSupport
import Testing

/// What a dump and restore brings back, and what those who follow the service notice of it: nothing.
@Suite(.inTurns) struct RestoreTests {
    private static let policy = #"{"degree":"partial","accept":{"default":0.5},"audit_rate":1}"#

    /// Has two people correct what the model said of items.
    private func correct(_ ids: [String], _ home: Home, _ admin: String) async throws {
        let lines = ids.map { prediction($0) + "\n" }.joined()
        let stored = try await home.sluice(
            "import", "-", "--project", "pets", token: admin, input: lines)
        try #require(stored.status == 0, "\(stored.error)")
        for name in ["ann", "bob"] {
            let token = try await home.token("reviewer", name, project: "pets")
            let result = try await home.sluice(
                "review", "--plain", token: token,
                input: String(repeating: "dog\n", count: ids.count) + ":quit\n")
            try #require(result.status == 0, "\(result.error)")
        }
    }

    private func corrections(
        _ home: Home, _ token: String, after: String?
    ) async throws -> (ids: [String], next: String) {
        let reply = try await request(
            "GET", "/v1/projects/pets/corrections" + (after.map { "?after=\($0)" } ?? ""),
            port: home.port, token: token)
        try #require(reply.status == 200, "\(reply.text)")
        let entries = try reply.json["corrections"]?.array ?? []
        return (
            entries.compactMap { $0["external_id"]?.string },
            try #require(reply.json["next"]?.string)
        )
    }

    @Test("who follows corrections goes on after a restore into a server that is younger")
    func corrections() async throws {
        try await Home.use { old in
            let first = try await old.serve()
            let admin = try await old.makeProject(policy: Self.policy)
            // Transaction ids of this server run far ahead of those of the next.
            _ = try await old.ask(
                """
                DO $$ BEGIN
                    FOR n IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
                END $$
                """)
            let (_, start) = try await corrections(old, admin, after: nil)
            try await correct(["a", "b"], old, admin)
            let (seen, cursor) = try await corrections(old, admin, after: start)
            #expect(seen.sorted() == ["a", "b"])
            // Nobody has asked about this one yet when the dump is made.
            try await correct(["c"], old, admin)
            let dump = old.path("dump.sql")
            let dumped = try await runCommand(
                "/usr/bin/pg_dump", ["--no-owner", "-f", dump, try old.connectionString()])
            try #require(dumped.status == 0, "\(dumped.error)")
            let age = try #require(Int(try await old.ask("SELECT pg_current_xact_id()")))
            #expect(await first.terminate() == 0)
            try await Home.use { new in
                // A server of its own, with an empty database to restore into.
                let second = try await new.serve()
                _ = try await new.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                let restored = try await runCommand(
                    "/usr/bin/psql",
                    ["-Xq", "-v", "ON_ERROR_STOP=1", "-f", dump, try new.connectionString()])
                try #require(restored.status == 0, "\(restored.error)")
                let young = try #require(Int(try await new.ask("SELECT pg_current_xact_id()")))
                #expect(young < age, "the new server is younger")
                #expect(await second.terminate() == 0)
                let third = try await new.serve()
                let (next, last) = try await corrections(new, admin, after: cursor)
                #expect(next == ["c"], "what came before the dump")
                try await correct(["d"], new, admin)
                #expect(try await corrections(new, admin, after: last).ids == ["d"])
                let all = try await corrections(new, admin, after: nil)
                #expect(all.ids.sorted() == ["a", "b", "c", "d"])
                #expect(all.ids.suffix(2) == ["c", "d"])
                #expect(await third.terminate() == 0)
            }
        }
    }
}
