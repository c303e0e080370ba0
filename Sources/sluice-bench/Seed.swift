import SluiceBenchSQL
import SluicePostgres

/// Items for the queue and for exports of one project, made in the database itself.
struct Seed: Sendable {
    let pool: ConnectionPool
    let project: Int64

    /// Items with a queued prediction and a task each, which waits nowhere yet.
    func items(_ numbers: ClosedRange<Int>) async throws {
        try await pool.execute(SQLCatalog.seedModel, [.int64(project)])
        for statement in [
            SQLCatalog.seedItems, SQLCatalog.seedPredictions, SQLCatalog.seedTasks,
        ] { try await run(statement, numbers) }
    }

    /// Puts seeded tasks in the queue.
    func ready(_ numbers: ClosedRange<Int>) async throws {
        try await run(SQLCatalog.seedReady, numbers)
    }

    /// A reviewer's answer and a decision for seeded items.
    func labels(_ numbers: ClosedRange<Int>) async throws {
        for statement in [SQLCatalog.seedReviews, SQLCatalog.seedDecisions] {
            try await run(statement, numbers)
        }
    }

    /// How many tasks wait for a reviewer.
    func waiting() async throws -> Int {
        Int(try await pool.number(SQLCatalog.waitingTasks, [.int64(project)]))
    }

    /// The rank at the head of the queue; 0 when nothing waits.
    func head() async throws -> Int64 {
        try await pool.number(SQLCatalog.queueHead, [.int64(project)])
    }

    private func run(_ statement: Statement, _ numbers: ClosedRange<Int>) async throws {
        try await pool.execute(
            statement,
            [
                .int64(project), .int64(Int64(numbers.lowerBound)),
                .int64(Int64(numbers.upperBound)),
            ])
    }
}
