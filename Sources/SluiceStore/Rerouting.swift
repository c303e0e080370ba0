import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A route that stood for an item until another took its place.
public struct RerouteRecord: Sendable {
    /// One side of the change.
    public struct Side: Sendable {
        /// The model; nil, as its version, for an item that had come without a prediction.
        public let model: String?
        /// Its version.
        public let version: String?
        /// Where it went: a `Route`.
        public let route: String
        /// Why: a `RouteReason`.
        public let reason: String
        /// The policy that routed it.
        public let policyVersion: Int
    }

    /// When.
    public let changedAt: Timestamp
    /// What stood before.
    public let from: Side
    /// What took its place.
    public let to: Side
}

/// Changes of route in columns, ready for one statement; those of one item in order.
public struct RerouteColumns: Sendable {
    /// The items' ids.
    public var items = ParameterArray(.int64)
    /// The versions whose routes stood.
    public var from = ParameterArray(.int64)
    /// The versions whose routes stand now.
    public var to = ParameterArray(.int64)

    /// Starts with no change.
    public init() {}
}

extension Store {
    /// Locks the waits and tasks of some items, in order of item, to the end of the transaction.
    ///
    /// - Returns: of those that wait for a version, or that nobody has begun to review or has decided,
    ///   the version each is routed by. A reviewer who is taking one just now has begun.
    public func lockWaitingTasks(
        _ items: [Int64], project: Int64
    ) throws(PostgresError) -> [(key: PredictionKey, awaits: Bool)] {
        try session.query(
            SQLCatalog.lockWaitingTasks, [.int64(project), .array(ParameterArray(items))]
        ) { (row) throws(PostgresError) -> (key: PredictionKey, awaits: Bool) in
            (
                key: PredictionKey(item: try row.int64(0), modelVersion: try row.int64(1)),
                awaits: try row.bool(2)
            )
        }
    }

    /// Gives items, whose tasks are locked, the tasks of their new routes; asking for 0 reviews takes
    /// an item out of the queue.
    public func requeueTasks(
        _ columns: TaskColumns, project: Int64, policyVersion: Int
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.requeueTasks,
            [
                .int64(project), .int32(Int32(policyVersion)), .array(columns.asked),
                .array(columns.items), .array(columns.modelVersions),
                .array(columns.rankOffsets), .array(columns.areBlind),
                .array(columns.areAudits), .array(columns.slotDelays),
            ])
    }

    /// Keeps what routes stood until others took their place; the predictions of both are stored.
    public func insertReroutes(
        _ columns: RerouteColumns, project: Int64
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.insertReroutes,
            [.int64(project), .array(columns.items), .array(columns.from), .array(columns.to)])
    }

    /// The routes of an item that others replaced, oldest first.
    public func reroutes(
        item: Int64, project: Int64
    ) throws(PostgresError) -> [RerouteRecord] {
        try session.query(SQLCatalog.itemReroutes, [.int64(project), .int64(item)]) {
            (row) throws(PostgresError) -> RerouteRecord in
            RerouteRecord(
                changedAt: Timestamp(microseconds: try row.timestamp(0)),
                from: try RerouteRecord.Side(row, from: 1), to: try RerouteRecord.Side(row, from: 6)
            )
        }
    }
}

extension RerouteRecord.Side {
    fileprivate init(_ row: Row, from first: Int) throws(PostgresError) {
        self.init(
            model: try row.textIfPresent(first), version: try row.textIfPresent(first + 1),
            route: try row.text(first + 2), reason: try row.text(first + 3),
            policyVersion: try row.int(first + 4))
    }
}
