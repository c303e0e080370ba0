import SluiceDomain
import SluicePostgres
import SluiceStore

/// The version that a question about calibration or drift is about.
struct WatchedVersion: Sendable {
    /// Its key.
    let id: Int64
    /// Its name.
    let version: ModelVersion
    /// The database's clock.
    let now: Timestamp

    /// The version asked for; without one the serving version of the rollout, and without a rollout
    /// the one that last sent its first prediction.
    ///
    /// - Throws: `invalidParameter` when there is none, or it has sent nothing.
    static func find(
        _ version: ModelVersion?, of project: ProjectContext, through pool: ConnectionPool
    ) async throws -> WatchedVersion {
        let asked = version ?? project.rollout?.serving
        let (found, now) = try await pool.withSession { session in
            let store = Store(session)
            let now = try store.currentTime()
            guard let asked else {
                let newest = try store.newestModelVersions(project: project.id, limit: 1).first
                return (newest.map { ($0.id, $0.version) }, now)
            }
            return (
                try store.knownModelVersion(asked, project: project.id).map { ($0, asked) }, now
            )
        }
        guard let found else {
            throw ReviewError.invalidParameter(
                name: "version", found: asked.map { "\"\($0)\"" } ?? "nothing",
                accepted: "model and version of one that has sent predictions")
        }
        return WatchedVersion(id: found.0, version: found.1, now: now)
    }

    /// - Throws: `invalidParameter` for a window that ends before it begins.
    func check(from: Timestamp, to: Timestamp) throws(ReviewError) {
        guard from < to else {
            throw .invalidParameter(
                name: "from", found: from.rfc3339, accepted: "a time before \(to.rfc3339)")
        }
    }
}
