import Foundation
import SluiceCluster
import TestSupport
import Testing

@Suite("The test support") struct TestSupportTests {
    @Test("gives each test a migrated database of its own, one name each", .database)
    func databases() async throws {
        let first = try #require(TestDatabase.current)
        let second = try await TestDatabase.make()
        #expect(first.name != second.name)
        try await first.execute("CREATE TABLE mine ()")
        let found = try await second.execute("SELECT count(*) FROM pg_class WHERE relname = 'mine'")
        #expect(found == "0")
        let tables = try await second.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        #expect(try #require(Int(tables)) > 3)
    }

    @Test("lets the application read and write rows, and nothing else", .database)
    func privileges() async throws {
        let database = try #require(TestDatabase.current)
        func asApplication(_ statement: String) async throws -> String {
            try await database.server.execute(
                statement, database: database.name, user: "Sluice App")
        }
        #expect(
            try await asApplication("INSERT INTO actor (name) VALUES ('ada') RETURNING name")
                == "ada")
        #expect(try await asApplication("SHOW TimeZone") == "Asia/Kathmandu")
        await #expect(throws: StatementsFailed.self) { try await asApplication("DROP TABLE actor") }
        await #expect(throws: StatementsFailed.self) {
            try await asApplication("CREATE TABLE t ()")
        }
    }

    @Test("passes, swallows and cuts what goes through its proxy")
    func proxy() async throws {
        let server = try await TestServer.shared()
        let proxy = try CutProxy(to: .socket("\(server.address.socketDirectory)/.s.PGSQL.5432"))
        defer { proxy.close() }
        let target = "host=127.0.0.1 port=\(proxy.port) user=sluice dbname=sluice sslmode=disable"
        func ask(_ statement: String) async throws -> CommandResult {
            try await runCommand("/usr/bin/psql", ["-XAtqc", statement, target])
        }
        #expect(try await ask("SELECT 1").output == "1\n")
        proxy.set(.cut(.server, afterBytes: 10))
        #expect(try await ask("SELECT 1").status != 0)
        #expect(try await ask("SELECT 2").output == "2\n")
        proxy.set(.blackhole)
        let silent = try ChildProcess("/usr/bin/psql", ["-XAtqc", "SELECT 3", target])
        try await eventually("the swallowed question ends with its connection") {
            proxy.reset()
            return silent.status.map { $0 != 0 } ?? false
        }
        proxy.set(.pass)
        #expect(try await ask("SELECT 4").output == "4\n")
    }
}
