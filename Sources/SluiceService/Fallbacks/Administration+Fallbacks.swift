import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

extension Administration {
    /// Gives back to the model what alarms have taken from it, all at once.
    ///
    /// Where nobody changed the policy since, what was in force before comes into force again; else
    /// the policy in force does without its fallbacks, as a new version. What was noticed so far leads
    /// to no other fallback: from now on evidence counts anew. Certificates stay as they are.
    ///
    /// - Parameter base: the version the caller believes to be in force; nil for whatever is.
    /// - Throws: `nothingToResume`; `policyChanged` when another than `base` is in force.
    public func resumePolicy(
        base: Int? = nil, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> PolicyInForce {
        let author = PolicyAuthor(reason: reason, actor: caller.actor)
        return try await changePolicy(of: project, base: base, .policyResumed, author) {
            store, inForce in
            guard !(try store.fallbacks(inForce: inForce, of: project).isEmpty) else {
                throw ReviewError.nothingToResume(version: inForce)
            }
            if let version = try store.versionBeforeFallbacks(inForce, project: project.id),
                try store.fallbacks(inForce: version, of: project).isEmpty
            {
                return (version, .activated)
            }
            guard let record = try store.policy(version: inForce, project: project.id) else {
                throw ReviewError.internalError
            }
            var policy = try Policy(stored: JSONValue(parsing: record.document), for: project)
            policy.fallbacks = []
            let version = try store.storePolicy(
                policy.document, reason: reason, project: project.id, by: caller.actor)
            return (version, .set)
        }
    }

    /// What was done about alarms, newest first.
    public func fallbacks(
        of project: ProjectContext, limit: Int = 100
    ) async throws -> [FallbackRecord] {
        try await pool.withSession { session in
            try Store(session).fallbacks(of: project.id, onlyStanding: false, limit: limit)
        }
    }
}

extension Store {
    /// The fallbacks of a stored version of the policy.
    func fallbacks(inForce version: Int, of project: ProjectContext) throws -> [Fallback] {
        guard let record = try policy(version: version, project: project.id) else { return [] }
        return try Policy(stored: JSONValue(parsing: record.document), for: project).fallbacks
    }

    /// The version that was in force before the service began to fall back; nil when somebody else
    /// changed the policy in between.
    fileprivate func versionBeforeFallbacks(
        _ inForce: Int, project: Int64
    ) throws(PostgresError) -> Int? {
        var before: [Int: Int] = [:]
        for fallback in try fallbacks(of: project, onlyStanding: true) {
            if let version = fallback.toPolicyVersion {
                before[version] = fallback.fromPolicyVersion
            }
            if let raised = fallback.raised { before[raised.to] = raised.from }
        }
        var version = inForce
        while let earlier = before[version], earlier < version { version = earlier }
        return version == inForce ? nil : version
    }
}

extension Policy {
    /// The policy with the fallbacks that stand.
    ///
    /// - Throws: `invalidPolicy` when the document names others than those.
    func keeping(
        _ standing: [Fallback], namedBy document: JSONValue
    ) throws(ReviewError) -> Policy {
        guard document["fallbacks"] == nil || fallbacks == standing else {
            throw .invalidPolicy(
                PolicyDocumentError(
                    path: "fallbacks", found: "not those that stand",
                    accepted:
                        "those of the policy in force, or none named; `sluice policy resume` lifts them"
                ))
        }
        var policy = self
        policy.fallbacks = standing
        return policy
    }
}
