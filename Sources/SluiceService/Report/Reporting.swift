import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says how automated the work is, how often people disagree, and what waits.
public struct Reporting: Sendable {
    private let pool: ConnectionPool
    private let counter: QueueCounter

    /// Reads through `pool`; queues are counted by `counter`.
    public init(pool: ConnectionPool, counter: QueueCounter) {
        self.pool = pool
        self.counter = counter
    }

    /// The report on the arrivals of `[from, to)` as one JSON object; see the form with a question.
    public func json(
        project: ProjectContext, from: Timestamp?, to: Timestamp?, by bucket: ReportBucket? = nil
    ) async throws -> [UInt8] {
        var question = ReportQuestion()
        (question.from, question.to, question.bucket) = (from, to, bucket)
        return try await json(project: project, question)
    }

    /// The report as one JSON object.
    ///
    /// Rates of routing are of items that arrived in the window; rates of reviewing are of reviews
    /// given in it. Nothing is printed that cannot be known: it is null with a reason. What it says is
    /// of one moment, and includes everything that was acknowledged before.
    ///
    /// - Complexity: in the hours and days of the window and the kinds of items in them, however many
    ///   items there are.
    /// - Throws: `invalidParameter` if the window has too many buckets, or the project no such slice;
    ///   `PostgresError`.
    public func json(
        project: ProjectContext, _ question: ReportQuestion
    ) async throws -> [UInt8] {
        let queues = Queues(
            waiting: try await counter.figures(of: .review, project: project.id),
            adjudication: try await counter.figures(of: .adjudication, project: project.id))
        return try await pool.transaction(.repeatableRead) { session in
            let store = Store(session)
            return try ReportText(question, project, queues, store).json()
        }
    }
}

/// What waits in both queues.
private struct Queues: Sendable {
    let waiting: QueueFigures
    let adjudication: QueueFigures

    func write(to writer: inout JSONWriter) {
        writer.key("queue_depth")
        Figure.count(Double(waiting.waiting), n: waiting.waiting).write(to: &writer)
        writer.key("leased")
        Figure.count(Double(waiting.leased), n: waiting.leased).write(to: &writer)
        writer.key("adjudication_depth")
        Figure.count(Double(adjudication.waiting), n: adjudication.waiting).write(to: &writer)
        writer.key("oldest_waiting_seconds")
        let oldest = [waiting.oldestSeconds, adjudication.oldestSeconds].compactMap(\.self).max()
        if let oldest {
            Figure.count(oldest, n: waiting.waiting + adjudication.waiting).write(to: &writer)
        } else {
            Figure.unknown("nothing is waiting").write(to: &writer)
        }
    }
}

/// One report, read in the transaction of its store.
private struct ReportText {
    let question: ReportQuestion
    let project: ProjectContext
    let queues: Queues
    let store: Store
    let now: Timestamp
    let window: ReportWindow
    let scope: ReportScope
    let series: SeriesWindow?

    init(
        _ question: ReportQuestion, _ project: ProjectContext, _ queues: Queues, _ store: Store
    ) throws {
        self.question = question
        self.project = project
        self.queues = queues
        self.store = store
        now = try store.currentTime()
        let window = try question.window(now: now, project, store)
        self.window = window
        try store.prepareToReport(countsRows: window.countsRows)
        series = try question.bucket?.window(from: window.from, to: window.to)
        scope = try question.narrow(window.scope(), of: project, store)
    }

    func json() throws -> [UInt8] {
        let deadline = project.policy.audits.deadlineSeconds
        let timedScope =
            series?.seconds == 3600
            ? try question.narrow(window.scope(by: .hour), of: project, store) : scope
        let timed = try store.timedCounts(timedScope, by: series)
        let overdueBefore = project.policy.audits.overdueBefore(now)
        var facts = ReportFacts(
            arrivals: try store.arrivalCounts(scope, overdueBefore: overdueBefore),
            overrides: try store.overrideCounts(scope))
        facts.background = try .read(
            store, project, policyVersions: Set(facts.arrivals.map(\.policyVersion)))
        let handling = try store.handlingCounts(scope)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        window.write(to: &writer)
        writer.member("as_of", now.rfc3339)
        writer.member("policy_version", project.policyVersion)
        writer.key("metrics")
        writer.beginObject()
        facts.writeMetrics(to: &writer)
        try writeMore(facts, timed, handling, to: &writer)
        queues.write(to: &writer)
        try NotServing.writeWaiting(store, project: project.id, now: now, to: &writer)
        writer.endObject()
        let alarms = try ReportAlarms(
            project: project.id, from: window.from, to: window.to, store)
        let promise = try CertificateStanding(of: project, now: now, store)
        let fallbacks = try ReportFallbacks(
            project: project.id, from: window.from, to: window.to, store)
        writer.key("warnings")
        writer.array(
            fallbacks.warnings + facts.error.warnings(deadlineSeconds: deadline)
                + alarms.warnings + promise.warnings
        ) { $0.string($1) }
        alarms.write(to: &writer)
        fallbacks.write(to: &writer)
        promise.write(to: &writer)
        writer.key("cost")
        CostReport(
            facts.arrivals, policy: project.policy, labels: project.labels,
            handlingSeconds: DurationBins(handling.filter { !$0.isSkip }.map(\.bin)).meanSeconds
        ).write(to: &writer, calibration: try project.servingCalibration(store))
        try NotServing.writeVersions(
            store, project: project.id, from: window.from, to: window.to, writer: &writer)
        facts.writeGroups(labels: project.labels, to: &writer)
        ReviewerFigures(
            try store.reviewerCounts(scope), handling, hours: window.hours, unless: handlingUnknown
        ).write(to: &writer)
        try ShadowReport(
            counts: store.shadowCounts(project: project.id, from: window.from, to: window.to)
        ).write(to: &writer)
        if let series {
            try ReportSeries(
                series, timedScope, timed, overdueBefore: overdueBefore, store
            ).write(to: &writer)
        }
        try ReportChanges(from: window.from, to: window.to, project: project.id, store)
            .write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The figures that need more than counts of what came.
    private func writeMore(
        _ facts: ReportFacts, _ timed: [TimedCount], _ handling: [HandlingCount],
        to writer: inout JSONWriter
    ) throws {
        let before = try question.narrow(window.scopeBefore(), of: project, store)
        writer.key("standardised_automation_rate")
        StandardisedRate(
            current: facts.arrivals.map(\.ofLabel), reference: try store.labelCounts(before)
        ).write(to: &writer)
        TimeToDecision(
            try store.decisionCounts(scope), timed, automated: facts.automated,
            deadlines: try store.policyDeadlines(project: project.id), now: now,
            unless: question.label == nil
                ? nil : "waiting times are not kept by predicted label: ask without label"
        ).write(to: &writer)
        let gold = try store.goldErrors(project: project.id)
        writer.key("system_error_rate")
        SystemErrorRate(
            automated: facts.automated, ofModel: facts.error.figure,
            reviewed: facts.received - facts.automated,
            ofPeople: .rate(
                gold.wrong, of: gold.given,
                unless: "how often people err is not known: add gold items, whose label is known")
        ).figure.write(to: &writer)
        let touched = window.hoursTouched
        ReviewerLoad(
            arrivals: facts.count { $0.route != .accepted && $0.route != .waiting },
            hours: window.hours,
            reviewerHours: try store.reviewerHours(project: project.id, touched),
            hoursTouched: touched.to.seconds(since: touched.from) / 3600, handling: handling,
            backlog: queues.waiting.waiting, unknown: handlingUnknown
        ).write(to: &writer)
    }

    private var handlingUnknown: String? {
        question.selectsItems
            ? "handling times are kept by reviewer only: ask without model, version, label and slice"
            : nil
    }
}
