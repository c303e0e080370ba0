import SluicePostgres
import SluiceSQL

/// Whether the slots of a page of tasks add up.
public struct QueueBalance: Sendable {
    /// The last task of the page, by item; nil when there was none.
    public let lastItem: Int64?
    /// How many tasks it had.
    public let tasks: Int
    /// How many of its tasks are open: people have not decided their items.
    public let open: Int
    /// How many of those have other than `asked` slots that are free, leased or answered.
    public let unbalanced: Int
    /// The first of those, by item; nil when there is none.
    public let firstItem: Int64?
}

extension Store {
    /// Adds up the slots of a project's next `limit` tasks after an item.
    public func queueBalance(
        project: Int64, after item: Int64, limit: Int
    ) throws(PostgresError) -> QueueBalance {
        let page = try session.queryOne(
            SQLCatalog.queueBalance, [.int64(project), .int64(item), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> QueueBalance in
            QueueBalance(
                lastItem: try row.int64IfPresent(0), tasks: try row.int(1),
                open: try row.int(2), unbalanced: try row.int(3),
                firstItem: try row.int64IfPresent(4))
        }
        guard let page else { throw PostgresError.noRow(SQLCatalog.queueBalance) }
        return page
    }
}
