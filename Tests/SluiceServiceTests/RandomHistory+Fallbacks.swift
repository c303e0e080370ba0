import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport

@testable import SluiceService

extension RandomHistory {
    /// What a policy may say of alarms.
    static let alarmActions = ["assist", "assist", "hold", "raise", "previous", "notify"]

    /// An alarm about one of the versions, or somebody who gives back what alarms took.
    mutating func fallBackOrLift() async throws {
        let project = try await service.project()
        if !project.policy.fallbacks.isEmpty, chance(0.4) {
            _ = try await service.administration.resumePolicy(
                reason: "mended", of: project, by: service.admin)
            return note("lifted")
        }
        let alarm = (
            subject: Int64(happened["alarmed", default: 0] + 1), cause: pick(AlarmCause.allCases),
            labels: chance(0.5) ? [ExactText(pick(Self.labels))] : nil, place: pick([0, 1, 2]),
            accept: chance(0.6) ? pick([0.7, 0.9]) : nil as Double?
        )
        note("alarmed")
        let outcomes = try await service.pool.transaction { session in
            let store = Store(session)
            let step = FallbackStep(store: store)
            let versions = try store.newestModelVersions(project: project.id, limit: 3)
            guard alarm.place < versions.count else { return [] as [FallbackOutcome] }
            let version = versions[alarm.place]
            guard
                let done = try step.respond(
                    to: RaisedAlarm(
                        cause: alarm.cause, modelVersionID: version.id, version: version.version,
                        labels: alarm.labels, subject: alarm.subject, reason: "it went wrong"),
                    project: project.id)
            else { return [] }
            guard done.asked == .raise,
                let raised = try step.raise(done.number, to: alarm.accept, project: project.id)
            else { return [done] }
            return [done, raised]
        }
        await service.directory.forget(service.name)
        for outcome in outcomes { note("alarm: \(outcome.taken.rawValue)") }
    }
}
