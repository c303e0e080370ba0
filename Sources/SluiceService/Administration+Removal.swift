import SluiceDomain
import SluicePostgres
import SluiceStore

extension ProjectContext {
    /// Checks that the project takes predictions and gives out work.
    ///
    /// - Throws: `projectArchived`.
    public func requireActive() throws(ReviewError) {
        guard record.archivedAt == nil else { throw .projectArchived(name.text) }
    }
}

extension Administration {
    /// Has a project take no predictions and give out no work; everything can still be read, and what
    /// somebody has leased can still be answered.
    ///
    /// Archiving what is archived changes nothing.
    public func archive(
        _ project: ProjectContext, reason: String, by caller: Caller
    ) async throws -> ProjectContext {
        try await change(project, .projectArchived, reason, caller) { store in
            try store.archiveProject(project.id)
        }
    }

    /// Takes an archived project up again.
    public func unarchive(
        _ project: ProjectContext, reason: String, by caller: Caller
    ) async throws -> ProjectContext {
        try await change(project, .projectUnarchived, reason, caller) { store in
            try store.unarchiveProject(project.id)
        }
    }

    private func change(
        _ project: ProjectContext, _ action: AuditAction, _ reason: String, _ caller: Caller,
        _ change: @escaping @Sendable (Store) throws -> Bool
    ) async throws -> ProjectContext {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            guard try change(store) else { return }
            try store.appendAuditEntry(
                action, reason: reason, before: nil, after: nil, project: project.id,
                by: caller.actor)
            try store.announceChange(of: project.name)
        }
        await directory.forget(project.name)
        return try await directory.context(project.name.text)
    }

    /// Deletes an archived project for good.
    ///
    /// At once nobody finds it any more, its name is free, and tokens that were good for it alone are
    /// revoked. `ProjectRemoval` then removes its rows.
    ///
    /// - Parameter confirmation: the project's name once more, byte by byte.
    /// - Throws: `invalidParameter` for another name; `projectNotArchived`.
    public func delete(
        _ project: ProjectContext, confirmedBy confirmation: String, reason: String,
        by caller: Caller
    ) async throws {
        guard ExactText(confirmation) == ExactText(project.name.text) else {
            throw ReviewError.invalidParameter(
                name: "name",
                found: confirmation.isEmpty ? "missing" : "\"\(confirmation.prefix(80))\"",
                accepted: "the project's name once more: \(project.name.text)")
        }
        let isDeleted = try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            guard
                try store.deleteProject(
                    project.id, named: project.name, reason: reason, by: caller.actor)
            else { return false }
            try store.announceChange(of: project.name)
            return true
        }
        await directory.forget(project.name)
        guard isDeleted else {
            // Not archived, or deleted by somebody else meanwhile: then it is unknown.
            _ = try await directory.context(project.name.text)
            throw ReviewError.projectNotArchived(project.name.text)
        }
    }

    /// The projects that were deleted last, the newest first.
    public func removals(limit: Int) async throws -> [RemovalRecord] {
        try await pool.withSession { session in try Store(session).removals(limit: limit) }
    }
}
