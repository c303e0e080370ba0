import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Where an item stands whose decision is to be taken back.
public struct ReopenableItem: Sendable {
    /// The item.
    public let item: Int64
    /// The version whose route the item has.
    public let modelVersionID: Int64
    /// The route that stands.
    public let route: Route
    /// The last decision; nil when there was none.
    public let decision: Decision?
    /// Whether people were asked about it.
    public let hasTask: Bool
    /// Whether they were asked for an audit.
    public let isAudit: Bool
    /// Whether a decision rests on what reviewers of this service answered.
    public let isAnswered: Bool

    /// A decision there is.
    public struct Decision: Sendable {
        /// Its number among the item's decisions, counted from 1.
        public let revision: Int
        /// Who decided.
        public let source: String
        /// How it relates to the prediction.
        public let outcome: String
    }
}

extension Store {
    /// Holds an item's task, if it has one, to the end of the transaction, and says where it stands;
    /// nil of an item without a route.
    public func lockReopenable(
        _ item: Int64, project: Int64
    ) throws(PostgresError) -> ReopenableItem? {
        _ = try session.query(
            SQLCatalog.lockTasks, [.int64(project), .array(ParameterArray([item]))], firstInt64)
        return try session.queryOne(
            SQLCatalog.reopenableItem, [.int64(project), .int64(item)]
        ) { (row) throws(PostgresError) -> ReopenableItem in
            ReopenableItem(
                item: item, modelVersionID: try row.int64(0),
                route: Route(rawValue: try row.text(1)) ?? .queued,
                decision: try row.intIfPresent(2).map { (revision) throws(PostgresError) in
                    ReopenableItem.Decision(
                        revision: revision, source: try row.text(3), outcome: try row.text(4))
                }, hasTask: try row.bool(5), isAudit: try row.bool(6),
                isAnswered: try row.bool(7))
        }
    }
}
