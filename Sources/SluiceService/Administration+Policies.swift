import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// A policy that is in force, and how it came to be.
public struct PolicyInForce: Sendable {
    /// The policy.
    public let policy: PolicyRecord
    /// How it came into force.
    public let activation: PolicyActivationRecord
}

extension Administration {
    /// Stores a policy and puts it in force.
    ///
    /// What alarms have taken from the model stays taken: a document lifts no fallback, and need not
    /// name those that stand.
    ///
    /// - Parameter base: the version the caller believes to be in force; nil for whatever is.
    /// - Throws: `invalidPolicy` with the place; `policyChanged` when another than `base` is in
    ///   force. Nothing changes then.
    public func setPolicy(
        _ document: JSONValue, base: Int? = nil, reason: String, of project: ProjectContext,
        by caller: Caller
    ) async throws -> PolicyInForce {
        let policy = try Policy(document, for: project)
        let author = PolicyAuthor(reason: reason, actor: caller.actor)
        return try await changePolicy(of: project, base: base, .policySet, author) {
            store, inForce in
            let stored = try policy.keeping(
                store.fallbacks(inForce: inForce, of: project), namedBy: document)
            let version = try store.storePolicy(
                stored.document, reason: reason, project: project.id, by: caller.actor)
            return (version, .set)
        }
    }

    /// Puts a version that was stored before in force.
    ///
    /// Activating what is in force changes nothing, so that it can be tried again.
    ///
    /// - Parameter base: the version the caller believes to be in force; nil for whatever is.
    /// - Throws: `unknownPolicy`; `policyChanged` when another than `base` is in force;
    ///   `invalidPolicy` when it breaks rules that did not hold when it was stored.
    public func activatePolicy(
        _ version: Int, base: Int? = nil, reason: String, of project: ProjectContext,
        by caller: Caller
    ) async throws -> PolicyInForce {
        let author = PolicyAuthor(reason: reason, actor: caller.actor)
        return try await changePolicy(of: project, base: base, .policyActivated, author) {
            store, inForce in
            guard let record = try store.policy(version: version, project: project.id) else {
                throw ReviewError.unknownPolicy(version: "\(version)")
            }
            guard version != inForce else { return nil }
            _ = try Policy(stored: JSONValue(parsing: record.document), for: project)
            return (version, .activated)
        }
    }

    /// Takes back the change that put the present policy in force.
    ///
    /// - Parameter base: the version the caller believes to be in force; nil for whatever is.
    /// - Throws: `nothingToRollBack`; `policyChanged` when another than `base` is in force.
    public func rollBackPolicy(
        base: Int? = nil, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> PolicyInForce {
        let author = PolicyAuthor(reason: reason, actor: caller.actor)
        return try await changePolicy(of: project, base: base, .policyRolledBack, author) {
            store, inForce in
            let history = try store.policyActivations(of: project.id)
            guard let version = PolicyStack(history.map { ($0.version, $0.change) }).beneath
            else { throw ReviewError.nothingToRollBack(version: inForce) }
            return (version, .rolledBack)
        }
    }

    /// The policy in force, as the database has it now.
    public func policyInForce(of project: ProjectContext) async throws -> PolicyInForce {
        try await pool.withSession { session in
            try Store(session).activePolicy(of: project.id)
        }
    }

    /// One version of a project's policy.
    ///
    /// - Throws: `unknownPolicy`.
    public func policy(version: Int, of project: ProjectContext) async throws -> PolicyRecord {
        try await pool.withSession { session in
            guard let policy = try Store(session).policy(version: version, project: project.id)
            else { throw ReviewError.unknownPolicy(version: "\(version)") }
            return policy
        }
    }

    /// Every policy of a project, newest first.
    public func policies(of project: ProjectContext) async throws -> [PolicyRecord] {
        try await pool.withSession { session in try Store(session).policies(of: project.id) }
    }

    /// Every policy of a project, and when which was put in force, both newest first.
    public func policyHistory(
        of project: ProjectContext
    ) async throws -> (policies: [PolicyRecord], activations: [PolicyActivationRecord]) {
        try await pool.transaction(.readOnlySnapshot) { session in
            let store = Store(session)
            return (
                policies: try store.policies(of: project.id),
                activations: try store.policyActivations(of: project.id).reversed()
            )
        }
    }

    /// Changes the policy in one transaction, one change of a project at a time, and says so in the
    /// audit log and to every instance.
    ///
    /// - Parameter change: gets the version in force, which stays so until it returns; gives the
    ///   version to put in force, nil for none.
    func changePolicy(
        of project: ProjectContext, base: Int?, _ action: AuditAction, _ author: PolicyAuthor,
        _ change: @escaping @Sendable (Store, Int) throws -> (version: Int, change: PolicyChange)?
    ) async throws -> PolicyInForce {
        let changed = try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let inForce = try store.policyInForce(project: project.id)?.version ?? 0
            if let base, base != inForce {
                throw ReviewError.policyChanged(base: base, inForce: inForce)
            }
            if let (version, change) = try change(store, inForce) {
                try store.putPolicyInForce(
                    version, change, action, reason: author.reason, project: project.id,
                    name: project.name, by: author.actor)
            }
            return try store.activePolicy(of: project.id)
        }
        await directory.forget(project.name)
        return changed
    }
}

/// Who changes a policy, and why.
struct PolicyAuthor: Sendable {
    let reason: String
    let actor: Int64
}

extension Store {
    /// The policy in force and how it came to be.
    func activePolicy(of project: Int64) throws -> PolicyInForce {
        guard let activation = try lastPolicyActivation(of: project),
            let policy = try policy(version: activation.version, project: project)
        else { throw ReviewError.internalError }
        return PolicyInForce(policy: policy, activation: activation)
    }
}

extension Policy {
    /// Reads a document that somebody wrote as a policy of that project; labels go by the names they
    /// have or had.
    ///
    /// - Throws: `invalidPolicy` with the place.
    init(_ document: JSONValue, for project: ProjectContext) throws(ReviewError) {
        try self.init(
            stored: project.labels.isAsMade
                ? document : document.callingPolicyLabels(project.labels.ownID), for: project)
    }

    /// Reads a document as it is stored, its labels named by their ids.
    ///
    /// - Throws: `invalidPolicy` with the place.
    init(stored document: JSONValue, for project: ProjectContext) throws(ReviewError) {
        do {
            try self.init(document: document, labels: project.labels)
        } catch {
            throw .invalidPolicy(error)
        }
    }

    /// The whole document as JSON, defaults included, as it is stored.
    public var document: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}
