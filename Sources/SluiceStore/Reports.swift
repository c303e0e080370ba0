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

/// How many items came one way, and what became of them, as things stand.
public struct ArrivalCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// The policy that routed them.
    public let policyVersion: Int
    /// Where they went.
    public let route: Route
    /// Why: a `RouteReason`.
    public let reason: String
    /// The policy's rule that applied; empty for none.
    public let rule: String
    /// The probability, known when routed, that a person labels them; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// Who decided what the model was to decide: a `DecisionSource`; `model` where no person has, empty
    /// on other routes.
    public let source: String
    /// How the decision relates to the prediction: an `Outcome`; empty on other routes.
    public let outcome: String
    /// Whether an answer to the audit differs from the model.
    public let isContradicted: Bool
    /// How many items.
    public let count: Int
    /// How many of them are audits that nobody settled by their deadline.
    public let overdue: Int
}

/// How many items came one way in one hour, day or bucket, whatever was predicted.
public struct TimedCount: Sendable {
    /// When it begins.
    public let startsAt: Timestamp
    /// The mean moment of the items' arrival.
    public let meanArrival: Timestamp
    /// The policy that routed them.
    public let policyVersion: Int
    /// The policy's rule that applied; empty for none.
    public let rule: String
    /// What became of them.
    public let accepted: AcceptedCount
    /// Whether an answer to the audit differs from the model.
    public let isContradicted: Bool

    /// Whether nobody has decided.
    public var isOpen: Bool { accepted.source.isEmpty || accepted.outcome == "reopened" }
}

/// How many items a label was predicted of.
public struct LabelCount: Sendable {
    /// The label; empty for items without a prediction.
    public let label: String
    /// How many items.
    public let received: Int
    /// How many of them the model decided.
    public let automated: Int

    /// Collects the parts.
    public init(label: String, received: Int, automated: Int) {
        self.label = label
        self.received = received
        self.automated = automated
    }
}

/// Items that people decided, by how long that took.
public struct DecisionCount: Sendable {
    /// Whether the deadline was met; nil where there was none.
    public let isInTime: Bool?
    /// Whether the model had decided, and people audited it.
    public let isAccepted: Bool
    /// The time it took.
    public let bin: DurationBin
}

/// Durations that are near each other: those of one bin differ by at most 9 %.
public struct DurationBin: Sendable, Hashable {
    /// n for 2^(n/8) to 2^((n+1)/8) milliseconds.
    public let number: Int
    /// How many there are.
    public let count: Int
    /// Their sum in milliseconds.
    public let milliseconds: Int

    /// Collects the parts.
    public init(number: Int, count: Int, milliseconds: Int) {
        self.number = number
        self.count = count
        self.milliseconds = milliseconds
    }

    /// Their mean in seconds, 0 without any.
    public var meanSeconds: Double {
        count > 0 ? Double(milliseconds) / 1000 / Double(count) : 0
    }
}

/// What one reviewer did.
public struct ReviewerCount: Sendable {
    /// The reviewer's name.
    public let reviewer: String
    /// Reviews that stand, skips and surplus ones included.
    public let reviews: Int
    /// Reviews with a label that is not the borderline one, on a prediction and not on gold.
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
}

/// Labels that people gave on predictions of one kind, and that counted towards a decision.
public struct OverrideCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// Whether the items were audited; else they were queued.
    public let isAudit: Bool
    /// Whether the reviewer saw the prediction.
    public let isShown: Bool
    /// Whether chance decided whether they saw it.
    public let isDrawn: Bool
    /// How many labels there are, the borderline one left out.
    public let given: Int
    /// Those of `given` that differ from the prediction.
    public let overridden: Int
}

/// Active time of one reviewer, capped at the idle limit of 120 seconds a review.
public struct HandlingCount: Sendable {
    /// The reviewer's name.
    public let reviewer: String
    /// Whether the reviews were skips.
    public let isSkip: Bool
    /// The time they took.
    public let bin: DurationBin
}

extension Store {
    /// Has the statements of the rest of the transaction planned as suits a report.
    ///
    /// - Parameter countsRows: whether some of what is asked for is counted by row.
    public func prepareToReport(countsRows: Bool) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.reportSettings,
            [.text(countsRows ? "force_custom_plan" : "force_generic_plan")])
    }

    /// What came in the scope, and what became of it.
    ///
    /// - Parameter overdueBefore: when what came has to be audited by now; of what came within an hour
    ///   or a day that is kept, all or nothing is overdue, by its mean.
    public func arrivalCounts(
        _ scope: ReportScope, overdueBefore: Timestamp
    ) throws(PostgresError) -> [ArrivalCount] {
        try counts(
            SQLCatalog.reportArrivals, scope.parameters(.all),
            [.timestamp(microseconds: overdueBefore.microseconds)]
        ) { (row) throws(PostgresError) -> ArrivalCount in
            ArrivalCount(
                cell: try ReportCell(row, from: 0), policyVersion: try row.int(3),
                route: Route(rawValue: try row.text(4)) ?? .queued, reason: try row.text(5),
                rule: try row.text(6), propensity: try row.double(7),
                stratum: try row.intIfPresent(8), source: try row.text(9),
                outcome: try row.text(10), isContradicted: try row.bool(11),
                count: try row.int(12), overdue: try row.int(13))
        }
    }

    /// What came in the scope over time: what is open and what is audited by the hours and days that
    /// are kept, and everything else by the buckets of `window`, if there is one.
    public func timedCounts(
        _ scope: ReportScope, by window: SeriesWindow?
    ) throws(PostgresError) -> [TimedCount] {
        try counts(
            SQLCatalog.reportTimes, scope.parameters(scope.selectsPredictions ? .all : .route),
            [
                .timestamp(microseconds: window?.origin.microseconds ?? 0),
                .int32(Int32(window?.seconds ?? 0)),
            ]
        ) { (row) throws(PostgresError) -> TimedCount in
            let start = try row.timestamp(0)
            return TimedCount(
                startsAt: Timestamp(microseconds: start),
                meanArrival: Timestamp(microseconds: start + Int64(try row.double(10) * 1000)),
                policyVersion: try row.int(1), rule: try row.text(3),
                accepted: AcceptedCount(
                    route: Route(rawValue: try row.text(2)) ?? .queued,
                    propensity: try row.double(4), stratum: try row.intIfPresent(5),
                    source: try row.text(6), outcome: try row.text(7), count: try row.int(9)),
                isContradicted: try row.bool(8))
        }
    }

    /// What came in the scope by predicted label.
    public func labelCounts(_ scope: ReportScope) throws(PostgresError) -> [LabelCount] {
        try counts(SQLCatalog.reportLabels, scope.parameters(.all)) {
            (row) throws(PostgresError) -> LabelCount in
            LabelCount(
                label: try row.text(0), received: try row.int(1), automated: try row.int(2))
        }
    }

    /// What people decided of what came in the scope.
    ///
    /// None with a label: they are not kept by label.
    public func decisionCounts(_ scope: ReportScope) throws(PostgresError) -> [DecisionCount] {
        guard scope.label == nil else { return [] }
        return try counts(SQLCatalog.reportDecisions, scope.decisionParameters) {
            (row) throws(PostgresError) -> DecisionCount in
            let deadline = try row.text(1)
            return DecisionCount(
                isInTime: deadline == "none" ? nil : deadline == "met",
                isAccepted: try row.bool(0), bin: try DurationBin(row, from: 2))
        }
    }

    /// The reviews given in the scope, by reviewer.
    public func reviewerCounts(_ scope: ReportScope) throws(PostgresError) -> [ReviewerCount] {
        try counts(
            SQLCatalog.reportReviewers,
            scope.parameters(scope.selectsPredictions ? .all : .reviewer),
            [scope.reviewerParameter]
        ) { (row) throws(PostgresError) -> ReviewerCount in
            ReviewerCount(
                reviewer: try row.text(0), reviews: try row.int(1), labels: try row.int(2),
                overrides: try row.int(3), skips: try row.int(4), escalations: try row.int(5),
                unusable: try row.int(6), surplus: try row.int(7))
        }
    }

    /// The labels given in the scope that counted towards a decision, by what was predicted.
    public func overrideCounts(_ scope: ReportScope) throws(PostgresError) -> [OverrideCount] {
        try counts(
            SQLCatalog.reportOverrides, scope.parameters(scope.reviewer == nil ? .label : .all),
            [scope.reviewerParameter]
        ) { (row) throws(PostgresError) -> OverrideCount in
            OverrideCount(
                cell: try ReportCell(row, from: 0), isAudit: try row.bool(3),
                isShown: try row.bool(4), isDrawn: try row.bool(5), given: try row.int(6),
                overridden: try row.int(7))
        }
    }

    /// The handling times of the reviews given in the scope, whatever they were about.
    public func handlingCounts(_ scope: ReportScope) throws(PostgresError) -> [HandlingCount] {
        try counts(SQLCatalog.reportHandling, scope.handlingParameters) {
            (row) throws(PostgresError) -> HandlingCount in
            HandlingCount(
                reviewer: try row.text(0), isSkip: try row.bool(1),
                bin: try DurationBin(row, from: 2))
        }
    }

    /// In how many hours each reviewer answered something, summed over the reviewers.
    public func reviewerHours(
        project: Int64, _ span: ReportScope.Span
    ) throws(PostgresError) -> Int {
        try session.queryOne(SQLCatalog.reportShifts, [.int64(project)] + span.parameters) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        } ?? 0
    }

    /// How many rows the hour that begins at a moment has: items and reviews.
    public func hourSize(project: Int64, at hour: Timestamp) throws(PostgresError) -> Int {
        try session.queryOne(
            SQLCatalog.reportHourSize,
            [.int64(project), .timestamp(microseconds: hour.microseconds)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } ?? 0
    }

    /// The database's clock.
    public func currentTime() throws(PostgresError) -> Timestamp {
        let now = try session.queryOne(SQLCatalog.currentTime) {
            (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
        return now ?? Timestamp(microseconds: 0)
    }

    func counts<Count>(
        _ statement: Statement, _ calls: [[Parameter]], _ more: [Parameter] = [],
        _ read: (Row) throws(PostgresError) -> Count
    ) throws(PostgresError) -> [Count] {
        var counts: [Count] = []
        for parameters in calls {
            counts += try session.query(statement, parameters + more, read)
        }
        return counts
    }
}

extension ReportCell {
    fileprivate init(_ row: Row, from first: Int) throws(PostgresError) {
        self.init(
            model: try row.text(first), version: try row.text(first + 1),
            label: try row.text(first + 2))
    }
}

extension DurationBin {
    fileprivate init(_ row: Row, from first: Int) throws(PostgresError) {
        self.init(
            number: Int(try row.int16(first)), count: try row.int(first + 1),
            milliseconds: try row.int(first + 2))
    }
}
