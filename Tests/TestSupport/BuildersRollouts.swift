import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore

extension TestService {
    /// Puts a rollout in force, by its document; nil ends the one there is.
    public func setRollout(_ document: String?) async throws {
        let project = try await project()
        if let document { _ = try Rollout(document: JSONValue(parsing: document)) }
        try await pool.transaction { session in
            _ = try Store(session).storeRollout(
                document.map { Array($0.utf8) }, reason: "test", project: project.id,
                by: admin.actor)
        }
        await directory.forget(name)
    }

    /// Makes every wait one that was over a second ago.
    public func lapseWaits() async throws {
        try await sql("UPDATE awaiting SET due_at = now() - interval '1 second'")
    }
}
