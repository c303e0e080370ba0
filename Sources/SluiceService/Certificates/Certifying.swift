import SluiceDomain
import SluicePostgres
import SluiceStore

/// Certifies thresholds, keeps what was promised, and puts it in force.
public struct Certifying: Sendable {
    let pool: ConnectionPool
    let administration: Administration

    /// Works through `pool`, and changes policies by `administration`.
    public init(pool: ConnectionPool, administration: Administration) {
        self.pool = pool
        self.administration = administration
    }

    /// Looks for a threshold that keeps a promise, and stores what was found, a threshold or none.
    ///
    /// Everything but the labels is fixed before they are counted: version, window, grid and start. The
    /// labels are read in pages as they stand; those of a million items take some 32 MB.
    ///
    /// - Throws: `invalidField`, also when neither the question nor the policy names a limit;
    ///   `certificateRefused` when it is to be applied and cannot
    ///   be, after it was stored; `policyChanged` when the policy changed meanwhile.
    public func certify(
        _ question: CertificateQuestion, _ order: CertificateOrder, of project: ProjectContext,
        by caller: Caller
    ) async throws -> CertificateView {
        let certificate = try await make(question, of: project)
        if order.isTrial {
            let key = try await key(of: certificate.version, project)
            return CertificateView(
                trial: certificate.record(version: key, isAutomatic: false), in: project.labels,
                version: certificate.version, by: caller.name)
        }
        return try await toTheEnd {
            guard
                let number = try await store(
                    certificate, isAutomatic: false, isProposal: false, reason: order.reason,
                    of: project, unlessAfter: nil, by: caller)
            else { throw ReviewError.internalError }
            guard order.applies, certificate.isCertified else {
                return try await view(number, of: project)
            }
            return try await apply(number, reason: order.reason, of: project, by: caller)
        }
    }

    /// Stores a certificate and says so in the audit log.
    ///
    /// - Parameter last: of the autopilot, when it last looked, nil inside for never; nil for whenever.
    /// - Returns: its number; nil when the autopilot has looked since.
    func store(
        _ certificate: Certificate, isAutomatic: Bool, isProposal: Bool, reason: String,
        of project: ProjectContext, unlessAfter last: Timestamp??, by caller: Caller
    ) async throws -> Int? {
        let version = try await key(of: certificate.version, project)
        let record = certificate.record(version: version, isAutomatic: isAutomatic)
        let action: AuditAction =
            isProposal && certificate.isCertified ? .certificateProposed : .certificateMade
        return try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            if let last,
                try store.lastAutomaticCertificate(project: project.id, modelVersion: version)
                    != last
            {
                return nil
            }
            let number = try store.storeCertificate(record, project: project.id, by: caller.actor)
            try store.appendAuditEntry(
                action, reason: reason, before: nil, after: Store.facts(ofCertificate: number),
                project: project.id, by: caller.actor)
            return number
        }
    }

    /// Puts the thresholds of a certificate in force, as a new version of the policy.
    ///
    /// Where they are in force already, the policy stays and the certificate is said to be applied.
    ///
    /// - Throws: `unknownCertificate`; `certificateRefused`; `policyChanged` when another policy than
    ///   the caller knew is in force.
    public func apply(
        _ number: Int, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> CertificateView {
        let record = try await record(number, of: project)
        let stored = try StoredCertificate(record)
        if let revocation = record.revocation {
            throw ReviewError.certificateRefused(
                number: number, .revoked(reason: revocation.reason))
        }
        let now = try await pool.withSession { session in try Store(session).currentTime() }
        guard now < record.expiresAt else {
            throw ReviewError.certificateRefused(number: number, .expired(at: record.expiresAt))
        }
        let policy = try stored.applied(to: project.policy, number: number)
        guard policy.drawsAudits else {
            throw ReviewError.certificateRefused(number: number, .noAudits)
        }
        let certain = try CertificateView(record, in: project.labels)
            .certainOfUncertified
        guard certain == 0 else {
            throw ReviewError.certificateRefused(number: number, .certainPredictions(certain))
        }
        let why = reason.isEmpty ? "certificate \(number)" : "certificate \(number): \(reason)"
        let author = PolicyAuthor(reason: why, actor: caller.actor)
        let isInForce = policy == project.policy
        _ = try await administration.changePolicy(
            of: project, base: project.policyVersion, .policySet, author
        ) { store, inForce in
            let version =
                isInForce
                ? inForce
                : try store.storePolicy(
                    policy.document, reason: why, project: project.id, by: caller.actor)
            try store.applyCertificate(number, policyVersion: version, project: project.id)
            try store.appendAuditEntry(
                .certificateApplied, reason: reason, before: nil,
                after: Store.facts(ofCertificate: number), project: project.id, by: caller.actor)
            return isInForce ? nil : (version, .set)
        }
        return try await view(number, of: project)
    }

    /// A certificate as it stands.
    ///
    /// - Throws: `unknownCertificate`.
    public func view(_ number: Int, of project: ProjectContext) async throws -> CertificateView {
        try await CertificateView(
            record(number, of: project), in: project.labels, now: now())
    }

    /// The certificates of a project, the newest first.
    public func list(of project: ProjectContext) async throws -> [CertificateView] {
        let (records, now) = try await pool.withSession { session in
            let store = Store(session)
            return (try store.certificates(of: project.id), try store.currentTime())
        }
        return try records.map { try CertificateView($0, in: project.labels, now: now) }
    }

    private func now() async throws -> Timestamp {
        try await pool.withSession { session in try Store(session).currentTime() }
    }

    private func record(
        _ number: Int, of project: ProjectContext
    ) async throws -> CertificateRecord {
        let record = try await pool.withSession { session in
            try Store(session).certificate(number: number, project: project.id)
        }
        guard let record else { throw ReviewError.unknownCertificate(number: "\(number)") }
        return record
    }

    private func key(of version: ModelVersion, _ project: ProjectContext) async throws -> Int64 {
        let key = try await pool.withSession { session in
            try Store(session).knownModelVersion(version, project: project.id)
        }
        guard let key else {
            throw ReviewError.invalidField(
                path: "model_version", found: "\"\(version)\"",
                accepted: "a version that has sent predictions")
        }
        return key
    }
}
