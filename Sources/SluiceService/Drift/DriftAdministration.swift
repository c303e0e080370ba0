import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Changes what a project watches for drift.
public struct DriftAdministration: Sendable {
    let pool: ConnectionPool

    /// Works through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Changes what the document names, and leaves the rest as it is.
    ///
    /// All windows are made anew from the stored rows. Those that had ended before raise no alarm.
    ///
    /// - Returns: the settings in force.
    /// - Throws: `unknownField`, `invalidField`; `invalidParameter` for a reference of a version that
    ///   has sent nothing.
    public func change(
        _ document: JSONValue, of project: ProjectContext, by caller: Caller
    ) async throws -> DriftSettings {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let before = try store.driftSetting(project: project.id)
            let settings = try DriftSettings(
                document: document, base: DriftSettings(stored: before?.document))
            if case .arrivals(_, _, let version?) = settings.reference,
                try store.knownModelVersion(version, project: project.id) == nil
            {
                throw ReviewError.invalidField(
                    path: "reference", found: "\"\(version)\"",
                    accepted: "model and version of one that has sent predictions")
            }
            try store.putDriftSetting(
                settings.document, project: project.id, by: caller.actor)
            try store.appendAuditEntry(
                .driftChanged, reason: "", before: before?.document,
                after: settings.document, project: project.id, by: caller.actor)
            return settings
        }
    }
}
