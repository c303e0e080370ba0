import SluiceDomain
import SluiceJSON
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
        if found == nil, let asked, version != nil {
            throw try await pool.withSession { session in
                try NameCheck.refusal(
                    model: asked.model.text, version: asked.version.text, project: project.id,
                    Store(session))
            }
        }
        guard let found else {
            throw ReviewError.invalidParameter(
                name: "version", found: asked.map { "\"\($0)\"" } ?? "nothing",
                accepted: "model and version of one that has sent predictions")
        }
        return WatchedVersion(id: found.0, version: found.1, now: now)
    }

    /// The window asked for; without an end up to now, without a beginning as long as calibration
    /// looks back.
    ///
    /// - Throws: `invalidParameter` for a window that ends before it begins.
    func window(
        from: Timestamp?, to: Timestamp?
    ) throws(ReviewError) -> (from: Timestamp, to: Timestamp) {
        let to = to ?? Timestamp(microseconds: now.microseconds + 1)
        let from = from ?? Timestamp(microseconds: to.microseconds - Calibrating.window)
        guard from < to else {
            throw .invalidParameter(
                name: "from", found: from.rfc3339, accepted: "a time before \(to.rfc3339)")
        }
        return (from, to)
    }

    /// Writes what an answer is about as members of the object that is open.
    func writeHead(
        of project: ProjectContext, from: Timestamp, to: Timestamp, to writer: inout JSONWriter
    ) {
        writer.member("project", project.name.text)
        writer.member("model", version.model.text)
        writer.member("model_version", version.version.text)
        writer.window(from: from, to: to)
        writer.member("as_of", now.rfc3339)
    }
}
