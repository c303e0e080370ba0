import SluicePostgres
import SluiceStore

/// Reads who changed what, and why.
public struct AuditLog: Sendable {
    private let pool: ConnectionPool

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The entries after a key, oldest first; without one the newest, oldest first too.
    public func entries(
        of project: ProjectContext, after: Int64?, limit: Int
    ) async throws -> [AuditRecord] {
        try await pool.withSession { session in
            try Store(session).auditEntries(project: project.id, after: after, limit: limit)
        }
    }
}
