import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The counts a report is made of.
struct ReportFacts: Sendable {
    let arrivals: [ArrivalCount]
    let overrides: [OverrideCount]
    var background = AuditBackground.none

    /// The disputed audits, those that were, and the overdue ones.
    var audits: [AuditCount] { arrivals.compactMap(\.audits) }

    /// The error rate of what the model decided.
    var error: AutoAcceptError {
        AutoAcceptError(
            arrivals.map(\.accepted), audits, names: background.names, skill: background.skill)
    }

    /// The facts of some cells only.
    private func only(_ isIncluded: (ReportCell) -> Bool) -> ReportFacts {
        ReportFacts(
            arrivals: arrivals.filter { isIncluded($0.cell) },
            overrides: overrides.filter { isIncluded($0.cell) }, background: background)
    }

    func count(_ isIncluded: (ArrivalCount) -> Bool) -> Int {
        arrivals.reduce(0) { $0 + (isIncluded($1) ? $1.count : 0) }
    }

    /// How many items there are.
    var received: Int { count { _ in true } }

    /// How many of them the model decided when they came.
    var automated: Int { count { $0.route.answersWithLabel } }

    /// Writes the metrics of `statistics` area a that these facts give, as members.
    func writeMetrics(to writer: inout JSONWriter) {
        let received = received
        let automated = automated
        writer.key("received")
        Figure.count(Double(received), n: received).write(to: &writer)
        writer.key("automation_rate")
        Figure.share(automated, of: received).write(to: &writer)
        writer.key("deferral_rate")
        Figure.share(received - automated, of: received).write(to: &writer)
        writeReasons(received, to: &writer)
        writer.key("straight_through_rate")
        Figure.share(count { $0.route == .accepted && $0.source == "model" }, of: received)
            .write(to: &writer)
        writer.key("straight_through_rate_nonblocking")
        Figure.share(automated - count(\.isReopened), of: received).write(to: &writer)
        writer.key("audit_rate")
        Figure.share(count { $0.route == .audited }, of: automated).write(to: &writer)
        writer.key("auto_accept_error")
        error.write(to: &writer)
        writer.key("known_errors")
        let known = count { $0.isReopened && $0.outcome == "corrected" }
        Figure.count(Double(known), n: automated).write(to: &writer)
        writeOverrides(to: &writer)
    }

    private func writeReasons(_ received: Int, to writer: inout JSONWriter) {
        writer.key("deferral_by_reason")
        writer.beginObject()
        let deferred = arrivals.filter { !$0.route.answersWithLabel }
        for reason in Set(deferred.map(\.reason)).sorted() {
            writer.key(reason)
            let count = deferred.reduce(0) { $0 + ($1.reason == reason ? $1.count : 0) }
            Figure.share(count, of: received).write(to: &writer)
        }
        writer.endObject()
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
    func writeGroups(labels: LabelSet, to writer: inout JSONWriter) {
        // What came without a prediction has no model and no label to be grouped by.
        let predicted = arrivals.map(\.cell).filter { !$0.model.isEmpty }
        let versions = Set(
            predicted.map { ModelVersionName(model: $0.model, version: $0.version) }
        ).sorted { ($0.model, $0.version) < ($1.model, $1.version) }
        writer.key("by_model_version")
        writer.beginArray()
        for version in versions {
            writer.beginObject()
            writer.member("model", version.model.text)
            writer.member("model_version", version.version.text)
            writeGroup(to: &writer) {
                ModelVersionName(model: $0.model, version: $0.version) == version
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("by_label")
        writer.beginArray()
        // What was merged counts as the label it is now.
        let names = Dictionary(
            Set(predicted.map { ExactText($0.label) }).map {
                ($0, ExactText(labels.name(of: $0.text)))
            }, uniquingKeysWith: { first, _ in first })
        for name in Set(names.values).sorted() {
            writer.beginObject()
            writer.member("label", name.text)
            writeGroup(to: &writer) { names[ExactText($0.label)] == name }
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

extension ArrivalCount {
    /// What became of the items, without what was predicted.
    var accepted: AcceptedCount {
        AcceptedCount(
            route: route, propensity: propensity, stratum: stratum, source: source,
            outcome: outcome, count: count)
    }

    /// How many came of the label predicted.
    var ofLabel: LabelCount {
        LabelCount(
            label: cell.label, received: count, automated: route.answersWithLabel ? count : 0)
    }

    /// Whether a person took up what the model had decided and nobody audits.
    var isReopened: Bool {
        route == .accepted && source != "model" || route.answersWithLabel && outcome == "reopened"
    }

    /// The disputes among the items, and the audits that are overdue; nil where there are none.
    var audits: AuditCount? {
        AuditCount(accepted, isContradicted: isContradicted, overdue: overdue)
    }
}
