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

    /// The report on the arrivals of `[from, to)` as one JSON object.
    ///
    /// Rates of routing are of items that arrived in the window; rates of reviewing are of reviews
    /// given in it. Nothing is printed that cannot be known: it is null with a reason.
    ///
    /// - Parameters:
    ///   - from: nil for the project's creation.
    ///   - to: nil for now, by the database's clock.
    ///   - bucket: how long the pieces of the time series are; nil for no series.
    /// - Throws: `invalidParameter` if the window has too many buckets; `PostgresError`.
    public func json(
        project: ProjectContext, from: Timestamp?, to: Timestamp?, by bucket: ReportBucket? = nil
    ) async throws -> [UInt8] {
        let waiting = try await counter.figures(of: .review, project: project.id)
        let adjudication = try await counter.figures(of: .adjudication, project: project.id)
        return try await pool.transaction(.repeatableRead) { session in
            let store = Store(session)
            let now = try store.currentTime()
            let from = from ?? project.record.createdAt
            // What arrives in this microsecond belongs to the window.
            let to = to ?? Timestamp(microseconds: now.microseconds + 1)
            var facts = ReportFacts(
                routes: try store.routeCounts(project: project.id, from: from, to: to),
                outcomes: try store.outcomeCounts(project: project.id, from: from, to: to),
                overrides: try store.overrideCounts(project: project.id, from: from, to: to),
                audits: try store.auditCounts(
                    project: project.id, from: from, to: to,
                    deadlineSeconds: project.policy.audits.deadlineSeconds))
            let alarms = try ReportAlarms(project: project.id, from: from, to: to, store)
            facts.background = try .read(
                store, project, policyVersions: Set(facts.routes.map(\.policyVersion)))
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("project", project.name.text)
            writer.member("from", from.rfc3339)
            writer.member("to", to.rfc3339)
            writer.member("as_of", now.rfc3339)
            writer.member("policy_version", project.policyVersion)
            writer.key("metrics")
            writer.beginObject()
            facts.writeMetrics(to: &writer)
            Self.write(waiting, adjudication, to: &writer)
            try NotServing.writeWaiting(store, project: project.id, now: now, to: &writer)
            writer.endObject()
            writer.key("warnings")
            writer.array(
                facts.error.warnings(deadlineSeconds: project.policy.audits.deadlineSeconds)
                    + alarms.warnings
            ) { $0.string($1) }
            alarms.write(to: &writer)
            writer.key("cost")
            CostReport(
                facts.outcomes.map { ($0.cell.label, $0.accepted) }, facts.audits,
                policy: project.policy,
                handlingSeconds: try store.handlingTime(
                    project: project.id, from: from, to: to)?.mean
            ).write(to: &writer)
            try NotServing.writeVersions(
                store, project: project.id, from: from, to: to, writer: &writer)
            facts.writeGroups(to: &writer)
            writer.key("reviewers")
            writer.beginArray()
            let hours = to.seconds(since: from) / 3600
            for count in try store.reviewerCounts(project: project.id, from: from, to: to) {
                count.write(to: &writer, hours: hours)
            }
            writer.endArray()
            try ShadowReport(
                counts: store.shadowCounts(project: project.id, from: from, to: to)
            ).write(to: &writer)
            if let bucket {
                let window = try bucket.window(from: from, to: to)
                try ReportSeries(
                    window, project: project.id, audits: facts.audits, store
                ).write(to: &writer)
            }
            try ReportChanges(from: from, to: to, project: project.id, store).write(to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }

    private static func write(
        _ waiting: QueueFigures, _ adjudication: QueueFigures, to writer: inout JSONWriter
    ) {
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

/// The counts a report is made of.
struct ReportFacts: Sendable {
    var routes: [RouteCount]
    var outcomes: [OutcomeCount]
    var overrides: [OverrideCount]
    var audits: [AuditCount]
    var background = AuditBackground.none

    /// The error rate of what the model decided.
    var error: AutoAcceptError {
        AutoAcceptError(
            outcomes.map(\.accepted), audits, names: background.names, skill: background.skill)
    }

    /// The facts of some cells only.
    private func only(_ isIncluded: (ReportCell) -> Bool) -> ReportFacts {
        ReportFacts(
            routes: routes.filter { isIncluded($0.cell) },
            outcomes: outcomes.filter { isIncluded($0.cell) },
            overrides: overrides.filter { isIncluded($0.cell) },
            audits: audits.filter { isIncluded($0.cell) }, background: background)
    }

    private func count(_ isIncluded: (RouteCount) -> Bool) -> Int {
        routes.filter(isIncluded).reduce(0) { $0 + $1.count }
    }

    /// Writes the metrics of `statistics` area a that these facts give, as members.
    func writeMetrics(to writer: inout JSONWriter) {
        let received = count { _ in true }
        let automated = count { $0.route.answersWithLabel }
        let untouched = outcomes.filter { $0.route == .accepted && $0.source == "model" }
            .reduce(0) { $0 + $1.count }
        writer.key("received")
        Figure.count(Double(received), n: received).write(to: &writer)
        writer.key("automation_rate")
        Figure.share(automated, of: received).write(to: &writer)
        writer.key("deferral_rate")
        Figure.share(received - automated, of: received).write(to: &writer)
        writer.key("deferral_by_reason")
        writer.beginObject()
        let reasons = Set(routes.filter { !$0.route.answersWithLabel }.map(\.reason)).sorted()
        for reason in reasons {
            writer.key(reason)
            let deferred = count { !$0.route.answersWithLabel && $0.reason == reason }
            Figure.share(deferred, of: received).write(to: &writer)
        }
        writer.endObject()
        writer.key("straight_through_rate")
        Figure.share(untouched, of: received).write(to: &writer)
        writer.key("audit_rate")
        Figure.share(count { $0.route == .audited }, of: automated).write(to: &writer)
        writer.key("auto_accept_error")
        error.write(to: &writer)
        writeOverrides(to: &writer)
    }

    private func writeOverrides(to writer: inout JSONWriter) {
        func rate(_ isIncluded: (OverrideCount) -> Bool) -> Figure {
            let included = overrides.filter(isIncluded)
            return .rate(
                included.reduce(0) { $0 + $1.overridden },
                of: included.reduce(0) { $0 + $1.given },
                unless: "no labels were given in this window")
        }
        writer.key("override_rate")
        rate { _ in true }.write(to: &writer)
        writer.key("override_rate_queue_shown")
        rate { !$0.isAudit && $0.isShown }.write(to: &writer)
        writer.key("override_rate_queue_blind")
        rate { !$0.isAudit && !$0.isShown }.write(to: &writer)
        writer.key("override_rate_audit")
        rate { $0.isAudit }.write(to: &writer)
        writer.key("anchoring_effect")
        AnchoringEffect(overrides).write(to: &writer)
    }

    /// Writes the same metrics by model version and by predicted label.
    func writeGroups(to writer: inout JSONWriter) {
        struct Version: Hashable {
            let model: String
            let version: String
        }
        // What came without a prediction has no model and no label to be grouped by.
        let predicted = routes.map(\.cell).filter { !$0.model.isEmpty }
        let versions = Set(predicted.map { Version(model: $0.model, version: $0.version) })
            .sorted { ($0.model, $0.version) < ($1.model, $1.version) }
        writer.key("by_model_version")
        writer.beginArray()
        for version in versions {
            writer.beginObject()
            writer.member("model", version.model)
            writer.member("model_version", version.version)
            writeGroup(to: &writer) {
                $0.model == version.model && $0.version == version.version
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("by_label")
        writer.beginArray()
        for label in Set(predicted.map(\.label)).sorted() {
            writer.beginObject()
            writer.member("label", label)
            writeGroup(to: &writer) { $0.label == label }
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeGroup(
        to writer: inout JSONWriter, _ isIncluded: (ReportCell) -> Bool
    ) {
        writer.key("metrics")
        writer.beginObject()
        only(isIncluded).writeMetrics(to: &writer)
        writer.endObject()
    }
}

extension ReviewerCount {
    fileprivate func write(to writer: inout JSONWriter, hours: Double) {
        writer.beginObject()
        writer.member("reviewer", reviewer)
        writer.member("reviews", reviews)
        // A pace of seconds says nothing of an hour.
        writer.member("reviews_per_hour", hours * 60 < 1 ? nil : Double(reviews) / hours)
        writer.member("skips", skips)
        writer.member("escalations", escalations)
        writer.member("unusable", unusable)
        writer.member("surplus", surplus)
        writer.key("override_rate")
        Figure.rate(overrides, of: labels, unless: "no labels were given in this window")
            .write(to: &writer)
        writer.key("handling_seconds_p50")
        handling(medianSeconds).write(to: &writer)
        writer.key("handling_seconds_p90")
        handling(p90Seconds).write(to: &writer)
        writer.endObject()
    }

    private func handling(_ seconds: Double?) -> Figure {
        seconds.map { .count($0, n: timed) } ?? .unknown("the client sent no handling times")
    }
}

extension OutcomeCount {
    /// What became of the items, without what was predicted.
    var accepted: AcceptedCount {
        AcceptedCount(
            route: route, propensity: propensity, stratum: stratum, source: source,
            outcome: outcome, count: count)
    }
}
