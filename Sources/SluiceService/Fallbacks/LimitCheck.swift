import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Whether the interval of the audited error lies above the limit, since the policy came into force.
///
/// ``ConceptWatch`` finds a rate that rises; this finds one that was too high from the start, by an
/// interval that holds at every look (``AuditedError/sequence(_:rates:level:)``): a policy under which
/// the rate is at the limit is accused with a probability of at most 2.5 % in all. Audits drawn at
/// several rates are weighed by the items accepted at each, as the report weighs them. Audits that wait
/// count as right. It looks at the first ``mostAudits`` audits; beyond, the watch is there. Each time a
/// policy comes into force it begins anew: so it does when a fallback is lifted.
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
        let audits = try store.auditPage(
            project: project.id, modelVersion: version.id, after: activation.activatedAt, item: 0,
            before: settled, limit: Self.mostAudits)
        guard audits.count < Self.mostAudits else { return nil }
        var strata = Self.strata(audits)
        guard var interval = interval(strata), interval.lo > promise.errorLimit else { return nil }
        if strata.count > 1 {
            // So far by how many items so many audits stand for; now by those there are.
            let items = try acceptedItems(since: activation.activatedAt)
            for index in strata.indices {
                strata[index].items = max(
                    items[strata[index].propensity] ?? 0, strata[index].drawn)
            }
            guard let weighed = self.interval(strata), weighed.lo > promise.errorLimit else {
                return nil
            }
            interval = weighed
        }
        return try raise(interval, audits: strata.reduce(0) { $0 + $1.drawn }, activation)
    }

    /// The audits by the rate they were drawn at; those that wait are counted as disputed.
    private static func strata(_ audits: [AuditRow]) -> [AuditedError.Stratum] {
        var strata: [Double: AuditedError.Stratum] = [:]
        for audit in audits where audit.propensity > 0 {
            var stratum = strata[audit.propensity] ?? .init(propensity: audit.propensity)
            if let isWrong = audit.isWrong {
                stratum.audits += 1
                stratum.errors += isWrong ? 1 : 0
            } else if audit.isDecided {
                // Unusable input and "cannot tell" say nothing about the label.
                continue
            } else {
                stratum.open += 1
                stratum.disputed += 1
            }
            stratum.drawn += 1
            stratum.items = max(
                Int((Double(stratum.drawn) / stratum.propensity).rounded()), stratum.drawn)
            strata[audit.propensity] = stratum
        }
        return strata.values.sorted { $0.propensity < $1.propensity }
    }

    /// The interval that holds at every look; nil while too little is audited.
    private func interval(_ strata: [AuditedError.Stratum]) -> Estimate? {
        let answered = strata.reduce(0) { $0 + $1.audits }
        let errors = strata.reduce(0) { $0 + $1.errors }
        guard errors > 0 else { return nil }
        do {
            return try AuditedError(strata, wrongShare: Double(errors) / Double(answered))
                .sequence(Self.sequence, rates: project.policy.auditRates.count)
        } catch {
            return nil
        }
    }

    /// How many items the version has decided under the policy in force, by their audit rate.
    private func acceptedItems(since activatedAt: Timestamp) throws -> [Double: Int] {
        let now = try store.currentTime()
        var scope = try ReportWindow(
            from: activatedAt, to: now, now: now, createdAt: project.record.createdAt,
            project: project.id, store
        ).scope()
        scope.modelVersions = [version.id]
        return try store.arrivalCounts(
            scope, overdueBefore: project.policy.audits.overdueBefore(now)
        ).reduce(into: [:]) { items, count in
            guard count.route.answersWithLabel, count.policyVersion == project.policyVersion
            else { return }
            items[count.propensity, default: 0] += count.count
        }
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
        let alarm = Alarm(
            modelVersionID: version.id, version: version.version,
            sentence:
                "\(version.version) is wrong in \(Words.percent(interval.value)) "
                + "(\(Words.points(interval.lo)) to \(Words.points(interval.hi))) of its \(audits) "
                + "audits under policy \(activation.version), and the limit is "
                + "\(ShortNumber.percent(promise.errorLimit))",
            finding: .errorLimit(
                promise.errorLimit, audits: audits, interval: interval,
                policyVersion: activation.version))
        try alarm.raise(in: project.id, store)
        return try FallbackStep(store: store).respond(
            to: RaisedAlarm(
                .errorLimit, alarm, subject: Int64(activation.number), promise,
                evidenceFrom: activation.activatedAt), project: project.id)
    }
}
