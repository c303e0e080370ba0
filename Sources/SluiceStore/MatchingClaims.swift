import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A task claimed under a filter; its content is read by `reviewContent`.
public struct ClaimedTask: Sendable {
    /// The item.
    public let item: Int64
    /// Its priority key.
    public let rank: Int64
    /// The fencing token.
    public let token: Int64
    /// When the lease expires.
    public let expiresAt: Timestamp
    /// The version whose prediction is shown.
    public let modelVersionID: Int64
    /// Whether the prediction is withheld.
    public let isBlind: Bool
}

extension Store {
    /// Where a look over `count` waiting tasks from `floor` on ends; nil when the queue ends first.
    public func readyAfter(
        _ floor: ClaimFloor, count: Int, project: Int64, queue: Queue
    ) throws(PostgresError) -> ClaimFloor? {
        try session.queryOne(
            SQLCatalog.readyAfter,
            [
                .int64(project), .int16(queue.rawValue), .int64(floor.rank), .int64(floor.item),
                .int32(Int32(count)),
            ]
        ) { (row) throws(PostgresError) -> ClaimFloor in
            ClaimFloor(rank: try row.int64(0), item: try row.int64(1))
        }
    }

    /// Leases up to one matching task for each token, best first, from `floor` up to `end`.
    public func claimMatchingTasks(
        _ filter: LeaseFilter, project: Int64, queue: Queue, actor: Int64, tokens: [Int64],
        leaseSeconds: Int, floor: ClaimFloor, end: ClaimFloor
    ) throws(PostgresError) -> [ClaimedTask] {
        let pairs = filter.metadata.flatMap { match in match.values.map { (match.key, $0) } }
        return try session.query(
            SQLCatalog.claimMatchingTasks,
            [
                .int64(project), .int16(queue.rawValue), .int64(actor),
                .array(ParameterArray(tokens)), .int32(Int32(leaseSeconds)), .int64(floor.rank),
                .int64(floor.item), .int64(end.rank), .int64(end.item),
                filter.labels.isEmpty ? .null : .array(ParameterArray(filter.labels)),
                .array(ParameterArray(pairs.map(\.0))), .array(ParameterArray(pairs.map(\.1))),
                .bool(filter.isMine),
            ]
        ) { (row) throws(PostgresError) -> ClaimedTask in
            ClaimedTask(
                item: try row.int64(0), rank: try row.int64(1), token: try row.int64(2),
                expiresAt: Timestamp(microseconds: try row.timestamp(3)),
                modelVersionID: try row.int64(4), isBlind: try row.bool(5))
        }
    }
}
