import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

extension Administration {
    /// The metadata by which a project's items are told apart in reports, as `metadata.source`.
    public func slices(of project: ProjectContext) async throws -> [String] {
        try await pool.withSession { session in try Store(session).slices(project: project.id) }
    }

    /// Tells a project's items apart by other metadata from now on, those that are there included.
    ///
    /// Everything is counted anew, which takes about a minute for ten million items; what comes
    /// meanwhile is counted as well. The same slices again change nothing.
    ///
    /// - Throws: `RollupsInUse`.
    public func change(
        slices: [String], of project: ProjectContext, by caller: Caller
    ) async throws {
        let before = try await self.slices(of: project)
        guard before.map(ExactText.init) != slices.map(ExactText.init).sorted() else { return }
        try await Rollups(pool: pool, logger: Logger(label: "sluice")).rebuild(
            project: project.id, slices: slices
        ) { store in
            try store.lockProject(project.id)
            try store.appendAuditEntry(
                .projectChanged, reason: "", before: AuditFacts.slices(before),
                after: AuditFacts.slices(slices), project: project.id, by: caller.actor)
        }
    }
}

extension AuditFacts {
    fileprivate static func slices(_ slices: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("slices")
        writer.array(slices) { $0.string($1) }
        writer.endObject()
        return writer.bytes
    }
}
