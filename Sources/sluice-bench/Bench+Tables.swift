import SluiceBenchSQL
import SluicePostgres

extension Bench {
    /// Empties the tables of ingest and review, with nothing left to write to disk.
    func empty() async throws {
        try await pool.execute(SQLCatalog.emptyTables)
        try await pool.execute(SQLCatalog.checkpoint)
    }

    /// Leaves seeded tables as they would be some time after they grew, and nothing left to write to disk.
    func settle() async throws {
        try await pool.execute(SQLCatalog.settleTables)
        try await pool.execute(SQLCatalog.checkpoint)
    }

    /// The id of the project made last.
    func newestProject() async throws -> Int64 {
        try await pool.number(SQLCatalog.newestProject)
    }

    /// How many tasks wait in all queues together.
    func waitingAnywhere() async throws -> Int {
        Int(try await pool.number(SQLCatalog.waitingAnywhere))
    }
}

extension ConnectionPool {
    /// Runs a statement in a transaction of its own.
    func execute(_ statement: Statement, _ parameters: [Parameter] = []) async throws {
        try await withSession { session in _ = try session.execute(statement, parameters) }
    }

    /// Runs a statement that answers one number.
    func number(_ statement: Statement, _ parameters: [Parameter] = []) async throws -> Int64 {
        let value = try await withSession { session in
            try session.queryOne(statement, parameters) {
                (row) throws(PostgresError) -> Int64 in try row.int64(0)
            }
        }
        guard let value else { throw BenchError("\(statement.name) answered nothing") }
        return value
    }
}
