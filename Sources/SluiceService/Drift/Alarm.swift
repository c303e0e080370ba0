import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What a watch found about a version that does not hold any more.
///
/// The one place where alarms are written: into the alarms of the project and its audit log.
struct Alarm: Sendable {
    /// What was found.
    enum Finding: Sendable {
        /// A signal of a window that was closed.
        case drift(DriftAlarm, window: Int, from: Timestamp, to: Timestamp)
        /// The watch of audits has reached its level, which begins an episode.
        case concept(ConceptAlarm, episode: Int)
        /// The interval of audits under a policy lies above the limit.
        case errorLimit(Double, audits: Int, interval: Estimate, policyVersion: Int)
        /// A certificate has been expired for its grace.
        case expiry(certificate: Int, at: Timestamp)
        /// Items have waited in vain for the serving version.
        case silence(VersionSilence, answerWithinSeconds: Int)
    }

    /// The key of the version.
    let modelVersionID: Int64
    /// Its name.
    let version: ModelVersion
    /// What was found, in a sentence without a full stop.
    let sentence: String
    /// What was found.
    let finding: Finding

    /// Stores the alarm and says so in the audit log, as the service, in the caller's transaction.
    ///
    /// - Returns: its key.
    @discardableResult
    func raise(in project: Int64, _ store: Store) throws -> Int64 {
        let detail = detail
        let key = try store.insertAlarm(
            NewAlarm(
                kind: kind, signal: signal, level: level, detail: detail,
                modelVersionID: modelVersionID, episode: episode), project: project)
        try store.appendAuditEntry(
            action, reason: sentence, before: nil, after: detail, project: project,
            by: store.ensureActor(Store.serviceActor))
        return key
    }

    private var kind: AlarmKind {
        switch finding {
        case .drift: .drift
        case .concept: .concept
        case .errorLimit: .errorLimit
        case .expiry: .expiry
        case .silence: .silence
        }
    }

    private var signal: String {
        switch finding {
        case .drift(let alarm, _, _, _): alarm.signal.name
        case .concept, .errorLimit: "audited_error"
        case .expiry: "certificate"
        case .silence: "answers"
        }
    }

    private var level: AlarmLevel {
        switch finding {
        case .drift(let alarm, _, _, _): alarm.level == .act ? .act : .warn
        case .concept, .errorLimit, .expiry, .silence: .act
        }
    }

    private var episode: Int? {
        if case .concept(_, let episode) = finding { episode } else { nil }
    }

    private var action: AuditAction {
        switch finding {
        case .drift: .driftAlarmed
        case .concept: .conceptAlarmed
        case .errorLimit: .errorLimitAlarmed
        case .expiry: .certificateExpired
        case .silence: .versionFellSilent
        }
    }

    /// The figures as one JSON object.
    private var detail: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("model", version.model.text)
        writer.member("model_version", version.version.text)
        writer.member("sentence", sentence)
        switch finding {
        case .drift(let alarm, let window, let from, let to):
            writer.member("window", window)
            writer.member("from", from.rfc3339)
            writer.member("to", to.rfc3339)
            writer.key("signal")
            alarm.signal.write(to: &writer, alarm: alarm.level)
        case .concept(let alarm, let episode):
            alarm.write(episode: episode, to: &writer)
        case .errorLimit(let limit, let audits, let interval, let policyVersion):
            writer.member("error_limit", limit)
            writer.member("audits", audits)
            writer.member("value", interval.value)
            writer.member("lo", interval.lo)
            writer.member("hi", interval.hi)
            writer.member("method", interval.method.rawValue)
            writer.member("policy_version", policyVersion)
        case .expiry(let certificate, let at):
            writer.member("certificate", certificate)
            writer.member("expired_at", at.rfc3339)
        case .silence(let silence, let seconds):
            writer.member("unanswered", silence.unanswered)
            writer.member("since", silence.since.rfc3339)
            writer.member("answer_within_seconds", seconds)
        }
        writer.endObject()
        return writer.bytes
    }
}
