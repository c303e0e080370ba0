import SluiceService
import SluiceStore
import Testing

extension TestService {
    /// Expects that the rollups are what a recount of the rows says, before and after they are folded,
    /// and after they were made anew.
    public func checkRollups(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let project = try await project().id
        let before = try await rollups.check(project: project)
        #expect(before.isEmpty, "with what is not folded", sourceLocation: sourceLocation)
        try await rollups.fold(project: project)
        #expect(try await sql("SELECT count(*) FROM appended_move") == "0")
        let after = try await rollups.check(project: project)
        #expect(after.isEmpty, "folded", sourceLocation: sourceLocation)
        try await rollups.rebuild(project: project)
        let anew = try await rollups.check(project: project)
        #expect(anew.isEmpty, "made anew", sourceLocation: sourceLocation)
    }
}
