import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Creates and changes projects, policies and tokens.
public struct Administration: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory

    /// Works through `pool` and keeps `directory` fresh.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Creates a project whose first policy is `Policy.standard`: people decide everything.
    public func createProject(
        _ name: ProjectName, labels: LabelSet, guidelines: String, tags: TagList = .none,
        by actor: Int64
    ) async throws -> ProjectContext {
        let salts = Dictionary(
            uniqueKeysWithValues: Salt.Purpose.allCases.map {
                ($0, Salt(id: 1, secret: TokenMint.secret()))
            })
        let document = Policy.standard.document
        try await pool.transaction { session in
            let store = Store(session)
            let project = try store.createProject(
                name, labels: labels, guidelines: guidelines, tags: tags, salts: salts,
                policy: document, by: actor)
            try store.appendAuditEntry(
                .projectCreated, reason: "", before: nil,
                after: AuditFacts.policy(version: 1, Policy.standard), project: project, by: actor)
            try store.announceChange(of: name)
        }
        await directory.forget(name)
        return try await directory.context(name.text)
    }

    /// Replaces the guidelines, the error tags or both; nil leaves what is there.
    public func change(
        guidelines: String?, tags: TagList?, of project: ProjectContext, by caller: Caller
    ) async throws -> ProjectContext {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            guard let before = try store.project(named: project.name) else {
                throw ReviewError.unknownProject(project.name.text)
            }
            try store.updateProject(guidelines: guidelines, tags: tags, project: project.id)
            try store.appendAuditEntry(
                .projectChanged, reason: "",
                before: AuditFacts.project(
                    guidelines: guidelines.map { _ in before.guidelines },
                    tags: tags.map { _ in before.tags }),
                after: AuditFacts.project(guidelines: guidelines, tags: tags),
                project: project.id, by: caller.actor)
            try store.announceChange(of: project.name)
        }
        await directory.forget(project.name)
        return try await directory.context(project.name.text)
    }

    /// Stores a policy and puts it in force.
    ///
    /// - Throws: `invalidPolicy` with the place; nothing changes then.
    public func setPolicy(
        _ document: JSONValue, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> PolicyRecord {
        let policy: Policy
        do {
            policy = try Policy(document: document, labels: project.labels)
        } catch {
            throw ReviewError.invalidPolicy(error)
        }
        let stored = policy.document
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let before = try store.policyInForce(project: project.id)
            let (version, _) = try store.storePolicy(
                stored, reason: reason, project: project.id, by: caller.actor)
            try store.appendAuditEntry(
                .policySet, reason: reason,
                before: before.map { AuditFacts.policy(version: $0.version, degree: $0.degree) },
                after: AuditFacts.policy(version: version, policy),
                project: project.id, by: caller.actor)
            try store.announceChange(of: project.name)
        }
        await directory.forget(project.name)
        return try await directory.context(project.name.text).record.policy
    }

    /// Every policy of a project, newest first.
    public func policies(of project: ProjectContext) async throws -> [PolicyRecord] {
        try await pool.withSession { session in try Store(session).policies(of: project.id) }
    }

    /// The names of the projects a caller may see, in order.
    public func projectNames(for caller: Caller) async throws -> [String] {
        if let project = caller.project { return [project] }
        return try await pool.withSession { session in try Store(session).projectNames() }
    }

    /// Makes a token for the actor of that name, who is made when there is none.
    ///
    /// - Returns: the token; it is stored as a hash only and cannot be read again.
    /// - Throws: `unknownProject`.
    public func createToken(
        role: Role, name: String, project: String?
    ) async throws -> String {
        let token = TokenMint.mint()
        try await pool.transaction { session in
            let store = Store(session)
            var projectID: Int64?
            if let project {
                guard let found = try ProjectName(project).flatMap(store.project(named:)) else {
                    throw ReviewError.unknownProject(project)
                }
                projectID = found.id
            }
            _ = try store.insertToken(
                hash: TokenMint.hash(token), hint: TokenMint.hint(token), role: role,
                actor: store.ensureActor(name), project: projectID)
        }
        return token
    }

    /// Every token there ever was.
    public func tokens() async throws -> [TokenRecord] {
        try await pool.withSession { session in try Store(session).tokens() }
    }

    /// Revokes a token; every instance refuses it within two seconds.
    ///
    /// - Returns: whether there was a live token of that id.
    public func revokeToken(id: Int64) async throws -> Bool {
        try await pool.withSession { session in try Store(session).revokeToken(id: id) }
    }
}

extension Policy {
    /// The whole document as JSON, defaults included.
    public var document: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}
