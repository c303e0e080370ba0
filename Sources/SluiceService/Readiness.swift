import SluicePostgres
import SluiceStore

/// Whether the service can do its work now.
public struct Readiness: Sendable {
    private let pool: ConnectionPool

    /// Asks through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Asks the database, for at most two seconds.
    ///
    /// - Returns: why the service is not ready; nil when it is.
    public func problem() async -> String? {
        do {
            let lossy = try await pool.withSession { session in
                session.deadline = .now + .seconds(2)
                let store = Store(session)
                try store.probe()
                return try store.settingsThatLoseCommits()
            }
            return lossy.isEmpty
                ? nil : "the database may lose commits: \(lossy.joined(separator: ", ")) is off"
        } catch {
            return "the database does not answer"
        }
    }
}
