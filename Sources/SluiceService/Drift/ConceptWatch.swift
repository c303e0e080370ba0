import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What a detector of a broken error limit came to.
public struct ConceptAlarm: Hashable, Sendable {
    /// The limit that is broken.
    public let errorLimit: Double
    /// How many audits it took since the beginning or the last alarm.
    public let audits: Int
    /// The evidence, at least the level of the alarm.
    public let evidence: Double
}

/// Reads the completed audits of a version in the order of their decisions, and raises the alarm
/// when the error rate has come to lie above its limit.
///
/// An audit counts when it is decided, once: what becomes of it afterwards is another matter.
/// Audits drawn at different rates count by their weights.
struct ConceptWatch {
    private static let page = 2000

    let store: Store
    let project: Int64
    let version: SeenModelVersion
    let errorLimit: Double
    let auditsToFalseAlarm: Double
    /// The smallest rate above 0 at which the policy in force audits.
    let smallestRate: Double
    /// From when on decisions count, if nothing was watched so far.
    let since: Timestamp
    /// What was decided until then is complete.
    let settled: Timestamp

    /// Reads what is new, in the caller's transaction.
    ///
    /// - Returns: the alarms it came to, mostly none.
    func read() throws -> [ConceptAlarm] {
        guard
            var state = try store.claimConceptWatch(
                project: project, modelVersion: version.id, since: since,
                errorLimit: errorLimit, auditsToFalseAlarm: auditsToFalseAlarm),
            var detector = ErrorRateDetector(
                limit: state.errorLimit, meanAuditsToFalseAlarm: state.auditsToFalseAlarm,
                n: state.audits, statistics: state.statistics)
        else { return [] }
        state.smallestPropensity = min(state.smallestPropensity, smallestRate)
        var alarms: [ConceptAlarm] = []
        var isChanged = false
        while true {
            let page = try store.decidedEvidence(
                project: project, from: state.since, to: settled, modelVersion: version.id,
                after: state.decidedAt, item: state.item, limit: Self.page)
            let audits = page.filter { $0.isAudit && $0.isWrong != nil && $0.propensity > 0 }
            let known = try store.decidedBefore(
                state.decidedAt, items: audits.map(\.item), project: project)
            for audit in audits where !known.contains(audit.item) {
                state.smallestPropensity = min(state.smallestPropensity, audit.propensity)
                detector.observe(
                    isWrong: audit.isWrong == true,
                    weightShare: state.smallestPropensity / audit.propensity)
                guard detector.alarms else { continue }
                alarms.append(
                    ConceptAlarm(
                        errorLimit: state.errorLimit, audits: detector.n,
                        evidence: detector.evidence))
                detector.restart()
            }
            guard let last = page.last, let decidedAt = last.decidedAt else { break }
            isChanged = true
            state.decidedAt = decidedAt
            state.item = last.item
            guard page.count == Self.page else { break }
        }
        guard isChanged else { return [] }
        state.audits = detector.n
        state.statistics = detector.statistics
        try store.store(
            state, isAlarmed: !alarms.isEmpty, project: project, modelVersion: version.id)
        for alarm in alarms { try raise(alarm) }
        return alarms
    }

    private func raise(_ alarm: ConceptAlarm) throws {
        let sentence =
            "\(version.version) is wrong more often than the limit of \(alarm.errorLimit) allows, "
            + "by \(alarm.audits) audits"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("model", version.version.model.text)
        writer.member("model_version", version.version.version.text)
        writer.member("sentence", sentence)
        writer.member("error_limit", alarm.errorLimit)
        writer.member("audits", alarm.audits)
        writer.member("evidence", alarm.evidence)
        writer.member("audits_to_false_alarm", auditsToFalseAlarm)
        writer.endObject()
        try store.insertAlarm(
            kind: "concept", signal: "audited_error", level: DriftSignal.Level.act.rawValue,
            detail: writer.bytes, project: project, modelVersion: version.id)
        // What was certified holds for data like its window, and these are not.
        try store.revokeCertificates(
            project: project, modelVersion: version.id, reason: sentence)
        try store.appendAuditEntry(
            .conceptAlarmed, reason: sentence, before: nil, after: writer.bytes,
            project: project, by: store.ensureActor(Store.serviceActor))
    }
}
