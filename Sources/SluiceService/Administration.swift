import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Creates and changes projects, policies and tokens.
public struct Administration: Sendable {
    let pool: ConnectionPool
    let directory: ProjectDirectory

    /// Works through `pool` and keeps `directory` fresh.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Creates a project whose first policy is `Policy.standard`: people decide everything.
    public func createProject(
        _ name: ProjectName, labels: LabelSet, guidelines: String, tags: TagList = .none,
        dwell: AnswerDwell = .standard, by actor: Int64
    ) async throws -> ProjectContext {
        let salts = Dictionary(
            uniqueKeysWithValues: Salt.Purpose.allCases.map {
                ($0, Salt(id: 1, secret: TokenMint.secret()))
            })
        let document = Policy.standard.document
        try await pool.transaction { session in
            let store = Store(session)
            let project = try store.createProject(
                name, labels: labels, guidelines: guidelines, tags: tags, dwell: dwell,
                salts: salts, policy: document, by: actor)
            try store.appendAuditEntry(
                .projectCreated, reason: "", before: nil,
                after: AuditFacts.policy(version: 1, Policy.standard), project: project, by: actor)
            try store.announceChange(of: name)
        }
        await directory.forget(name)
        return try await directory.context(name.text)
    }

    /// Replaces the guidelines, the error tags and the dwell; nil leaves what is there.
    ///
    /// Guidelines that read as those in force make no new version.
    ///
    /// - Parameter summary: what changed in the guidelines, for those who know the version before.
    public func change(
        guidelines: String?, summary: String = "", tags: TagList?, dwell: AnswerDwell? = nil,
        of project: ProjectContext, by caller: Caller
    ) async throws -> ProjectContext {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            guard let before = try store.project(named: project.name) else {
                throw ReviewError.unknownProject(project.name.text)
            }
            if let guidelines, ExactText(guidelines) != ExactText(before.guidelines) {
                let version = try store.appendGuideline(
                    guidelines, summary: summary, project: project.id, by: caller.actor)
                try store.appendAuditEntry(
                    .guidelinesSet, reason: "",
                    before: AuditFacts.guidelines(version: before.guidelinesVersion),
                    after: AuditFacts.guidelines(version: version, summary: summary),
                    project: project.id, by: caller.actor)
            }
            if let tags {
                try store.updateTags(tags, project: project.id)
                try store.appendAuditEntry(
                    .projectChanged, reason: "", before: AuditFacts.tags(before.tags),
                    after: AuditFacts.tags(tags), project: project.id, by: caller.actor)
            }
            if let dwell, dwell != before.dwell {
                try store.updateDwell(dwell, project: project.id)
                try store.appendAuditEntry(
                    .projectChanged, reason: "", before: AuditFacts.dwell(before.dwell),
                    after: AuditFacts.dwell(dwell), project: project.id, by: caller.actor)
            }
            try store.announceChange(of: project.name)
        }
        await directory.forget(project.name)
        return try await directory.context(project.name.text)
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
