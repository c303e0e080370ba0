import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// The revision a change was thought of for.
public enum RolloutBase: Hashable, Sendable {
    /// Whatever is in force.
    case any
    /// This one; nil for no rollout.
    case revision(Int?)
}

/// Changes rollouts: one after the other, announced to every instance, and in the audit log.
public struct RolloutChanges: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory

    /// Works through `pool` and keeps `directory` fresh.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Changes the rollout of a project.
    ///
    /// When this returns, every route that this instance begins follows the change; other instances
    /// hear of it at once, or within a second.
    ///
    /// - Returns: the revision that is stored; its document is nil when the rollout was ended.
    /// - Throws: `rolloutChanged` when another revision than `base` is in force; `rolloutRefused`
    ///   when the rollout cannot change so. Nothing changes then.
    public func apply(
        _ change: RolloutChange, base: RolloutBase, reason: String, to project: ProjectContext,
        by caller: Caller
    ) async throws -> RolloutRecord {
        let record = try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let inForce = try store.rolloutInForce(project: project.id)
            if case .revision(let base) = base, base != inForce?.revision {
                throw ReviewError.rolloutChanged(base: base, inForce: inForce?.revision)
            }
            let before = try inForce?.document.map {
                try Rollout(document: JSONValue(parsing: $0))
            }
            let after: Rollout?
            let action: AuditAction
            do {
                (after, action) = try change.applied(
                    to: before, seen: store.seenModelVersions(project: project.id, limit: 100),
                    at: store.currentTime())
            } catch let error as RolloutError {
                throw ReviewError.rolloutRefused(error)
            }
            return try store.changeRollout(
                from: inForce, to: after, action, reason: reason, project: project.id,
                name: project.name, by: caller)
        }
        await directory.forget(project.name)
        return record
    }

    /// Every revision of a project's rollout, newest first.
    public func history(of project: ProjectContext) async throws -> [RolloutRecord] {
        try await pool.withSession { session in try Store(session).rollouts(of: project.id) }
    }
}

extension Store {
    /// Stores a rollout, says so in the audit log, and tells every instance when the transaction
    /// commits; the caller holds the project.
    func changeRollout(
        from before: RolloutRecord?, to after: Rollout?, _ action: AuditAction, reason: String,
        project: Int64, name: ProjectName, by caller: Caller
    ) throws(PostgresError) -> RolloutRecord {
        let document = after?.document
        let stored = try storeRollout(
            document, reason: reason, project: project, by: caller.actor)
        try appendAuditEntry(
            action, reason: reason, before: before?.document, after: document, project: project,
            by: caller.actor)
        try announceChange(of: name)
        return RolloutRecord(
            revision: stored.revision, document: document, reason: reason,
            createdAt: stored.createdAt, createdBy: caller.name)
    }
}
