import SluiceDomain
import SluicePostgres
import SluiceStore

/// The projects as requests see them, remembered for a second.
///
/// What is changed here is in force here at once. What another instance changes is, as soon as
/// `ChangeFollower` hears of it, and within `lifetime` when it cannot.
public actor ProjectDirectory {
    private struct Entry {
        let context: ProjectContext
        let readAt: ContinuousClock.Instant
        var isStale = false
    }

    /// What an instance holds of a project.
    public struct Held: Sendable, Hashable {
        /// The project's name.
        public let name: String
        /// The policy in force, as far as this instance knows.
        public let policyVersion: Int
        /// The rollout in force, as far as this instance knows; nil when there is none.
        public let rolloutRevision: Int?
        /// What alarms have taken from the model, as far as this instance knows; a sentence each.
        public let fallbacks: [String]
    }

    private let pool: ConnectionPool
    private let lifetime: Duration
    private var entries: [ProjectName: Entry] = [:]
    /// How often something was forgotten: a read that began before is not to be remembered.
    private var changes = 0

    /// Reads through `pool` what is older than `lifetime`.
    public init(pool: ConnectionPool, lifetime: Duration = .seconds(1)) {
        self.pool = pool
        self.lifetime = lifetime
    }

    /// The project of that name, as it stood after the last `forget`.
    ///
    /// - Throws: `unknownProject` when there is none; `PostgresError`.
    public func context(_ text: String) async throws -> ProjectContext {
        guard let name = ProjectName(text) else { throw ReviewError.unknownProject(text) }
        if let entry = entries[name], !entry.isStale,
            entry.readAt.duration(to: .now) < lifetime
        {
            return entry.context
        }
        return try await read(name)
    }

    private func read(_ name: ProjectName) async throws -> ProjectContext {
        while true {
            let known = changes
            let readAt = ContinuousClock.now
            let held = entries[name]?.context
            let found = try await pool.withSession { session in
                let store = Store(session)
                return try store.project(named: name).map { record in
                    // Another project may have the name of one that was deleted.
                    let same = held.flatMap { $0.id == record.id ? $0 : nil }
                    return (
                        record: record, same: same,
                        calibration: try CalibrationMaps.read(
                            record, after: same?.calibration, store)
                    )
                }
            }
            // Something changed meanwhile, and this may be how it was before.
            guard known == changes else { continue }
            guard let found else {
                entries[name] = nil
                throw ReviewError.unknownProject(name.text)
            }
            let context = try ProjectContext(
                found.record, calibration: found.calibration, after: found.same)
            entries[name] = Entry(context: context, readAt: readAt)
            return context
        }
    }

    /// Forgets a project, so that the next request reads it anew.
    public func forget(_ name: ProjectName) {
        changes += 1
        entries[name]?.isStale = true
    }

    /// Reads a project anew, when this instance holds it.
    ///
    /// - Throws: `PostgresError`; the next request reads it then.
    func refresh(_ name: ProjectName) async throws {
        guard entries[name] != nil else { return }
        forget(name)
        do {
            _ = try await read(name)
        } catch ReviewError.unknownProject {
            // It is gone, and not held any more.
        }
    }

    /// Reads every project anew that this instance holds.
    ///
    /// - Throws: `PostgresError`; the next requests read what is left then.
    func refreshAll() async throws {
        for name in entries.keys { forget(name) }
        for name in entries.keys { try await refresh(name) }
    }

    /// What this instance holds, by name.
    public func held() -> [Held] {
        entries.values.map { entry in
            let project = entry.context
            return Held(
                name: project.name.text, policyVersion: project.policyVersion,
                rolloutRevision: project.rolloutRevision,
                fallbacks: project.policy.fallbacks.map { $0.summary(in: project.labels) })
        }.sorted { $0.name < $1.name }
    }
}
