import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A model version as stored.
public struct SeenModelVersion: Hashable, Sendable {
    /// Its key.
    public let id: Int64
    /// Its name.
    public let version: ModelVersion
    /// When its first prediction came.
    public let firstSeenAt: Timestamp
}

/// Where the windows of a version have come to.
public struct DriftWatchState: Hashable, Sendable {
    /// The last item of the last closed window; 0 for none.
    public var afterItem: Int64
    /// Up to which item arrivals are counted in `pending`.
    public var checkedItem: Int64
    /// When the next window begins, where windows are of equal time.
    public var nextAt: Timestamp
    /// How many windows were closed.
    public var windows: Int
    /// The window the others are compared with; nil while there is none.
    public var referenceNumber: Int?
    /// How many items came after `afterItem`, as far as was checked.
    public var pending: Int
}

/// An item as it is watched for drift.
public struct DriftRow: Sendable {
    /// Its key.
    public let item: Int64
    /// The predicted label.
    public let label: String
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// Where it went.
    public let route: Route
    /// Why: a `RouteReason`.
    public let reason: String
    /// The policy that routed it.
    public let policyVersion: Int
    /// The payload as JSON, where it was asked for and is not erased.
    public let payload: [UInt8]?
    /// The metadata as JSON, where it was asked for and there is some.
    public let metadata: [UInt8]?
}

/// A closed window without what its items were like.
public struct DriftWindowRecord: Sendable {
    /// Its number, counted from 1.
    public let number: Int
    /// How many items it holds.
    public let items: Int
    /// When its first item arrived, or when it began.
    public let from: Timestamp
    /// When its last item arrived, or when it ended.
    public let to: Timestamp
    /// When it was closed.
    public let closedAt: Timestamp
    /// The worst level of its signals.
    public let level: String
    /// How far each signal had moved, as JSON.
    public let signals: [UInt8]
}

/// What a window's items were like, as JSON, and which they were.
public struct DriftContents: Sendable {
    /// How many items it holds.
    public let items: Int
    /// When it began.
    public let from: Timestamp
    /// When it ended.
    public let to: Timestamp
    /// What the items were like, as JSON.
    public let contents: [UInt8]
}

extension Store {
    /// The projects that have predictions.
    public func watchedProjects() throws(PostgresError) -> [(id: Int64, name: String)] {
        try session.query(SQLCatalog.watchedProjects) {
            (row) throws(PostgresError) -> (Int64, String) in (try row.int64(0), try row.text(1))
        }
    }

    /// The last `limit` versions that sent their first prediction, newest first.
    public func newestModelVersions(
        project: Int64, limit: Int
    ) throws(PostgresError) -> [SeenModelVersion] {
        try session.query(
            SQLCatalog.newestModelVersions, [.int64(project), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> SeenModelVersion in
            SeenModelVersion(
                id: try row.int64(0),
                version: ModelVersion(
                    model: ExactText(try row.text(1)), version: ExactText(try row.text(2))),
                firstSeenAt: Timestamp(microseconds: try row.timestamp(3)))
        }
    }

    /// What a project watches, as JSON, since when and by whom; nil when it is the standard.
    public func driftSetting(
        project: Int64
    ) throws(PostgresError) -> (document: [UInt8], changedAt: Timestamp, changedBy: String)? {
        try session.queryOne(SQLCatalog.driftSetting, [.int64(project)]) {
            (row) throws(PostgresError) -> ([UInt8], Timestamp, String) in
            (
                try row.bytes(0), Timestamp(microseconds: try row.timestamp(1)),
                try row.text(2)
            )
        }
    }

    /// Changes what a project watches, and has all windows made anew.
    public func putDriftSetting(
        _ document: [UInt8], project: Int64, by actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.putDriftSetting, [.int64(project), .json(document), .int64(actor)])
        _ = try session.execute(SQLCatalog.forgetDriftWindows, [.int64(project)])
    }

    /// Where the windows of a version have come to, held until the transaction ends; nil when
    /// another instance holds it.
    ///
    /// - Parameter first: where its first window begins, if it is not watched yet.
    public func claimDriftWatch(
        project: Int64, modelVersion: Int64, first: Timestamp
    ) throws(PostgresError) -> DriftWatchState? {
        let key: [Parameter] = [.int64(project), .int64(modelVersion)]
        _ = try session.execute(
            SQLCatalog.beginDriftWatch, key + [.timestamp(microseconds: first.microseconds)])
        return try session.queryOne(SQLCatalog.claimDriftWatch, key) {
            (row) throws(PostgresError) -> DriftWatchState in
            DriftWatchState(
                afterItem: try row.int64(0), checkedItem: try row.int64(1),
                nextAt: Timestamp(microseconds: try row.timestamp(2)), windows: try row.int(3),
                referenceNumber: try row.intIfPresent(4), pending: try row.int(5))
        }
    }

    /// Says where the windows of a version have come to.
    public func store(
        _ state: DriftWatchState, project: Int64, modelVersion: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.storeDriftWatch,
            [
                .int64(project), .int64(modelVersion), .int64(state.afterItem),
                .int64(state.checkedItem), .timestamp(microseconds: state.nextAt.microseconds),
                .int32(Int32(state.windows)), .optional(state.referenceNumber.map(Int32.init)),
                .int64(Int64(state.pending)),
            ])
    }

    /// How many items after one and up to another the version routed.
    public func driftArrivals(
        project: Int64, modelVersion: Int64, after item: Int64, through last: Int64
    ) throws(PostgresError) -> Int {
        try session.queryOne(
            SQLCatalog.driftArrivals,
            [.int64(project), .int64(modelVersion), .int64(item), .int64(last)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } ?? 0
    }

    /// The next `limit` items up to `end` that the version routed: the last of them, and when they
    /// arrived; nil when there are fewer.
    public func nextDriftItems(
        project: Int64, modelVersion: Int64, after item: Int64, through end: Int64, limit: Int
    ) throws(PostgresError) -> (last: Int64, firstAt: Timestamp, lastAt: Timestamp)? {
        let found = try session.queryOne(
            SQLCatalog.nextDriftItems,
            [
                .int64(project), .int64(modelVersion), .int64(item), .int64(end),
                .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> (Int, Int64?, Int64?, Int64?) in
            (
                try row.int(0), try row.int64IfPresent(1), try row.timestampIfPresent(2),
                try row.timestampIfPresent(3)
            )
        }
        guard let (items, last, first, latest) = found, items == limit, let last, let first,
            let latest
        else { return nil }
        return (
            last, Timestamp(microseconds: first), Timestamp(microseconds: latest)
        )
    }

    /// The next items after `item` and up to `last` that arrived in `[from, to)` and that the
    /// version routed, in order of item.
    public func driftRows(
        project: Int64, modelVersion: Int64, after item: Int64, through last: Int64,
        from: Timestamp, to: Timestamp, withPayload: Bool, limit: Int
    ) throws(PostgresError) -> [DriftRow] {
        try session.query(
            SQLCatalog.driftRows,
            [
                .int64(project), .int64(modelVersion), .int64(item), .int64(last),
                .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .bool(withPayload),
                .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> DriftRow in
            DriftRow(
                item: try row.int64(0), label: try row.text(1),
                confidence: try row.doubleIfPresent(2),
                route: Route(rawValue: try row.text(3)) ?? .queued, reason: try row.text(4),
                policyVersion: try row.int(5), payload: try row.bytesIfPresent(6),
                metadata: try row.bytesIfPresent(7))
        }
    }

    /// What people said in `[from, to)` of the version's predictions that were queued.
    public func driftOverrides(
        project: Int64, modelVersion: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> (judged: Int, corrected: Int) {
        let found = try session.queryOne(
            SQLCatalog.driftOverrides,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        ) { (row) throws(PostgresError) -> (Int, Int) in (try row.int(0), try row.int(1)) }
        return found ?? (0, 0)
    }

    /// Stores a closed window; number 0 is a reference that was asked for.
    public func insertDriftWindow(
        number: Int, items: Int, from: Timestamp, to: Timestamp, level: String,
        contents: [UInt8], signals: [UInt8], project: Int64, modelVersion: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.insertDriftWindow,
            [
                .int64(project), .int64(modelVersion), .int32(Int32(number)),
                .int32(Int32(items)), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .text(level), .json(contents),
                .json(signals),
            ])
    }

    /// The newest windows of a version, newest first.
    public func driftWindows(
        project: Int64, modelVersion: Int64, limit: Int
    ) throws(PostgresError) -> [DriftWindowRecord] {
        try session.query(
            SQLCatalog.driftWindows,
            [.int64(project), .int64(modelVersion), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> DriftWindowRecord in
            DriftWindowRecord(
                number: try row.int(0), items: try row.int(1),
                from: Timestamp(microseconds: try row.timestamp(2)),
                to: Timestamp(microseconds: try row.timestamp(3)),
                closedAt: Timestamp(microseconds: try row.timestamp(4)),
                level: try row.text(5), signals: try row.bytes(6))
        }
    }

    /// What the items of a window were like; nil when there is no such window.
    public func driftContents(
        number: Int, project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> DriftContents? {
        try session.queryOne(
            SQLCatalog.driftWindow,
            [.int64(project), .int64(modelVersion), .int32(Int32(number))]
        ) { (row) throws(PostgresError) -> DriftContents in
            DriftContents(
                items: try row.int(0), from: Timestamp(microseconds: try row.timestamp(1)),
                to: Timestamp(microseconds: try row.timestamp(2)), contents: try row.bytes(3))
        }
    }

    /// The window that a version's others are compared with; nil while there is none.
    public func driftReference(
        project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> Int? {
        let found = try session.queryOne(
            SQLCatalog.driftReference, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> Int? in try row.intIfPresent(0) }
        return found ?? nil
    }
}
