import SluiceDomain
import SluicePostgres
import SluiceSQL

/// One label that a reviewer gave to an item.
public struct GivenLabel: Sendable, Hashable {
    /// The actor of answers that were imported without a person.
    public static let nobody: Int64 = 0

    /// The item.
    public let item: Int64
    /// Who gave it; ``nobody`` for no one in particular.
    public let actor: Int64
    /// What they gave.
    public let label: String
}

/// An answered item and what is decided of it.
public struct AnsweredItem: Sendable, Hashable {
    /// The item.
    public let item: Int64
    /// How the producer calls it.
    public let externalID: String
    /// The label decided on; nil when there is none.
    public let decided: String?
    /// Whether an adjudicator decided.
    public let isAdjudicated: Bool
}

extension Store {
    /// The last of the next `items` answered items after `item`; nil when there is none.
    public func answeredPageEnd(
        project: Int64, after item: Int64, items: Int
    ) throws(PostgresError) -> Int64? {
        try session.queryOne(
            SQLCatalog.consensusPage, [.int64(project), .int64(item), .int32(Int32(items))]
        ) { (row) throws(PostgresError) -> Int64? in try row.int64IfPresent(0) } ?? nil
    }

    /// What reviewers gave to the items in `(after, last]`, in order of item.
    public func givenLabels(
        project: Int64, after item: Int64, through last: Int64
    ) throws(PostgresError) -> [GivenLabel] {
        try session.query(
            SQLCatalog.consensusAnswers, [.int64(project), .int64(item), .int64(last)]
        ) { (row) throws(PostgresError) -> GivenLabel in
            GivenLabel(
                item: try row.int64(0), actor: try row.int64(1), label: try row.text(2))
        }
    }

    /// The answered items in `(after, last]` with what is decided of them, in order.
    public func answeredItems(
        project: Int64, after item: Int64, through last: Int64
    ) throws(PostgresError) -> [AnsweredItem] {
        try session.query(
            SQLCatalog.consensusDecisions, [.int64(project), .int64(item), .int64(last)]
        ) { (row) throws(PostgresError) -> AnsweredItem in
            AnsweredItem(
                item: try row.int64(0), externalID: try row.text(1),
                decided: try row.textIfPresent(2),
                isAdjudicated: try row.textIfPresent(3) == DecisionSource.adjudicator.rawValue)
        }
    }

    /// The names of some reviewers.
    public func reviewerNames(_ actors: [Int64]) throws(PostgresError) -> [Int64: String] {
        var names: [Int64: String] = [:]
        let rows = try session.query(
            SQLCatalog.consensusReviewers, [.array(ParameterArray(actors))]
        ) { (row) throws(PostgresError) -> (Int64, String) in
            (try row.int64(0), try row.text(1))
        }
        for (id, name) in rows { names[id] = name }
        return names
    }
}
