import SluiceDomain
import SluicePostgres
import SluiceStore

/// Refuses names in questions that nothing in the project has: their answer would be empty, and look as if
/// there were nothing.
public enum NameCheck {
    /// How many versions are looked through for the one that was meant.
    private static let versions = 1000

    /// - Throws: `unknownName` for what is no label; nil passes.
    public static func label(_ name: String?, of project: ProjectContext) throws(ReviewError) {
        guard let name, project.labels.resolve(name) == nil else { return }
        throw .unknownName(
            UnknownName(.label, name, among: project.labels.all.lazy.map(\.name)))
    }

    /// The refusal of a model, or of a version of it, that has sent nothing.
    static func refusal(
        model: String?, version: String?, project: Int64, _ store: Store
    ) throws(PostgresError) -> ReviewError {
        let known = try store.newestModelVersions(project: project, limit: versions).map(\.version)
        let models = known.map(\.model.text)
        let isKnown = model.map { name in models.contains { ExactText($0) == ExactText(name) } }
        guard let version, isKnown ?? true else {
            return .unknownName(UnknownName(.model, model ?? "", among: models))
        }
        let siblings = known.filter { model == nil || $0.model == ExactText(model ?? "") }
        return .unknownName(UnknownName(.version, version, among: siblings.map(\.version.text)))
    }

    /// - Throws: `unknownName` for a name that nobody has; nil passes.
    static func reviewer(_ name: String?, project: Int64, _ store: Store) throws {
        guard let name, try store.actor(named: name) == nil else { return }
        throw try refusal(reviewer: name, project: project, store)
    }

    /// The refusal of a reviewer.
    static func refusal(
        reviewer name: String, project: Int64, _ store: Store
    ) throws(PostgresError) -> ReviewError {
        .unknownName(
            UnknownName(
                .reviewer, name, among: try store.reviewerStandings(project: project).map(\.name)))
    }
}
