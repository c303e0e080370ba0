import SluiceDomain
import SluicePostgres
import SluiceStore

/// Recognises bearer tokens; what is recognised is remembered for two seconds.
public actor Authentication {
    private struct Entry {
        let caller: Caller
        let readAt: ContinuousClock.Instant
    }

    private static let lifetime: Duration = .seconds(2)
    private static let capacity = 10_000

    private let pool: ConnectionPool
    private var entries: [[UInt8]: Entry] = [:]

    /// Looks tokens up through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Whose token this is.
    ///
    /// The lookup is by SHA-256 of the whole token, so its time says nothing about how much of a
    /// guess was right.
    ///
    /// - Throws: `invalidToken`; `PostgresError`.
    public func caller(token: String) async throws -> Caller {
        let hash = TokenMint.hash(token)
        if let entry = entries[hash], entry.readAt.duration(to: .now) < Self.lifetime {
            return entry.caller
        }
        let readAt = ContinuousClock.now
        let caller = try await pool.withSession { session in
            try Store(session).caller(tokenHash: hash)
        }
        guard let caller else {
            entries[hash] = nil
            throw ReviewError.invalidToken
        }
        if entries.count >= Self.capacity { entries.removeAll() }
        entries[hash] = Entry(caller: caller, readAt: readAt)
        return caller
    }
}

extension Caller {
    /// Checks that the caller may do this in that project.
    ///
    /// - Throws: `notAllowed` for the role; `unknownProject` for a project the token is not for, as
    ///   if there were none of that name.
    public func require(_ permission: Role.Permission, project name: String?) throws {
        if let project, let name, project != name { throw ReviewError.unknownProject(name) }
        if project != nil, name == nil, permission == .administer {
            throw ReviewError.notAllowed(role: role, needs: "an admin token for all projects")
        }
        guard role.allows(permission) else {
            let roles = Role.allCases.filter { $0.allows(permission) }.map(\.rawValue)
            throw ReviewError.notAllowed(
                role: role, needs: "one of: " + roles.joined(separator: ", "))
        }
    }
}
