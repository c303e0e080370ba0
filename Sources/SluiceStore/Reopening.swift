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
        try lockReopenable([item], project: project).first
    }

    /// Holds the tasks of some items to the end of the transaction, and says where those stand that
    /// have a route, in order of item.
    public func lockReopenable(
        _ items: [Int64], project: Int64
    ) throws(PostgresError) -> [ReopenableItem] {
        let parameters: [Parameter] = [.int64(project), .array(ParameterArray(items))]
        _ = try session.query(SQLCatalog.lockTasks, parameters, firstInt64)
        return try session.query(SQLCatalog.reopenableItems, parameters) {
            (row) throws(PostgresError) -> ReopenableItem in
            ReopenableItem(
                item: try row.int64(0), modelVersionID: try row.int64(1),
                route: Route(rawValue: try row.text(2)) ?? .queued,
                decision: try row.intIfPresent(3).map { (revision) throws(PostgresError) in
                    ReopenableItem.Decision(
                        revision: revision, source: try row.text(4), outcome: try row.text(5))
                }, hasTask: try row.bool(6), isAudit: try row.bool(7),
                isAnswered: try row.bool(8))
        }
    }
}
