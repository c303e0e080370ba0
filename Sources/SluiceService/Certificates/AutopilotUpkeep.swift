import Logging
import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Looks at the labels of projects whose policy has the autopilot on, as often as it says, certifies
/// what they allow, and puts it in force where the policy lets it.
///
/// Every look is one by evidence, which keeps its promise over all looks together. Any number of
/// instances may run it: of looks that fall together one is stored.
public struct AutopilotUpkeep: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let certifying: Certifying
    private let logger: Logger

    /// Works through `pool`.
    public init(
        pool: ConnectionPool, directory: ProjectDirectory, certifying: Certifying, logger: Logger
    ) {
        self.pool = pool
        self.directory = directory
        self.certifying = certifying
        self.logger = logger
    }

    /// Looks for what is due every five seconds until the task is cancelled; less often when looking
    /// takes long, so that it never takes more than a tenth of the time.
    public func run() async {
        await Rounds(
            pause: .seconds(5), restFactor: 9, complaint: "the autopilot waits", logger: logger
        ).run { try await step() }
    }

    /// Looks once at every project that is due.
    ///
    /// - Returns: the certificates made, by project.
    @discardableResult
    public func step() async throws -> [(project: String, certificate: CertificateView)] {
        let projects = try await pool.withSession { session in
            try Store(session).projectsOnAutopilot()
        }
        let made = await ProjectSteps(complaint: "the autopilot waits", logger: logger)
            .take(projects, in: \.name) { _, name in
                guard let view = try await look(name.text) else { return nil as CertificateView? }
                logger.notice(
                    "the autopilot looked",
                    metadata: [
                        "project": "\(name.text)", "status": "\(view.status.rawValue)",
                        "certificate": "\(view.number ?? 0)",
                    ])
                return view
            }
        return made.map { (project: $0.project, certificate: $0.done) }
    }

    /// - Returns: nil when nothing is due.
    private func look(_ name: String) async throws -> CertificateView? {
        let project = try await directory.context(name)
        let terms = project.policy.autopilot
        guard terms.mode != .off, project.policy.errorLimit != nil else { return nil }
        let found = try await pool.withSession { session -> (DecidingVersion, Timestamp?)? in
            let store = Store(session)
            let now = try store.currentTime()
            let seconds = Int64(max(terms.everySeconds, 86_400))
            let since = now.adding(seconds: -seconds)
            guard
                let version = try store.decidingVersions(
                    project: project.id, since: since, limit: 1
                ).first, version.id != 0
            else { return nil }
            let last = try store.lastAutomaticCertificate(
                project: project.id, modelVersion: version.id)
            if let last, now.seconds(since: last) < Double(terms.everySeconds) { return nil }
            return (version, last)
        }
        guard let (version, last) = found else { return nil }
        var question = CertificateQuestion()
        question.version = version.version
        question.confidence = terms.confidence
        question.method = .eProcess
        return try await certifying.look(question, of: project, after: last)
    }
}

extension Certifying {
    /// One look of the autopilot.
    ///
    /// - Parameter last: when it last looked, as the caller knew; a look made since is enough.
    /// - Returns: nil when another instance was faster.
    func look(
        _ question: CertificateQuestion, of project: ProjectContext, after last: Timestamp?
    ) async throws -> CertificateView? {
        let certificate = try await make(question, of: project)
        let (caller, live) = try await pool.transaction { session in
            let store = Store(session)
            let service = Caller(
                actor: try store.ensureActor(Store.serviceActor), name: Store.serviceActor,
                role: .admin, project: nil)
            return (service, try store.certificates(of: project.id, limit: 100))
        }
        let covers = try live.contains { record in
            try record.appliedPolicyVersion != nil && record.revocation == nil
                && record.expiresAt > certificate.madeAt && record.version == certificate.version
                && StoredCertificate(record).applied(to: project.policy, number: record.number)
                    .accept == project.policy.accept
        }
        let applies =
            project.policy.autopilot.mode == .apply && project.policy.degree == .partial
            && certificate.isCertified && project.policy.drawsAudits
            // What an alarm took a person gives back: labels from before it are among these.
            && project.policy.fallbacks.isEmpty
            && (!covers || certificate.isWiderThanNow)
        guard
            let number = try await store(
                certificate, isAutomatic: true, isProposal: !applies, reason: "", of: project,
                unlessAfter: .some(last), by: caller)
        else { return nil }
        guard applies else { return try await view(number, of: project) }
        return try await apply(number, reason: "autopilot", of: project, by: caller)
    }
}

extension Certificate {
    /// Whether its thresholds answer more without a person than the policy in force.
    var isWiderThanNow: Bool {
        guard case .estimate(let then) = automation, case .estimate(let now) = automationNow else {
            return false
        }
        return then.value > now.value
    }
}
