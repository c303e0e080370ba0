import SluiceBenchSQL
import SluicePostgres

/// The rows an ingest left in the tables, to be stored again by `COPY` alone.
struct StoredRows: Sendable {
    /// Rows of one table in the binary format (PostgreSQL documentation, "COPY", Binary Format).
    struct Table: Sendable {
        fileprivate let store: Statement
        fileprivate var rows: [[UInt8]] = []
    }

    /// The tables one prediction's way through ingest writes: what reads them and what stores them.
    private static let ingested = [
        (SQLCatalog.takeItems, SQLCatalog.storeItems),
        (SQLCatalog.takePredictions, SQLCatalog.storePredictions),
        (SQLCatalog.takeDecisions, SQLCatalog.storeDecisions),
        (SQLCatalog.takeTasks, SQLCatalog.storeTasks),
        (SQLCatalog.takeReady, SQLCatalog.storeReady),
    ]

    /// The binary format's signature, flags and extension length.
    fileprivate static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    fileprivate static let trailer: [UInt8] = [0xFF, 0xFF]

    private(set) var tables: [Table]

    /// Reads what the tables hold now.
    init(_ bench: Bench) async throws {
        tables = []
        for (take, store) in Self.ingested {
            var table = Table(store: store)
            table.rows = try await bench.pool.withSession { session in
                var rows: [[UInt8]] = []
                try session.copyOut(take) { rows.append(Array($0)) }
                return rows
            }
            table.removeFraming()
            tables.append(table)
        }
    }

    /// Stores everything with `connections` at once, each its share of every table in one transaction.
    func store(_ bench: Bench, connections: Int) async throws {
        let pool = bench.pool
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<connections {
                let parts = tables.map { $0.part(index, of: connections) }
                group.addTask {
                    try await pool.transaction { session in
                        for (statement, chunks) in parts {
                            var rest = chunks[...]
                            _ = try session.copyIn(statement) { rest.popFirst() }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension StoredRows.Table {
    /// The header comes with the first row, the trailer as a row of its own.
    fileprivate mutating func removeFraming() {
        if rows.last == [0xFF, 0xFF] { rows.removeLast() }
        guard let first = rows.first else { return }
        rows[0] = Array(first.dropFirst(19))
        if rows[0].isEmpty { rows.removeFirst() }
    }

    /// The `index`th of `count` parts, in chunks of about 64 KiB.
    fileprivate func part(_ index: Int, of count: Int) -> (Statement, [[UInt8]]) {
        var chunks: [[UInt8]] = []
        var chunk = StoredRows.header
        for row in rows[rows.count * index / count..<rows.count * (index + 1) / count] {
            chunk += row
            if chunk.count >= 1 << 16 {
                chunks.append(chunk)
                chunk = []
            }
        }
        chunks.append(chunk + StoredRows.trailer)
        return (store, chunks)
    }
}
