import SluiceDomain
import SluicePostgres
import SluiceStore

extension DriftAdministration {
    /// Closes the episode of a concept alarm, and says so in the audit log.
    ///
    /// Evidence counts anew: only audits that are asked for from now on lead to another episode. What was
    /// done about the alarm stays until `resumePolicy`. Closing one that is over changes nothing.
    ///
    /// - Returns: the episode as it stands, and the numbers of the fallbacks about its version that stand.
    /// - Throws: `unknownEpisode`.
    public func closeEpisode(
        _ number: Int, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> (episode: FoundEpisode, fallbacks: [Int]) {
        try await pool.transaction { session in
            let store = Store(session)
            func find() throws -> FoundEpisode {
                guard let episode = try store.episode(number, project: project.id) else {
                    throw ReviewError.unknownEpisode(number: "\(number)")
                }
                return episode
            }
            var episode = try find()
            // The watch before the project, as whoever reads audits takes them.
            try store.lockConceptWatch(project: project.id, modelVersion: episode.version.id)
            try store.lockProject(project.id)
            let episodes = ConceptEpisodes(
                store: store, project: project.id, version: episode.version)
            if try episodes.end(episode.record, .closed, by: caller.actor, reason) {
                try store.restartConceptWatch(
                    project: project.id, modelVersion: episode.version.id,
                    since: store.currentTime())
            }
            episode = try find()
            let fallbacks = try store.fallbacks(of: project.id, onlyStanding: true)
                .filter { $0.modelVersionID == episode.version.id }
            return (episode: episode, fallbacks: fallbacks.map(\.number).sorted())
        }
    }
}
