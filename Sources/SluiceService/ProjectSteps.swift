import Logging
import SluiceDomain

/// What background work does in one project after the other: a project in which it fails is logged, and
/// the others go on.
struct ProjectSteps: Sendable {
    /// What is logged of a project in which it fails.
    let complaint: String
    let logger: Logger

    /// Takes a step for each piece of work.
    ///
    /// - Parameter step: returns nil where nothing was to be done.
    /// - Returns: what was done, in order, with the name of the project.
    func take<Work, Done>(
        _ work: [Work], in project: (Work) -> String,
        _ step: (Work, ProjectName) async throws -> Done?
    ) async -> [(project: String, done: Done)] {
        var results: [(project: String, done: Done)] = []
        for piece in work {
            if Task.isCancelled { break }
            let name = project(piece)
            do {
                guard let known = ProjectName(name), let done = try await step(piece, known)
                else { continue }
                results.append((project: name, done: done))
            } catch {
                logger.warning(
                    "\(complaint)", metadata: ["project": "\(name)", "error": "\(error)"])
            }
        }
        return results
    }
}
