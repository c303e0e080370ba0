import SluiceBenchSQL
import SluicePostgres
import TestSupport
import Testing

@Suite("The statements of the measurements", .database)
struct BenchCatalogTests {
    /// The verbs of statements that return no row, and that `PREPARE` does not take.
    private static let utilities: Set<Substring> = ["COPY", "TRUNCATE", "CHECKPOINT", "VACUUM"]

    @Test("every one prepares, with the parameters and columns its header names")
    func headers() async throws {
        let database = try #require(TestDatabase.current)
        let prepared = SQLCatalog.all.filter { $0.verb.map(Self.utilities.contains) == false }
        #expect(prepared.count > 10)
        try await database.expectPrepared(prepared)
    }

    @Test("none has the name of one of the service's, which the same connection may have prepared")
    func names() {
        #expect(Set(SQLCatalog.all.map(\.name)).isDisjoint(with: ServiceCatalog.names))
    }

    @Test("the seeded rows are taken out, stored again and emptied as the same rows")
    func rows() async throws {
        let database = try #require(TestDatabase.current)
        let pool = ConnectionPool(
            options: database.ownerOptions, configuration: ConnectionPool.Configuration(maximum: 1))
        let tables = [
            ("item", SQLCatalog.takeItems, SQLCatalog.storeItems),
            ("prediction", SQLCatalog.takePredictions, SQLCatalog.storePredictions),
            ("decision", SQLCatalog.takeDecisions, SQLCatalog.storeDecisions),
            ("task", SQLCatalog.takeTasks, SQLCatalog.storeTasks),
            ("ready", SQLCatalog.takeReady, SQLCatalog.storeReady),
        ]
        let contents = """
            SELECT \(tables.map { "(SELECT md5(string_agg(\($0.0)::text, ',' ORDER BY \($0.0)::text)) FROM \($0.0))" }
                .joined(separator: ", "))
            """
        try await database.execute(
            """
            WITH a AS (INSERT INTO actor (name) VALUES ('a') RETURNING id)
            INSERT INTO project (name, created_by) SELECT 'p', id FROM a
            """)
        let seeded = try await pool.withSession { session in
            let project = try #require(
                try session.queryOne(SQLCatalog.newestProject, []) {
                    (row) throws(PostgresError) -> Int64 in try row.int64(0)
                })
            _ = try session.execute(SQLCatalog.seedModel, [.int64(project)])
            return try [
                SQLCatalog.seedItems, SQLCatalog.seedPredictions, SQLCatalog.seedTasks,
                SQLCatalog.seedReady, SQLCatalog.seedReviews, SQLCatalog.seedDecisions,
            ].map { try session.execute($0, [.int64(project), .int64(1), .int64(40)]) }
        }
        #expect(seeded == Array(repeating: 40, count: 6))
        let before = try await database.execute(contents)
        let copies = try await pool.withSession { session in
            try tables.map { table in
                var rows: [[UInt8]] = []
                try session.copyOut(table.1) { rows.append(Array($0)) }
                return rows
            }
        }
        try await pool.withSession { session in
            _ = try session.execute(SQLCatalog.emptyTables)
        }
        let emptied = try await database.execute(contents)
        #expect(emptied != before)
        try await pool.withSession { session in
            for (table, rows) in zip(tables, copies) {
                var rest = rows[...]
                let stored = try session.copyIn(table.2) { rest.popFirst() }
                #expect(stored == 40, "\(table.0)")
            }
        }
        let after = try await database.execute(contents)
        #expect(after == before)
        await pool.shutdown()
    }
}
