import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Looks, behind an alarm that stopped a version, for the smallest threshold that its labels still
/// certify, and lets the version decide from there on.
///
/// The version is stopped first, because looking takes a while; without a stricter threshold it stays
/// so. The exact test of one fixed walk at 95 % is used, on labels of the window given.
struct FallbackRaising: Sendable {
    let pool: ConnectionPool
    let certifying: Certifying

    init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        certifying = Certifying(
            pool: pool, administration: Administration(pool: pool, directory: directory))
    }

    /// - Parameters:
    ///   - limit: the error rate that was promised.
    ///   - labels: those the fallback is about; nil for every label.
    ///   - from: since when labels are taken to be like those to come; nil for four weeks.
    /// - Returns: what came of it; nil when the fallback does not stand any more.
    func raise(
        _ outcome: FallbackOutcome, of version: ModelVersion, limit: Double,
        labels: [ExactText]?, from: Timestamp?, in project: ProjectContext
    ) async throws -> FallbackOutcome? {
        let accept = try await threshold(version, limit, labels, from, project)
        let raised = try await pool.transaction { session in
            try FallbackStep(store: Store(session)).raise(
                outcome, to: accept, project: project.id)
        }
        await certifying.administration.directory.forget(project.name)
        return raised
    }

    /// The largest of the labels' certified thresholds; nil when one has none, or when none is above
    /// what the policy accepts from already.
    private func threshold(
        _ version: ModelVersion, _ limit: Double, _ labels: [ExactText]?, _ from: Timestamp?,
        _ project: ProjectContext
    ) async throws -> Double? {
        var question = CertificateQuestion()
        question.version = version
        question.error = limit
        question.from = from
        question.perLabel = labels != nil
        let certificate = try await certifying.make(question, of: project)
        let names = labels ?? certificate.labels.map(ExactText.init)
        let places = certificate.labels.enumerated().filter { names.contains(ExactText($1)) }
        let thresholds = places.compactMap { certificate.threshold(of: Int32($0.offset)) }
        guard thresholds.count == places.count, let accept = thresholds.max() else { return nil }
        let present = names.map { project.policy.accept.threshold(for: $0) }.max() ?? 1
        return project.policy.degree == .full || accept > present ? accept : nil
    }
}
