import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A window of time in buckets of equal length.
public struct SeriesWindow: Sendable, Hashable {
    /// The first moment that counts.
    public var from: Timestamp
    /// The first moment that does not count any more.
    public var to: Timestamp
    /// When the first bucket begins, at or before `from`.
    public var origin: Timestamp
    /// How long a bucket lasts, in seconds.
    public var seconds: Int

    /// Collects the parts.
    public init(from: Timestamp, to: Timestamp, origin: Timestamp, seconds: Int) {
        self.from = from
        self.to = to
        self.origin = origin
        self.seconds = seconds
    }

    fileprivate var parameters: [Parameter] {
        [.timestamp(microseconds: origin.microseconds), .int32(Int32(seconds))]
    }
}

/// Two counts of one bucket.
public struct SeriesCount: Sendable, Hashable {
    /// The place of the bucket, from 0.
    public let bucket: Int
    /// How many there are.
    public let whole: Int
    /// How many of them it is about.
    public let part: Int
}

/// How many items that a model decided came out in one way, as things stand.
public struct AcceptedCount: Sendable, Hashable {
    /// `accepted` or `audited`.
    public let route: Route
    /// The probability, known when routed, that a person labels them; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// Who decided: a `DecisionSource`; `model` where no person has.
    public let source: String
    /// How the decision relates to the prediction: an `Outcome`.
    public let outcome: String
    /// How many items.
    public let count: Int

    /// Collects the parts.
    public init(
        route: Route, propensity: Double, stratum: Int?, source: String, outcome: String,
        count: Int
    ) {
        self.route = route
        self.propensity = propensity
        self.stratum = stratum
        self.source = source
        self.outcome = outcome
        self.count = count
    }
}

/// What predictions that decided nothing would have done.
public struct ShadowCount: Sendable, Hashable {
    /// The version.
    public let version: ModelVersion
    /// Whether the degree of automation was shadow; else another version decided.
    public let isDegree: Bool
    /// The probability with which a person labels the items, in 0...1; nil while nobody decides yet.
    public let propensity: Double?
    /// How many predictions there were.
    public let received: Int
    /// How many of them would have been accepted, audited ones included.
    public let wouldAccept: Int
    /// How many people labelled, borderline ones left out.
    public let labelled: Int
    /// On how many of those the prediction was wrong.
    public let wrong: Int
    /// How many of those that would have been accepted people labelled.
    public let acceptedLabelled: Int
    /// On how many of those the prediction was wrong.
    public let acceptedWrong: Int
}

extension Store {
    /// Labels given in each bucket of the scope, and how many of them differ from the prediction.
    public func reviewSeries(
        _ window: SeriesWindow, _ scope: ReportScope
    ) throws(PostgresError) -> [SeriesCount] {
        let facet: ReportScope.Facet =
            switch (scope.selectsPredictions, scope.reviewer) {
            case (false, nil): .agreement
            case (false, _?): .reviewer
            case (true, nil): .label
            case (true, _?): .all
            }
        return try counts(
            SQLCatalog.seriesReviews, scope.parameters(facet),
            [scope.reviewerParameter] + window.parameters
        ) { (row) throws(PostgresError) -> SeriesCount in
            SeriesCount(bucket: try row.int(0), whole: try row.int(1), part: try row.int(2))
        }
    }

    /// Items that people decided in each bucket of the scope, by their current decision.
    ///
    /// None with a label: they are not kept by label.
    public func decisionSeries(
        _ window: SeriesWindow, _ scope: ReportScope
    ) throws(PostgresError) -> [SeriesCount] {
        guard scope.label == nil else { return [] }
        return try counts(SQLCatalog.seriesDecisions, scope.decisionParameters, window.parameters) {
            (row) throws(PostgresError) -> SeriesCount in
            SeriesCount(bucket: try row.int(0), whole: try row.int(1), part: 0)
        }
    }

    /// What the predictions that arrived in `[from, to)` and decided nothing would have done.
    public func shadowCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [ShadowCount] {
        try session.query(
            SQLCatalog.reportShadow,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds),
            ]
        ) { (row) throws(PostgresError) -> ShadowCount in
            ShadowCount(
                version: ModelVersion(
                    model: ExactText(try row.text(0)), version: ExactText(try row.text(1))),
                isDegree: try row.bool(2), propensity: try row.doubleIfPresent(3),
                received: try row.int(4), wouldAccept: try row.int(5), labelled: try row.int(6),
                wrong: try row.int(7), acceptedLabelled: try row.int(8),
                acceptedWrong: try row.int(9))
        }
    }

    /// The last `limit` entries of the audit log in `[from, to)`, oldest first.
    public func changes(
        project: Int64, from: Timestamp, to: Timestamp, limit: Int
    ) throws(PostgresError) -> [AuditRecord] {
        try session.query(
            SQLCatalog.reportChanges,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> AuditRecord in try AuditRecord(row) }
    }
}
