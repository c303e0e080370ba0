import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Whether the interval of the audited error lies above the limit, since the policy came into force.
///
/// ``ConceptWatch`` finds a rate that rises; this finds one that was too high from the start, by an
/// interval that holds at every look (``ConfidenceSequence``): a policy under which the rate is at the
/// limit is accused with a probability of at most 2.5 % in all. Audits that wait count as right. It
/// looks at the first ``mostAudits`` audits, and only where all are drawn at one rate; beyond, the watch
/// is there. Each time a policy comes into force it begins anew: so it does when a fallback is lifted.
struct LimitCheck {
    /// How many audits are looked at.
    static let mostAudits = 1000
    private static let sequence = ConfidenceSequence(shortestAfter: 200, alpha: 0.05)

    let store: Store
    let project: ProjectContext
    let version: SeenModelVersion
    let promise: Promise
    /// What was asked for until then is complete.
    let settled: Timestamp

    /// - Returns: what was done; nil mostly.
    func read() throws -> FallbackOutcome? {
        guard project.policy.isAutomating,
            let activation = try store.lastPolicyActivation(of: project.id),
            activation.version == project.policyVersion,
            !(try isKnown(since: activation.activatedAt)),
            !(try isActedOn(activation))
        else { return nil }
        let rates = try store.latestAudits(
            project: project.id, modelVersion: version.id, from: activation.activatedAt,
            until: settled, limit: Self.mostAudits)
        guard rates.count == 1, let audits = rates.first, audits.errors > 0,
            audits.audits + audits.disputed < Self.mostAudits
        else { return nil }
        let waiting = try store.conceptWatch(project: project.id, modelVersion: version.id)?.waiting
        let asked = audits.audits + max(waiting ?? 0, audits.disputed)
        let interval: Estimate
        do {
            interval = try Self.sequence.interval(for: Proportion(audits.errors, of: asked))
        } catch {
            return nil
        }
        guard interval.lo > promise.errorLimit else { return nil }
        return try raise(interval, audits: asked, activation)
    }

    /// Whether these audits have led to an alarm about the version already.
    private func isKnown(since activatedAt: Timestamp) throws -> Bool {
        let episode = try store.newestEpisodes(
            project: project.id, modelVersion: version.id, limit: 1
        ).first
        if let episode, episode.overAt == nil || episode.raisedAt >= activatedAt { return true }
        return project.policy.fallbacks.contains {
            $0.version == nil || $0.version == version.version
        }
    }

    private func isActedOn(_ activation: PolicyActivationRecord) throws -> Bool {
        try store.isActedOn(
            .errorLimit, of: version.id, subject: Int64(activation.number), project: project.id)
    }

    private func raise(
        _ interval: Estimate, audits: Int, _ activation: PolicyActivationRecord
    ) throws -> FallbackOutcome? {
        try store.lockProject(project.id)
        guard try store.lastPolicyActivation(of: project.id)?.number == activation.number,
            !(try isActedOn(activation))
        else { return nil }
        let sentence =
            "\(version.version) is wrong in \(Words.percent(interval.value)) "
            + "(\(Words.points(interval.lo)) to \(Words.points(interval.hi))) of its \(audits) "
            + "audits under policy \(activation.version), and the limit is "
            + "\(ShortNumber.percent(promise.errorLimit))"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("model", version.version.model.text)
        writer.member("model_version", version.version.version.text)
        writer.member("sentence", sentence)
        writer.member("error_limit", promise.errorLimit)
        writer.member("audits", audits)
        writer.member("value", interval.value)
        writer.member("lo", interval.lo)
        writer.member("hi", interval.hi)
        writer.member("method", interval.method.rawValue)
        writer.member("policy_version", activation.version)
        writer.endObject()
        try store.insertAlarm(
            kind: AlarmCause.errorLimit.rawValue, signal: "audited_error",
            level: DriftSignal.Level.act.rawValue, detail: writer.bytes, project: project.id,
            modelVersion: version.id)
        try store.appendAuditEntry(
            .errorLimitAlarmed, reason: sentence, before: nil, after: writer.bytes,
            project: project.id, by: store.ensureActor(Store.serviceActor))
        return try FallbackStep(store: store).respond(
            to: RaisedAlarm(
                cause: .errorLimit, modelVersionID: version.id, version: version.version,
                labels: promise.labels, subject: Int64(activation.number), reason: sentence,
                errorLimit: promise.errorLimit, evidenceFrom: activation.activatedAt),
            project: project.id)
    }
}
