import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Which labels an export holds.
public struct LabelFilter: Sendable, Hashable {
    /// Whether labels that only the model gave are included.
    public var includesModel: Bool
    /// Only decisions made at or after this moment; nil for all.
    public var since: Timestamp?
    /// Only decisions of this source; nil for all.
    public var source: DecisionSource?
    /// Only this label; nil for all.
    public var label: String?
    /// The ids of the label and of what was merged into it; nil for every label.
    public var labels: [String]?

    /// Makes a filter; as it stands it passes everything people decided.
    public init(
        includesModel: Bool = false, since: Timestamp? = nil, source: DecisionSource? = nil,
        label: String? = nil
    ) {
        self.includesModel = includesModel
        self.since = since
        self.source = source
        self.label = label
        labels = label.map { [$0] }
    }

    /// The filter as the parameters that follow each other in the statements.
    fileprivate var parameters: [Parameter] {
        [
            .bool(includesModel),
            since.map { .timestamp(microseconds: $0.microseconds) } ?? .null,
            source.map { .text($0.rawValue) } ?? .null,
            labels.map { .array(ParameterArray($0)) } ?? .null,
        ]
    }
}

/// The columns of `labelRows`, by their place.
public enum LabelColumn: Int, CaseIterable, Sendable {
    case externalID, label, source, outcome, predicted, confidence, model, version, route, reason
    case propensity, policyVersion, reviews, agreement, reviewers, isBlind, group, receivedAt
    case decidedAt, item, revision, tags, comment, seconds, payload, metadata
    /// Only of rows that were asked for with a loss each.
    case loss
}

/// How the rows of an export were selected, for one route and reason.
public struct LabelWeights: Sendable, Hashable {
    /// The route.
    public let route: String
    /// The reason.
    public let reason: String
    /// How many rows.
    public let rows: Int
    /// The sum of 1 / propensity.
    public let weights: Double
    /// The sum of (1 / propensity) squared.
    public let squares: Double
    /// The largest 1 / propensity.
    public let largest: Double
}

extension Store {
    /// The last of the next `items` decided items after `item`; nil when there is none.
    public func labelPageEnd(
        project: Int64, after item: Int64, items: Int
    ) throws(PostgresError) -> Int64? {
        try session.queryOne(
            SQLCatalog.labelPage, [.int64(project), .int64(item), .int32(Int32(items))]
        ) { (row) throws(PostgresError) -> Int64? in try row.int64IfPresent(0) } ?? nil
    }

    /// Starts streaming the current decisions of the items in `(after, last]`, in order of item.
    ///
    /// The columns are those of `LabelColumn`, as text; read them with `session.streamRows`.
    public func startLabelRows(
        project: Int64, after item: Int64, through last: Int64, filter: LabelFilter
    ) throws(PostgresError) {
        try session.startStream(
            SQLCatalog.labelRows,
            [.int64(project)] + filter.parameters + [.int64(item), .int64(last)])
    }

    /// Starts streaming the items of an export with the loss of each label, the largest first: the item
    /// and the loss, as text; read them with `session.streamRows`.
    ///
    /// - Parameter limit: how many at most; nil for all.
    public func startLabelLosses(
        project: Int64, filter: LabelFilter, limit: Int?
    ) throws(PostgresError) {
        try session.startStream(
            SQLCatalog.labelLosses,
            [.int64(project)] + filter.parameters + [limit.map { .int64(Int64($0)) } ?? .null])
    }

    /// Starts streaming the current decisions of these items that still pass the filter, in this order.
    ///
    /// - Parameter losses: one for each item; NaN for none.
    public func startLabelRows(
        project: Int64, items: [Int64], losses: [Double?], filter: LabelFilter
    ) throws(PostgresError) {
        try session.startStream(
            SQLCatalog.labelRowsOf,
            [.int64(project)] + filter.parameters
                + [.array(ParameterArray(items)), .array(ParameterArray(losses))])
    }

    /// Items that have values in the columns that others lack, up to `items` for each column.
    public func labelWitnesses(project: Int64, items: Int) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.labelWitnesses, [.int64(project), .int32(Int32(items))], firstInt64)
    }

    /// How the rows that people labelled were selected.
    public func labelWeights(
        project: Int64, filter: LabelFilter
    ) throws(PostgresError) -> [LabelWeights] {
        try session.query(SQLCatalog.labelWeights, [.int64(project)] + filter.parameters) {
            (row) throws(PostgresError) -> LabelWeights in
            LabelWeights(
                route: try row.text(0), reason: try row.text(1), rows: try row.int(2),
                weights: try row.double(3), squares: try row.double(4),
                largest: try row.double(5))
        }
    }
}
