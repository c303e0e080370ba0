import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Policies: what is in force, what was, and every way to change it.
struct PolicyHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let administration = services.administration
        let services = services
        router.answer(Endpoints.policy, .inspect) { _, call in
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.policyInForce(of: project), project.labels)
        }
        router.answer(Endpoints.policies, .inspect) { _, call in
            let project = try await call.project(services)
            let history = try await administration.policyHistory(of: project)
            return PolicyHistory(
                policies: try history.policies.map { try PolicyReply($0, project.labels) },
                activations: history.activations.map(PolicyActivation.init))
        }
        router.answer(Endpoints.policyVersion, .inspect) { _, call in
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.policy(version: call.policyVersion(), of: project),
                project.labels)
        }
        router.answer(Endpoints.putPolicy, .administer) { input, call in
            let (base, reason) = try call.policyChange()
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.setPolicy(
                    input.document, base: base, reason: reason, of: project, by: call.caller),
                project.labels)
        }
        router.answer(Endpoints.activatePolicy, .administer) { _, call in
            let (base, reason) = try call.policyChange()
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.activatePolicy(
                    call.policyVersion(), base: base, reason: reason, of: project,
                    by: call.caller), project.labels)
        }
        router.answer(Endpoints.rollBackPolicy, .administer) { _, call in
            let (base, reason) = try call.policyChange()
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.rollBackPolicy(
                    base: base, reason: reason, of: project, by: call.caller), project.labels)
        }
        router.answer(Endpoints.resumePolicy, .administer) { _, call in
            let (base, reason) = try call.policyChange()
            let project = try await call.project(services)
            return try PolicyReply(
                try await administration.resumePolicy(
                    base: base, reason: reason, of: project, by: call.caller), project.labels)
        }
        router.answer(Endpoints.fallbacks, .analyse) { _, call in
            FallbackList(
                fallbacks: try await administration.fallbacks(of: call.project(services))
                    .map(FallbackReply.init))
        }
    }
}

extension FallbackReply {
    fileprivate init(_ record: FallbackRecord) {
        self.init(
            number: record.number, at: record.at, cause: record.cause,
            model: record.version.model.text, modelVersion: record.version.version.text,
            asked: record.asked, taken: record.taken, reason: record.reason,
            fromPolicyVersion: record.fromPolicyVersion, toPolicyVersion: record.toPolicyVersion,
            isStanding: record.isStanding, liftedAt: record.lifted?.at,
            liftedBy: record.lifted?.by, liftedReason: record.lifted?.reason)
    }
}

extension Call {
    /// The policy version of the path.
    ///
    /// - Throws: `unknownPolicy` for what cannot be one.
    fileprivate func policyVersion() throws -> Int {
        let text = try context.parameter("version")
        guard let version = Int(text), version > 0 else {
            throw ReviewError.unknownPolicy(version: text)
        }
        return version
    }

    /// Which version the caller believes to be in force, and why it is to change.
    fileprivate func policyChange() throws -> (base: Int?, reason: String) {
        let query = try Query(request, allowing: ["reason", "base"])
        let base =
            query["base"] == nil
            ? nil : try query.number("base", 1...Int(Int32.max), standard: 1)
        return (base: base, reason: query["reason"] ?? "")
    }
}

extension PolicyReply {
    fileprivate init(_ record: PolicyRecord, _ labels: LabelSet) throws {
        self.init(
            version: record.version, document: RawJSON(try record.document(in: labels)),
            reason: record.reason,
            createdAt: record.createdAt, createdBy: record.createdBy)
    }

    fileprivate init(_ inForce: PolicyInForce, _ labels: LabelSet) throws {
        try self.init(inForce.policy, labels)
        activation = PolicyActivation(inForce.activation)
    }
}

extension PolicyActivation {
    fileprivate init(_ record: PolicyActivationRecord) {
        self.init(
            number: record.number, version: record.version, change: record.change,
            at: record.activatedAt, by: record.activatedBy, reason: record.reason)
    }
}
