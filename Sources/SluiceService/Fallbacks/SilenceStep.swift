import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Raises the alarm when the serving version of a rollout has fallen silent.
///
/// Silent is a version that has let ten items in a row wait for longer than `answer_within_seconds` and
/// sent nothing itself for as long. Where the other version then decides, it does so under thresholds
/// that were promised for the silent one: what the policy says about alarms is done to the other.
/// Without a rollout no version is expected to answer, and none can be silent.
struct SilenceStep {
    /// How many items in a row must have waited in vain.
    static let leastUnanswered = 10

    let store: Store
    let project: ProjectContext

    /// Counts items that have waited in vain for the serving version.
    ///
    /// - Returns: what was done, when this is the alarm.
    func note(_ unanswered: Int) throws -> FallbackOutcome? {
        guard let rollout = project.rollout,
            let key = try store.knownModelVersion(rollout.serving, project: project.id)
        else { return nil }
        // Before the count, as who lifts a fallback does.
        try store.lockProject(project.id)
        let silence = try store.noteUnanswered(
            unanswered, by: key, within: rollout.answerWithinSeconds, project: project.id)
        guard silence.unanswered >= Self.leastUnanswered, !silence.isAlarmed else { return nil }
        let sentence =
            "\(rollout.serving) has fallen silent: \(silence.unanswered) items in a row waited "
            + "\(rollout.answerWithinSeconds) s for it in vain"
        try store.noteSilenceAlarmed(modelVersion: key, project: project.id)
        let alarm = Alarm(
            modelVersionID: key, version: rollout.serving, sentence: sentence,
            finding: .silence(silence, answerWithinSeconds: rollout.answerWithinSeconds))
        let number = try alarm.raise(in: project.id, store)
        guard rollout.letsOtherDecide, let other = rollout.candidate,
            let promise = try Promise(
                project.policy, of: rollout.serving, labels: project.labels,
                project: project.id, store)
        else { return nil }
        return try FallbackStep(store: store).respond(
            to: RaisedAlarm(.silence, alarm, stopping: other, subject: number, promise),
            project: project.id)
    }
}
