import SluicePostgres
import Testing

@Suite("Migrations apply once each, in order, whoever runs them")
struct MigratorTests {
    private let steps = [
        Migration(
            name: "0002_b", text: "INSERT INTO a VALUES (1); ALTER TABLE a ADD COLUMN y text;"),
        Migration(name: "0001_a", text: "CREATE TABLE a (x integer);"),
        Migration(
            name: "0003_index",
            text:
                "-- An index.\n-- transaction: none\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_x_idx ON a (x)"
        ),
    ]

    private func refusal(
        _ migrations: [Migration], _ pool: ConnectionPool
    ) async throws -> MigrationError? {
        do {
            try await pool.withSession { try Migrator(migrations: migrations).migrate($0) }
            return nil
        } catch let error as MigrationError {
            return error
        }
    }

    @Test("twenty runs at once on an empty database apply each step once")
    func together() async throws {
        let options = try await ScratchServer.shared().database()
        let migrator = Migrator(migrations: steps)
        try await withPool(options, maximum: 20, waitTimeout: .seconds(30)) { (pool) async throws in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<20 {
                    group.addTask { try await pool.withSession { try migrator.migrate($0) } }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == ["0001_a", "0002_b", "0003_index"])
            #expect(try await pool.withSession { try migrator.migrate($0) } == [])
            #expect(
                try await pool.withSession { try $0.query(sql("SELECT x FROM a"), [], firstInt) }
                    == [1])
            try await pool.withSession { try migrator.check($0) }
        }
    }

    @Test("a plan tells what is left and changes nothing")
    func plan() async throws {
        try await withPool(ScratchServer.shared().database()) { (pool) async throws in
            let names = try await pool.withSession {
                try Migrator(migrations: steps).plan($0).map(\.name)
            }
            #expect(names == ["0001_a", "0002_b", "0003_index"])
            let tables = try await pool.withSession {
                try $0.query(sql("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).count
            }
            #expect(tables == 0)
        }
    }

    @Test("a step that fails leaves nothing, and the next run goes on from there")
    func resume() async throws {
        try await withPool(ScratchServer.shared().database()) { (pool) async throws in
            let broken = steps.map {
                $0.name == "0002_b"
                    ? Migration(
                        name: $0.name,
                        text:
                            "CREATE TABLE half (x integer); SELECT pg_terminate_backend(pg_backend_pid());"
                    ) : $0
            }
            let failure = await #expect(throws: PostgresError.self) {
                try await pool.withSession { try Migrator(migrations: broken).migrate($0) }
            }
            #expect(failure?.isConnectionFailure == true)
            let applied = try await pool.withSession { try Migrator(migrations: steps).migrate($0) }
            #expect(applied == ["0002_b", "0003_index"])
            #expect(
                try await pool.withSession {
                    try $0.query(sql("SELECT 1 FROM pg_tables WHERE tablename = 'half'")).count
                } == 0)
        }
    }

    @Test("an unknown, changed, missing, repeated or self-ending step is refused")
    func refusals() async throws {
        try await withPool(ScratchServer.shared().database()) { (pool) async throws in
            let first = Migration(name: "0001_a", text: "CREATE TABLE a (x integer)")
            let third = Migration(name: "0003_c", text: "CREATE TABLE c (x integer)")
            #expect(try await refusal([first, third], pool) == nil)
            #expect(try await refusal([first], pool) == .unknown(name: "0003_c"))
            let edited = Migration(name: "0001_a", text: first.text + " ")
            #expect(try await refusal([edited, third], pool) == .changed(name: "0001_a"))
            let second = Migration(name: "0002_b", text: "SELECT 1")
            #expect(
                try await refusal([first, second, third], pool)
                    == .outOfOrder(name: "0002_b", after: "0003_c"))
            #expect(try await refusal([first, first, third], pool) == .duplicate(name: "0001_a"))
            let leaver = Migration(name: "0004_d", text: "CREATE TABLE d (x integer); COMMIT")
            #expect(
                try await refusal([first, third, leaver], pool) == .leftTransaction(name: "0004_d"))
        }
    }
}
