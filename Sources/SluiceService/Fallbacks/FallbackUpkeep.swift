import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// Does what policies say about certificates that expired, once their grace is over, and looks behind
/// fallbacks for thresholds that the labels still certify, where the policy asks for `raise`.
///
/// Any number of instances may run it: each certificate is acted on once, and each fallback is raised
/// once, also when the instance that made it has ended.
public struct FallbackUpkeep: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let logger: Logger

    /// Works through `pool` and keeps `directory` fresh.
    public init(pool: ConnectionPool, directory: ProjectDirectory, logger: Logger) {
        self.pool = pool
        self.directory = directory
        self.logger = logger
    }

    /// Looks every two seconds until the task is cancelled; less often when looking takes long, so
    /// that it never takes more than a tenth of the time.
    public func run() async {
        await Rounds(
            pause: .seconds(2), restFactor: 9, complaint: "fallbacks wait",
            logger: logger
        ).run { try await step() }
    }

    /// Looks once: at certificates that have expired, then at fallbacks that may be raised.
    ///
    /// - Returns: what was done, by project.
    @discardableResult
    public func step() async throws -> [(project: String, outcome: FallbackOutcome)] {
        let (expired, due) = try await pool.withSession { session in
            (try Store(session).expiredCertificates(), try Store(session).raisesDue())
        }
        let steps = ProjectSteps(complaint: "a fallback waits", logger: logger)
        let stopped = await steps.take(expired, in: \.project) { certificate, name in
            let outcome = try await pool.transaction { session in
                try Self.expire(certificate.number, of: name, Store(session))
            }
            guard let outcome else { return nil as FallbackOutcome? }
            await directory.forget(name)
            log("a certificate has expired", outcome, name)
            return outcome
        }
        let raised = await steps.take(due, in: \.project) { fallback, name in
            let outcome = try await FallbackRaising(pool: pool, directory: directory)
                .raise(fallback.number, in: name)
            if let outcome { log("a fallback was looked at again", outcome, name) }
            return outcome
        }
        return (stopped + raised).map { (project: $0.project, outcome: $0.done) }
    }

    private func log(_ what: String, _ outcome: FallbackOutcome, _ name: ProjectName) {
        logger.warning(
            "\(what)", metadata: ["project": "\(name.text)", "done": "\(outcome.reason)"])
    }

    /// - Returns: nil during the grace, and when its thresholds are in force no more.
    private static func expire(
        _ number: Int, of name: ProjectName, _ store: Store
    ) throws -> FallbackOutcome? {
        guard let found = try store.project(named: name) else { return nil }
        try store.lockProject(found.id)
        guard let project = try store.project(named: name),
            let record = try store.lastAppliedCertificate(project: project.id),
            record.number == number, record.revocation == nil,
            !(try store.isActedOn(
                .expiry, of: record.modelVersionID, subject: Int64(number), project: project.id))
        else { return nil }
        let policy = try Policy(
            document: JSONValue(parsing: project.policy.document), labels: project.labels)
        let ends = record.expiresAt.adding(seconds: Int64(policy.expiryGraceSeconds))
        guard try store.currentTime() >= ends else { return nil }
        let labels = try StoredCertificate(record).labelsInForce(policy, project.labels)
        guard labels?.isEmpty != true else { return nil }
        let sentence =
            "certificate \(number) (\(record.version)) held until "
            + "\(record.expiresAt.rfc3339.prefix(10)), and nobody certified again"
        let alarm = Alarm(
            modelVersionID: record.modelVersionID, version: record.version, sentence: sentence,
            finding: .expiry(certificate: number, at: record.expiresAt))
        try alarm.raise(in: project.id, store)
        return try FallbackStep(store: store).respond(
            to: RaisedAlarm(
                .expiry, alarm, subject: Int64(number),
                Promise(errorLimit: record.errorLimit, labels: labels)), project: project.id)
    }
}
