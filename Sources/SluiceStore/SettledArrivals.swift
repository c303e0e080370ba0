import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What of a project's arrivals is complete.
public struct SettledArrivals: Hashable, Sendable {
    /// Every item up to this id is stored and has its route; 0: none.
    public let item: Int64
    /// Everything that arrived before is stored and has its route.
    public let before: Timestamp
    /// Every item that arrived before has an id up to `item`.
    public let idsBefore: Timestamp
}

extension Store {
    /// Up to which item everything is stored and has its route, and before which moment.
    ///
    /// - Parameters:
    ///   - before: until when everything is stored that carries its transaction's time.
    ///   - idsBefore: that, less how far the ids of items may be from the order of arrival.
    /// - Returns: no item when none has arrived so long ago.
    public func settledArrivals(
        project: Int64, before: Timestamp, idsBefore: Timestamp
    ) throws(PostgresError) -> SettledArrivals {
        let found = try session.queryOne(
            SQLCatalog.settledArrivals,
            [
                .int64(project), .timestamp(microseconds: before.microseconds),
                .timestamp(microseconds: idsBefore.microseconds),
            ]
        ) { (row) throws(PostgresError) -> (item: Int64?, before: Timestamp) in
            (try row.int64IfPresent(0), Timestamp(microseconds: try row.timestamp(1)))
        }
        let settled = found?.before ?? idsBefore
        return SettledArrivals(
            item: found?.item ?? 0, before: settled, idsBefore: min(settled, idsBefore))
    }
}
