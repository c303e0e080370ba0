import SluiceDomain
import SluicePostgres
import SluiceStore

/// The projects as requests see them, remembered for a second.
///
/// A policy set on another instance is in force here within `lifetime`; one set here, at once.
public actor ProjectDirectory {
    private struct Entry {
        let context: ProjectContext
        let readAt: ContinuousClock.Instant
    }

    private let pool: ConnectionPool
    private let lifetime: Duration
    private var entries: [ProjectName: Entry] = [:]

    /// Reads through `pool` what is older than `lifetime`.
    public init(pool: ConnectionPool, lifetime: Duration = .seconds(1)) {
        self.pool = pool
        self.lifetime = lifetime
    }

    /// The project of that name.
    ///
    /// - Throws: `unknownProject` when there is none; `PostgresError`.
    public func context(_ text: String) async throws -> ProjectContext {
        guard let name = ProjectName(text) else { throw ReviewError.unknownProject(text) }
        if let entry = entries[name], entry.readAt.duration(to: .now) < lifetime {
            return entry.context
        }
        let readAt = ContinuousClock.now
        let record = try await pool.withSession { session in
            try Store(session).project(named: name)
        }
        guard let record else {
            entries[name] = nil
            throw ReviewError.unknownProject(text)
        }
        let context = try ProjectContext(
            record, modelVersions: entries[name]?.context.modelVersions ?? ModelVersionIDs())
        entries[name] = Entry(context: context, readAt: readAt)
        return context
    }

    /// Forgets a project, so that the next request reads it anew.
    public func forget(_ name: ProjectName) { entries[name] = nil }
}
