import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Looks, behind a fallback that stopped a version, for the smallest threshold that its labels certify,
/// and lets the version decide from there on.
///
/// The version is stopped first, because looking takes a while; without such a threshold it stays so.
/// Behind an alarm about errors the threshold must be stricter than that of the policy, which the alarm
/// has refuted; behind an expired certificate and a silent version it need not be. The exact test of one
/// fixed walk at 95 % is used, once, on the labels since the fallback's `evidence_from`.
struct FallbackRaising: Sendable {
    let pool: ConnectionPool
    let directory: ProjectDirectory
    private let certifying: Certifying

    init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
        certifying = Certifying(
            pool: pool, administration: Administration(pool: pool, directory: directory))
    }

    /// Looks behind one fallback of a project.
    ///
    /// - Returns: what came of it; nil when another instance did it, or the fallback does not stand any
    ///   more.
    func raise(_ number: Int, in name: ProjectName) async throws -> FallbackOutcome? {
        await directory.forget(name)
        let project = try await directory.context(name.text)
        let record = try await pool.withSession { session in
            try Store(session).fallbacks(of: project.id, onlyStanding: true)
                .first { $0.number == number && $0.isRaiseDue }
        }
        guard let record,
            let fallback = project.policy.fallbacks.first(where: { $0.number == number })
        else { return nil }
        let accept = try await threshold(fallback, record, project)
        let raised = try await pool.transaction { session in
            try FallbackStep(store: Store(session)).raise(number, to: accept, project: project.id)
        }
        await directory.forget(name)
        return raised
    }

    /// The largest of the labels' certified thresholds; nil when one has none, and when it would have to
    /// be stricter than the policy's and is not.
    private func threshold(
        _ fallback: Fallback, _ record: FallbackRecord, _ project: ProjectContext
    ) async throws -> Double? {
        guard let limit = record.errorLimit ?? project.policy.errorLimit else { return nil }
        var question = CertificateQuestion()
        question.version = fallback.version
        question.error = limit
        question.from = record.evidenceFrom
        question.perLabel = fallback.labels != nil
        let certificate: Certificate
        do {
            certificate = try await certifying.make(question, of: project)
        } catch is ReviewError {
            // There is nothing to certify from.
            return nil
        }
        let names = fallback.labels ?? certificate.labels.map(ExactText.init)
        let places = certificate.labels.enumerated().filter { names.contains(ExactText($1)) }
        let thresholds = places.compactMap { certificate.threshold(of: Int32($0.offset)) }
        guard thresholds.count == names.count, let accept = thresholds.max() else { return nil }
        guard fallback.cause.refutesThresholds, project.policy.degree != .full else {
            return accept
        }
        let present = names.map { project.policy.accept.threshold(for: $0) }.max() ?? 1
        return accept > present ? accept : nil
    }
}
