import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Decisions taken back together, and how far that is.
public struct ReopeningRecord: Sendable, Hashable {
    /// Its number in the project, from 1.
    public let id: Int
    /// When it was begun.
    public let createdAt: Timestamp
    /// Who began it.
    public let createdBy: String
    /// The same, by key.
    public let actor: Int64
    /// When the reopening or its undoing was done; nil before.
    public let finishedAt: Timestamp?
    /// Which decisions; `until` is never nil.
    public let filter: ReopeningFilter
    /// The item after which the next batch begins.
    public let afterItem: Int64
    /// Items reopened.
    public let reopened: Int
    /// Matching items that an adjudicator has settled, and that stay so.
    public let settled: Int
    /// Items that have their decision again.
    public let restored: Int
    /// Items that people have decided since, which undoing leaves decided.
    public let decidedSince: Int
    /// Items that somebody has in hand, which undoing leaves with them.
    public let inHand: Int
    /// How soon people see the items.
    public let priority: RuleEffect.Priority
    /// How far it is.
    public let status: ReopeningStatus
    /// Why.
    public let reason: String
}

/// An item with a route, as a reopening comes by it.
public struct ReopeningCandidate: Sendable {
    /// The item.
    public let item: Int64
    /// The number of the decision that stands; nil when there is none.
    public let revision: Int?
    /// Who made it.
    public let source: String?
    /// Whether it is one of those asked for.
    public let isMatch: Bool
}

/// A reopened item with the decision it had.
public struct RestorableItem: Sendable {
    /// What is to be appended to restore it: the decision there was, with the next number.
    public let decision: DecisionRow
    /// Who was asked about it.
    public let asks: String
    /// Whether people have decided it since.
    public let isDecided: Bool
    /// Whether somebody has it in hand or has answered it.
    public let isInHand: Bool
}

/// How many items a step came to, by what became of them.
public struct ReopeningProgress: Sendable, Hashable {
    /// Items reopened.
    public var reopened = 0
    /// Matching items settled by an adjudicator.
    public var settled = 0
    /// Items restored.
    public var restored = 0
    /// Items decided since.
    public var decidedSince = 0
    /// Items in somebody's hand.
    public var inHand = 0

    /// Counts nothing.
    public init() {}
}

extension Store {
    /// Notes what is to be reopened; the caller holds the project.
    ///
    /// - Returns: its number.
    public func insertReopening(
        _ filter: ReopeningFilter, priority: RuleEffect.Priority, reason: String, project: Int64,
        by actor: Int64
    ) throws(PostgresError) -> Int {
        let id = try session.queryOne(
            SQLCatalog.insertReopening,
            [
                .int64(project), .int64(actor), .text(reason),
                .optional(filter.policyVersion.map(Int32.init)), .optional(filter.label?.text),
                .optional(filter.model?.text), .optional(filter.modelVersion?.text),
                .optional(filter.source?.rawValue), .moment(filter.since), .moment(filter.until),
                .text(priority.rawValue),
            ]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) }
        guard let id else { throw PostgresError.noRow(SQLCatalog.insertReopening) }
        return id
    }

    /// The reopenings of a project, newest first, or the one of that number.
    public func reopenings(
        project: Int64, id: Int? = nil
    ) throws(PostgresError) -> [ReopeningRecord] {
        try session.query(
            SQLCatalog.reopenings, [.int64(project), .optional(id.map(Int32.init))],
            ReopeningRecord.init(row:))
    }

    /// The names of the projects in which one is not finished.
    public func projectsReopening() throws(PostgresError) -> [String] {
        try session.query(SQLCatalog.projectsReopening, []) {
            (row) throws(PostgresError) -> String in try row.text(0)
        }
    }

    /// Holds the unfinished reopening of a project to the end of the transaction; nil when there is
    /// none, or another instance has it.
    public func takeReopening(project: Int64) throws(PostgresError) -> ReopeningRecord? {
        let id = try session.queryOne(SQLCatalog.takeReopening, [.int64(project)]) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        }
        guard let id else { return nil }
        return try reopenings(project: project, id: id).first
    }

    /// The next items after `item` that have a route, in order.
    ///
    /// - Parameters:
    ///   - labels: the ids of those that the decision may give; nil for any.
    ///   - modelVersions: those the route may be of; nil for any.
    public func reopeningPage(
        _ filter: ReopeningFilter, labels: [String]?, modelVersions: [Int64]?, project: Int64,
        after item: Int64, limit: Int
    ) throws(PostgresError) -> [ReopeningCandidate] {
        try session.query(
            SQLCatalog.reopeningPage,
            [
                .int64(project), .int64(item), .int32(Int32(limit)),
                .optional(filter.policyVersion.map(Int32.init)),
                labels.map { .array(ParameterArray($0)) } ?? .null,
                modelVersions.map { .array(ParameterArray($0)) } ?? .null,
                .optional(filter.source?.rawValue), .moment(filter.since), .moment(filter.until),
            ]
        ) { (row) throws(PostgresError) -> ReopeningCandidate in
            ReopeningCandidate(
                item: try row.int64(0), revision: try row.intIfPresent(1),
                source: try row.textIfPresent(2), isMatch: try row.bool(3))
        }
    }

    /// Notes how far a reopening is.
    ///
    /// - Parameter status: what it comes to when it is finished; nil when it is not.
    public func advanceReopening(
        _ id: Int, project: Int64, after item: Int64, status: ReopeningStatus?,
        by progress: ReopeningProgress
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.advanceReopening,
            [
                .int64(project), .int32(Int32(id)), .int64(item), .optional(status?.rawValue),
                .int64(Int64(progress.reopened)), .int64(Int64(progress.settled)),
                .int64(Int64(progress.restored)), .int64(Int64(progress.decidedSince)),
                .int64(Int64(progress.inHand)),
            ])
    }

    /// Has a reopening be undone; false when it is being undone already.
    public func startUndoing(_ id: Int, project: Int64) throws(PostgresError) -> Bool {
        try session.execute(SQLCatalog.startUndoing, [.int64(project), .int32(Int32(id))]) > 0
    }

    /// The next items after `item` that a reopening has open, in order.
    public func reopenedItems(
        of reopening: Int, project: Int64, after item: Int64, limit: Int
    ) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.reopenedItems,
            [.int64(project), .int32(Int32(reopening)), .int64(item), .int32(Int32(limit))],
            firstInt64)
    }

    /// Holds the tasks of reopened items to the end of the transaction, and says what decisions they
    /// had.
    public func lockRestorable(
        _ items: [Int64], of reopening: Int, project: Int64
    ) throws(PostgresError) -> [RestorableItem] {
        let array = ParameterArray(items)
        _ = try session.query(SQLCatalog.lockTasks, [.int64(project), .array(array)], firstInt64)
        return try session.query(
            SQLCatalog.restorableItems,
            [.int64(project), .int32(Int32(reopening)), .array(array)],
            RestorableItem.init(row:))
    }

    /// Forgets that a reopening has those items open.
    public func deleteReopenedItems(
        _ items: [Int64], of reopening: Int, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.deleteReopenedItems,
            [.int64(project), .int32(Int32(reopening)), .array(ParameterArray(items))])
    }
}

extension Parameter {
    fileprivate static func moment(_ moment: Timestamp?) -> Parameter {
        moment.map { .timestamp(microseconds: $0.microseconds) } ?? .null
    }
}

extension ReopeningRecord {
    fileprivate init(row: Row) throws(PostgresError) {
        var filter = ReopeningFilter()
        filter.since = try row.timestampIfPresent(4).map(Timestamp.init(microseconds:))
        filter.until = Timestamp(microseconds: try row.timestamp(5))
        filter.policyVersion = try row.intIfPresent(12)
        filter.label = try row.textIfPresent(13).map(ExactText.init)
        filter.model = try row.textIfPresent(14).map(ExactText.init)
        filter.modelVersion = try row.textIfPresent(15).map(ExactText.init)
        filter.source = try row.textIfPresent(16).flatMap(DecisionSource.init)
        self.init(
            id: try row.int(0), createdAt: Timestamp(microseconds: try row.timestamp(1)),
            createdBy: try row.text(2), actor: try row.int64(20),
            finishedAt: try row.timestampIfPresent(3).map(Timestamp.init(microseconds:)),
            filter: filter, afterItem: try row.int64(6), reopened: try row.int(7),
            settled: try row.int(8), restored: try row.int(9), decidedSince: try row.int(10),
            inHand: try row.int(11),
            priority: RuleEffect.Priority(rawValue: try row.text(17)) ?? .normal,
            status: ReopeningStatus(rawValue: try row.text(18)) ?? .reopened,
            reason: try row.text(19))
    }
}

extension RestorableItem {
    fileprivate init(row: Row) throws(PostgresError) {
        self.init(
            decision: DecisionRow(
                item: try row.int64(0), revision: try row.int(1) + 1, reviews: try row.int(5),
                modelVersionID: try row.int64(6), actor: try row.int64IfPresent(7),
                agreement: try row.doubleIfPresent(8), label: try row.textIfPresent(9),
                source: DecisionSource(rawValue: try row.text(10)) ?? .reviewer,
                outcome: Outcome(rawValue: try row.text(11)) ?? .labelled),
            asks: try row.text(2), isDecided: try row.bool(3), isInHand: try row.bool(4))
    }
}
