import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The episodes of one version: an alarm begins one, and there is no other alarm until it is over.
///
/// It is over when ``AuditWatch/recoveryAudits(limit:)`` audits after the last crossing brought no
/// further one and the share of wrong or disputed ones among them is within the limit; when the policy
/// has another limit, or none; and when a person closes it. The next crossing then begins another.
///
/// All of it happens in the caller's transaction, which holds the watch of the version.
struct ConceptEpisodes {
    let store: Store
    let project: Int64
    let version: SeenModelVersion

    /// Begins an episode: stores it, raises its alarm, revokes what was certified.
    ///
    /// Then what the policy says about alarms is done, where something was promised.
    ///
    /// - Returns: its number, and what was done; nil where nothing was promised.
    @discardableResult
    func begin(_ alarm: ConceptAlarm) throws -> (number: Int, fallback: FallbackOutcome?) {
        try store.lockProject(project)
        // Before its certificate is revoked.
        let promise = try Promise.inForce(of: version.version, project: project, store)
        let number = try store.insertEpisode(
            errorLimit: alarm.errorLimit, project: project, modelVersion: version.id)
        let raised = Alarm(
            modelVersionID: version.id, version: version.version,
            sentence: alarm.sentence(of: version.version),
            finding: .concept(alarm, episode: number))
        let key = try raised.raise(in: project, store)
        // What was certified holds for data like its window, and these are not.
        try store.revokeCertificates(
            project: project, modelVersion: version.id, reason: raised.sentence)
        guard let promise else { return (number, nil) }
        let fallback = try FallbackStep(store: store).respond(
            to: RaisedAlarm(
                .concept, raised, subject: key, promise, evidenceFrom: alarm.present.firstAt),
            project: project)
        return (number, fallback)
    }

    /// Ends an episode, and says so in the audit log.
    ///
    /// What its end causes begins here.
    ///
    /// - Parameter actor: who closes it; nil where nobody does.
    /// - Returns: whether it stood until now.
    @discardableResult
    func end(
        _ episode: EpisodeRecord, _ reason: EpisodeEnd, by actor: Int64? = nil, _ words: String
    ) throws -> Bool {
        guard try store.endEpisode(episode.number, reason, by: actor, project: project) else {
            return false
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("model", version.version.model.text)
        writer.member("model_version", version.version.version.text)
        writer.member("episode", episode.number)
        writer.member("raised_at", episode.raisedAt.rfc3339)
        writer.member("over_reason", reason.rawValue)
        writer.endObject()
        try store.appendAuditEntry(
            .conceptOver, reason: words, before: nil, after: writer.bytes, project: project,
            by: try actor ?? store.ensureActor(Store.serviceActor))
        return true
    }

    /// The episode that is not over; nil when there is none.
    func standing() throws -> EpisodeRecord? {
        try store.standingEpisode(project: project, modelVersion: version.id)
    }

    /// Ends what stands about another limit than the policy has now; nil for none.
    func endOthers(than limit: Double?) throws {
        guard let standing = try standing(), standing.errorLimit != limit else { return }
        try end(
            standing, .limitChanged,
            limit.map { "the limit is \(ShortNumber.percent($0)) now" } ?? "there is no limit now")
    }
}

extension ConceptAlarm {
    /// What is said of it, in one sentence.
    func sentence(of version: ModelVersion) -> String {
        "\(version) is wrong more often than the limit of \(ShortNumber.percent(errorLimit)) "
            + "allows: \(present.words)"
    }

    /// Writes the figures as members of an object.
    func write(episode: Int, to writer: inout JSONWriter) {
        writer.member("advice", Self.advice)
        writer.member("episode", episode)
        writer.member("error_limit", errorLimit)
        writer.member("audits", audits)
        writer.member("evidence", evidence)
        writer.member("audits_to_false_alarm", auditsToFalseAlarm)
        writer.key("present")
        present.write(to: &writer)
    }

    /// What to do about it.
    private static let advice =
        "sluice errors says where it is wrong; sluice policy rollback takes back thresholds, sluice "
        + "rollout rollback a version; in degree assist people decide everything"
}

extension PresentError {
    /// Writes the rate with what it is of.
    func write(to writer: inout JSONWriter) {
        figure.write(to: &writer) { writer in
            writer.member("audits", audits)
            writer.member("audits_disputed", disputed)
            writer.member("since", firstAt?.rfc3339)
        }
    }
}
