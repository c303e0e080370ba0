import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What a count in a report is about; everything is empty for items that came without a prediction.
public struct ReportCell: Hashable, Sendable {
    /// The model.
    public let model: String
    /// Its version.
    public let version: String
    /// The predicted label.
    public let label: String
}

/// How many predictions went one way for one reason.
public struct RouteCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// The policy that routed them.
    public let policyVersion: Int
    /// Where they went.
    public let route: Route
    /// Why: a `RouteReason`.
    public let reason: String
    /// How many predictions.
    public let count: Int
}

/// How many items of a route were decided in one way, as things stand.
public struct OutcomeCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// The policy that routed them.
    public let policyVersion: Int
    /// Where they went.
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
}

/// What one reviewer did in a window.
public struct ReviewerCount: Sendable {
    /// The reviewer's name.
    public let reviewer: String
    /// Reviews that stand, skips and surplus ones included.
    public let reviews: Int
    /// Reviews with a label that is not the borderline one.
    public let labels: Int
    /// Those of `labels` that differ from the prediction.
    public let overrides: Int
    /// Those that skipped.
    public let skips: Int
    /// Those that asked for an adjudicator.
    public let escalations: Int
    /// Those that called the input unusable.
    public let unusable: Int
    /// Those that were kept but not counted.
    public let surplus: Int
    /// The median handling time in seconds, capped at 120 each; nil when none was sent.
    public let medianSeconds: Double?
    /// The 90th percentile of the handling times.
    public let p90Seconds: Double?
    /// How many reviews came with a handling time.
    public let timed: Int
}

/// Labels given against what had been predicted.
public struct OverrideCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// Whether the items were audited or queued.
    public let isAudit: Bool
    /// Whether the reviewers saw the prediction.
    public let isShown: Bool
    /// Whether chance decided whether they saw it.
    public let isDrawn: Bool
    /// How many labels were given, the borderline one left out.
    public let given: Int
    /// Those that differ from the prediction.
    public let overridden: Int
}

extension Store {
    /// How the arrivals of `[from, to)` were routed.
    public func routeCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [RouteCount] {
        try session.query(SQLCatalog.reportRoutes, window(project, from, to)) {
            (row) throws(PostgresError) -> RouteCount in
            RouteCount(
                cell: try cell(row), policyVersion: try row.int(3),
                route: Route(rawValue: try row.text(4)) ?? .queued, reason: try row.text(5),
                count: try row.int(6))
        }
    }

    /// What became of the arrivals of `[from, to)`, as things stand.
    public func outcomeCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [OutcomeCount] {
        try session.query(SQLCatalog.reportOutcomes, window(project, from, to)) {
            (row) throws(PostgresError) -> OutcomeCount in
            OutcomeCount(
                cell: try cell(row), policyVersion: try row.int(3),
                route: Route(rawValue: try row.text(4)) ?? .queued,
                propensity: try row.double(5), stratum: try row.intIfPresent(9),
                source: try row.text(6),
                outcome: try row.text(7), count: try row.int(8))
        }
    }

    /// What each reviewer did in `[from, to)`, by name.
    public func reviewerCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [ReviewerCount] {
        try session.query(SQLCatalog.reportReviewers, window(project, from, to)) {
            (row) throws(PostgresError) -> ReviewerCount in
            ReviewerCount(
                reviewer: try row.text(0), reviews: try row.int(1), labels: try row.int(2),
                overrides: try row.int(3), skips: try row.int(4), escalations: try row.int(5),
                unusable: try row.int(6), surplus: try row.int(7),
                medianSeconds: try row.doubleIfPresent(8),
                p90Seconds: try row.doubleIfPresent(9), timed: try row.int(10))
        }
    }

    /// The counted labels given in `[from, to)`, against the predictions.
    public func overrideCounts(
        project: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [OverrideCount] {
        try session.query(SQLCatalog.reportOverrides, window(project, from, to)) {
            (row) throws(PostgresError) -> OverrideCount in
            OverrideCount(
                cell: try cell(row), isAudit: try row.bool(3), isShown: try row.bool(4),
                isDrawn: try row.bool(5), given: try row.int(6), overridden: try row.int(7))
        }
    }

    /// The database's clock.
    public func currentTime() throws(PostgresError) -> Timestamp {
        let now = try session.queryOne(SQLCatalog.currentTime) {
            (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
        return now ?? Timestamp(microseconds: 0)
    }

    private func window(_ project: Int64, _ from: Timestamp, _ to: Timestamp) -> [Parameter] {
        [
            .int64(project), .timestamp(microseconds: from.microseconds),
            .timestamp(microseconds: to.microseconds),
        ]
    }

    private func cell(_ row: Row) throws(PostgresError) -> ReportCell {
        ReportCell(model: try row.text(0), version: try row.text(1), label: try row.text(2))
    }
}
