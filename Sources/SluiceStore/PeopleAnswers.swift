import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Which answers figures about people are made of.
public struct AnswerFilter: Sendable, Hashable {
    /// The first moment that counts; nil for all time.
    public var from: Timestamp?
    /// The first moment that does not count any more; nil for no end.
    public var to: Timestamp?
    /// Whether answers given with a prediction in sight are left out.
    public var isBlindOnly = false

    /// Lets all through.
    public init() {}

    fileprivate var window: [Parameter] {
        [from, to].map { moment in
            moment.map { .timestamp(microseconds: $0.microseconds) } ?? .null
        }
    }
}

/// What answers are sliced by.
public enum AnswerSlicing: Sendable, Hashable {
    /// Nothing.
    case none
    /// The tags that anybody gave the item.
    case tag
    /// A place of the item's payload or metadata.
    case field(FieldPath)
}

/// One label that somebody gave to an item.
public struct PersonsAnswer: Sendable {
    /// The item.
    public let item: Int64
    /// Who gave it.
    public let actor: Int64
    /// The label.
    public let label: String
    /// Whether it is of nobody in particular.
    public let isAnonymous: Bool
    /// Whether a prediction was in sight.
    public let isShown: Bool
    /// The tags given with it, as a JSON array; nil for none, or when they were not asked for.
    public let tags: [UInt8]?
    /// What stands at the place items are sliced by; nil for nothing.
    public let slice: String?
}

/// What is known of how a reviewer works.
public struct ReviewerTimes: Sendable, Hashable {
    /// Half of the answers took at most so many seconds; nil when none came with a time.
    public let median: Double?
    /// Nine in ten took at most so many; nil when none came with a time.
    public let p90: Double?
    /// How many came with a time.
    public let timed: Int
    /// How many answers there are, skips left out.
    public let reviews: Int
    /// How many of those were imported.
    public let imported: Int
    /// How many of those with a time took less than `fastSeconds`.
    public let fast: Int
    /// The time that `fast` is about.
    public let fastSeconds: Double
}

extension Store {
    /// The next `limit` labels people gave after those of `(item, actor)`, in order of item and person.
    public func personsAnswers(
        after item: Int64, _ actor: Int64, limit: Int, _ filter: AnswerFilter,
        slicedBy slicing: AnswerSlicing, project: Int64
    ) throws(PostgresError) -> [PersonsAnswer] {
        var path: FieldPath?
        if case .field(let field) = slicing { path = field }
        return try session.query(
            SQLCatalog.agreementAnswers,
            [.int64(project), .int64(item), .int64(actor), .int32(Int32(limit))] + filter.window
                + [
                    .bool(filter.isBlindOnly), .bool(slicing == .tag),
                    .optional(path?.root.rawValue),
                    path.map { .array(ParameterArray($0.keys.map(\.text))) } ?? .null,
                ]
        ) { (row) throws(PostgresError) -> PersonsAnswer in
            PersonsAnswer(
                item: try row.int64(0), actor: try row.int64(1), label: try row.text(2),
                isAnonymous: try row.bool(3), isShown: try row.bool(4),
                tags: try row.bytesIfPresent(5), slice: try row.textIfPresent(6))
        }
    }

    /// How many answers are no label, by the word of their verdict.
    public func otherVerdicts(
        _ filter: AnswerFilter, project: Int64
    ) throws(PostgresError) -> [(verdict: String, answers: Int)] {
        try session.query(SQLCatalog.otherVerdicts, [.int64(project)] + filter.window) {
            (row) throws(PostgresError) -> (String, Int) in (try row.text(0), try row.int(1))
        }
    }

    /// The producer's keys of some items.
    public func externalIDs(
        of items: [Int64], project: Int64
    ) throws(PostgresError) -> [Int64: String] {
        let rows = try session.query(
            SQLCatalog.externalIDs, [.int64(project), .array(ParameterArray(items))]
        ) { (row) throws(PostgresError) -> (Int64, String) in
            (try row.int64(0), try row.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// The key of somebody who has answered something in a project; nil when nobody of that name has.
    public func reviewer(named name: String, project: Int64) throws(PostgresError) -> Int64? {
        try session.queryOne(
            SQLCatalog.findReviewer, [.int64(project), .text(name)], firstInt64)
    }

    /// How long a reviewer takes, each answer capped at 120 seconds.
    ///
    /// - Parameter seconds: answers that took less are counted.
    public func reviewerTimes(
        of actor: Int64, fasterThan seconds: Double, project: Int64
    ) throws(PostgresError) -> ReviewerTimes {
        let times = try session.queryOne(
            SQLCatalog.reviewerTimes, [.int64(project), .int64(actor), .double(seconds)]
        ) { (row) throws(PostgresError) -> ReviewerTimes in
            ReviewerTimes(
                median: try row.doubleIfPresent(0), p90: try row.doubleIfPresent(1),
                timed: try row.int(2), reviews: try row.int(3), imported: try row.int(4),
                fast: try row.int(5), fastSeconds: seconds)
        }
        guard let times else { throw PostgresError.noRow(SQLCatalog.reviewerTimes) }
        return times
    }

    /// The labels of everybody on the last `items` items that a reviewer labelled, in order of item.
    public func answersBesideOwn(
        of actor: Int64, items: Int, project: Int64
    ) throws(PostgresError) -> [(item: Int64, actor: Int64, label: String)] {
        try session.query(
            SQLCatalog.answersBesideOwn,
            [.int64(project), .int64(actor), .int32(Int32(items))]
        ) { (row) throws(PostgresError) -> (Int64, Int64, String) in
            (try row.int64(0), try row.int64(1), try row.text(2))
        }
    }
}
