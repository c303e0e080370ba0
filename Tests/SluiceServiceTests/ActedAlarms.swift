import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

extension TestService {
    /// Acts on an alarm about the newest version, as a watch would.
    func actOnAlarm(
        _ cause: AlarmCause, subject: Int64 = 1, labels: [String]? = nil,
        reason: String = "it went wrong"
    ) async throws -> FallbackOutcome? {
        let project = try await project()
        let outcome = try await pool.transaction { session in
            let store = Store(session)
            let version = try #require(
                try store.newestModelVersions(project: project.id, limit: 1).first)
            return try FallbackStep(store: store).respond(
                to: RaisedAlarm(
                    cause: cause, modelVersionID: version.id, version: version.version,
                    labels: labels.map { $0.map(ExactText.init) }, subject: subject,
                    reason: reason), project: project.id)
        }
        await directory.forget(name)
        return outcome
    }
}
