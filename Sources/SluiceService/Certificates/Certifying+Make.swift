import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

extension Certifying {
    /// Computes a certificate.
    func make(
        _ question: CertificateQuestion, of project: ProjectContext
    ) async throws -> Certificate {
        guard let limit = question.error ?? project.policy.errorLimit else {
            throw ReviewError.invalidField(
                path: "error", found: "not given, and the policy has no error_limit",
                accepted: "the share of answers that may be wrong, such as 0.02")
        }
        guard let promise = ErrorPromise(limit: limit, delta: 1 - question.confidence) else {
            throw ReviewError.invalidField(
                path: "error", found: "\(limit)", accepted: "a number above 0 and below 1")
        }
        let now = try await pool.withSession { session in try Store(session).currentTime() }
        // What arrives in this microsecond belongs to the window.
        let to = question.to ?? Timestamp(microseconds: now.microseconds + 1)
        let usual = to.adding(seconds: -Int64(CertificateQuestion.usualSeconds))
        let from = question.from ?? max(usual, project.record.createdAt)
        guard from < to else {
            throw ReviewError.invalidField(
                path: "from", found: from.rfc3339, accepted: "a time before \(to.rfc3339)")
        }
        let version = try await version(question, from: from, project)
        let earlier = try await pool.withSession { session in
            try Store(session).certificates(of: project.id, modelVersion: version.id)
        }.filter { $0.errorLimit == limit }
        let reader = CertificateReader(
            pool: pool, project: project, version: version.id, now: now)
        let frozen =
            question.method == .eProcess && question.from == nil
            ? try Self.frozen(earlier, isPerLabel: question.perLabel) : nil
        var evidence: CertificateEvidence
        if let frozen {
            evidence = try await reader.labels(
                from: frozen.from, to: to, after: frozen.afterItem)
        } else {
            // What was said before a revocation led to it: evidence begins anew behind it.
            let revoked = earlier.compactMap(\.revocation?.at).max()
            let start =
                question.method == .eProcess && question.from == nil
                ? max(from, revoked ?? from) : from
            evidence = try await reader.evidence(from: min(start, to), to: to)
        }
        let look = earlier.count + 1
        let spent =
            question.spends && question.method != .eProcess ? promise.spent(atLook: look) : promise
        let names = LabelPlaces(project.labels).names
        let chains = Self.chains(
            question, promise: spent, evidence: evidence, frozen: frozen, names: names,
            policy: project.policy)
        let seconds = Int64(question.expiresSeconds ?? CertificateQuestion.usualSeconds)
        return Certificate(
            version: version.name, question: question, promise: promise, look: look,
            policy: project.policy, policyVersion: project.policyVersion, evidence: evidence,
            chains: chains, labels: names, madeAt: now,
            expiresAt: now.adding(seconds: seconds))
    }

    /// The walks, one or one for each label with enough labels.
    private static func chains(
        _ question: CertificateQuestion, promise: ErrorPromise, evidence: CertificateEvidence,
        frozen: StoredCertificate?, names: [String], policy: Policy
    ) -> [CertificateChain] {
        let maker = ChainMaker(evidence: evidence, method: question.method)
        let thresholds = PresentThresholds(policy, labels: names)
        let present: Double? =
            policy.degree != .partial || evidence.facts.isEmpty
            ? nil
            : Double(evidence.facts.count(where: thresholds.accepts))
                / Double(evidence.facts.count)
        if let frozen {
            let places = Dictionary(
                uniqueKeysWithValues: names.enumerated().map { (ExactText($1), Int32($0)) })
            let part = promise.divided(by: frozen.chains.count)
            return frozen.chains.map { chain in
                maker.chain(
                    chain.labels?.compactMap { places[ExactText($0)] }, isRest: chain.isRest,
                    promise: part, frozen: chain.start.map { (grid: chain.grid, start: $0) },
                    present: present)
            }
        }
        guard question.perLabel else {
            return [maker.chain(nil, promise: promise, present: present)]
        }
        let groups = ChainMaker.groups(evidence.facts, labels: names.count, promise: promise)
        let part = promise.divided(by: groups.count)
        return groups.map {
            maker.chain($0.labels, isRest: $0.isRest, promise: part, present: present)
        }
    }

    /// The first look whose grid and start later looks by evidence go on with; nil when there is none
    /// that still holds.
    private static func frozen(
        _ earlier: [CertificateRecord], isPerLabel: Bool
    ) throws -> StoredCertificate? {
        let lastRevocation = earlier.compactMap(\.revocation?.at).max()
        for record in earlier.reversed() where record.method == CertificateMethod.eProcess.rawValue
        {
            guard record.revocation == nil, lastRevocation.map({ record.madeAt > $0 }) ?? true
            else { continue }
            let stored = try StoredCertificate(record)
            guard stored.isPerLabel == isPerLabel,
                stored.chains.contains(where: { $0.start != nil })
            else { continue }
            return stored
        }
        return nil
    }

    /// The version asked for, else the one by which most of the window was routed.
    private func version(
        _ question: CertificateQuestion, from: Timestamp, _ project: ProjectContext
    ) async throws -> (id: Int64, name: ModelVersion) {
        let (known, deciding) = try await pool.withSession { session in
            let store = Store(session)
            return (
                try question.version.flatMap { version in
                    try store.knownModelVersion(version, project: project.id)
                },
                question.version == nil
                    ? try store.decidingVersions(project: project.id, since: from, limit: 1) : []
            )
        }
        if let version = question.version, let known { return (known, version) }
        guard question.version == nil, let first = deciding.first else {
            throw ReviewError.invalidField(
                path: "model_version",
                found: question.version.map { "\"\($0)\"" } ?? "not named",
                accepted: "a version that has sent predictions in the window")
        }
        return (first.id, first.version)
    }
}
