import SluicePostgres
import SluiceStore

/// Why the service cannot do its work.
public enum ReadinessProblem: Sendable, Hashable, CustomStringConvertible {
    /// The database does not answer.
    case noAnswer
    /// These settings of the database, which are off, let it lose commits in a crash.
    case lossy(settings: [String])

    /// The problem in a sentence.
    public var description: String {
        switch self {
        case .noAnswer: "the database does not answer"
        case .lossy(let settings):
            "the database may lose commits: \(settings.joined(separator: ", ")) is off"
        }
    }
}

/// Whether the service can do its work now.
///
/// Anybody may ask, so those who ask at once share one look at the database.
public actor Readiness {
    private let pool: ConnectionPool
    private var look: Task<ReadinessProblem?, Never>?

    /// Asks through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Asks the database, for at most two seconds.
    ///
    /// - Returns: why the service is not ready; nil when it is.
    public func problem() async -> ReadinessProblem? {
        if let look { return await look.value }
        let look = Task { await self.ask() }
        self.look = look
        defer { self.look = nil }
        return await look.value
    }

    private func ask() async -> ReadinessProblem? {
        do {
            let lossy = try await pool.withSession { session in
                session.deadline = .now + .seconds(2)
                let store = Store(session)
                try store.probe()
                return try store.settingsThatLoseCommits()
            }
            return lossy.isEmpty ? nil : .lossy(settings: lossy)
        } catch {
            return .noAnswer
        }
    }
}
