import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// An alarm that the policy may do something about.
struct RaisedAlarm: Sendable {
    /// What does not hold any more.
    let cause: AlarmCause
    /// The key of the version it is about.
    let modelVersionID: Int64
    /// The version that is to decide no more.
    let version: ModelVersion
    /// The labels that are covered, in byte order; nil for every label.
    let labels: [ExactText]?
    /// The number of the certificate that expired, or of the activation of the policy whose limit is
    /// broken; else the key of the stored alarm.
    let subject: Int64
    /// What happened, in a sentence without a full stop.
    let reason: String
    /// The error rate that was promised; nil where none was.
    var errorLimit: Double?
    /// Since when labels are taken to be like those to come; nil for a certificate's usual window.
    var evidenceFrom: Timestamp?
}

extension RaisedAlarm {
    /// An alarm about what was promised.
    ///
    /// - Parameters:
    ///   - version: the version that is to decide no more; nil for the one the alarm is about.
    ///   - subject: what is acted on once.
    init(
        _ cause: AlarmCause, _ alarm: Alarm, stopping version: ModelVersion? = nil,
        subject: Int64, _ promise: Promise, evidenceFrom: Timestamp? = nil
    ) {
        self.init(
            cause: cause, modelVersionID: alarm.modelVersionID,
            version: version ?? alarm.version, labels: promise.labels, subject: subject,
            reason: alarm.sentence, errorLimit: promise.errorLimit, evidenceFrom: evidenceFrom)
    }
}

/// What was done about an alarm.
public struct FallbackOutcome: Hashable, Sendable {
    /// The number of the stored fallback.
    public let number: Int
    /// What the policy asked for.
    public let asked: AlarmAction
    /// What was done.
    public let taken: AlarmAction
    /// The policy it put in force; nil when the policy was left as it was.
    public let policyVersion: Int?
    /// What happened and what was done, in a sentence.
    public let reason: String
}

/// Does what the policy in force says about an alarm, in the transaction that stores the alarm: both
/// are there, or neither is.
///
/// It locks the project, so of all instances and all alarms one acts at a time, each on the policy that
/// the one before left, and each alarm is acted on once.
struct FallbackStep {
    let store: Store

    /// - Returns: nil when something was done about this alarm before.
    func respond(to alarm: RaisedAlarm, project: Int64) throws -> FallbackOutcome? {
        try store.lockProject(project)
        let isActedOn = try store.isActedOn(
            alarm.cause, of: alarm.modelVersionID, subject: alarm.subject, project: project)
        guard !isActedOn, let record = try record(of: project) else { return nil }
        let policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        let number = try store.nextFallback(project: project)
        let fallback = Fallback(
            number: number, action: .assist, cause: alarm.cause,
            since: try store.currentTime(), version: alarm.version, labels: alarm.labels)
        let asked = policy.action(on: alarm.cause)
        let response = policy.response(
            to: fallback,
            previous: asked == .previous ? try previous(policy, project, record.labels) : nil,
            labels: record.labels)
        let made = response.policy?.fallbacks.last { $0.number == number }
        let reason = Self.sentence(
            alarm.reason, made?.sentence(in: record.labels), asked: asked, note: response.note)
        let version = try response.policy.map {
            try put($0, in: project, number: number, from: record.policy.version, reason)
        }
        guard
            try store.storeFallback(
                NewFallback(
                    number: number, cause: alarm.cause, modelVersionID: alarm.modelVersionID,
                    subject: alarm.subject, asked: asked, taken: response.taken,
                    reason: reason, fromPolicyVersion: record.policy.version,
                    toPolicyVersion: version, errorLimit: alarm.errorLimit,
                    evidenceFrom: alarm.evidenceFrom,
                    isRaiseDue: asked == .raise && response.taken == .assist), project: project)
        else { throw ReviewError.internalError }
        return FallbackOutcome(
            number: number, asked: asked, taken: response.taken, policyVersion: version,
            reason: reason)
    }

    /// Lets the version decide again from a certified threshold on, or notes why it does not.
    ///
    /// - Parameters:
    ///   - number: the fallback.
    ///   - accept: the threshold; nil when the labels certify none.
    /// - Returns: nil when another instance did it, or the fallback does not stand any more.
    func raise(_ number: Int, to accept: Double?, project: Int64) throws -> FallbackOutcome? {
        try store.lockProject(project)
        guard let record = try record(of: project),
            let done = try store.fallbacks(of: project, onlyStanding: true)
                .first(where: { $0.number == number }), done.isRaiseDue
        else { return nil }
        let policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        guard let accept, let raised = policy.raised(number, to: accept),
            let made = raised.fallbacks.first(where: { $0.number == number })
        else {
            let reason = "\(done.reason), because the labels certify no threshold for it"
            try store.raiseFallback(
                number, taken: done.taken, reason: reason, nil, project: project)
            return FallbackOutcome(
                number: number, asked: done.asked, taken: done.taken,
                policyVersion: done.toPolicyVersion, reason: reason)
        }
        let reason =
            "\(done.reason); then \(made.sentence(in: record.labels)), as the labels certify"
        let version = try put(
            raised, in: project, number: number, from: record.policy.version, reason,
            action: .policyRaised)
        try store.raiseFallback(
            number, taken: .raise, reason: reason,
            FallbackRecord.Raised(from: record.policy.version, to: version), project: project)
        return FallbackOutcome(
            number: number, asked: done.asked, taken: .raise, policyVersion: version,
            reason: reason)
    }

    /// Stores a policy and puts it in force, as the service.
    private func put(
        _ policy: Policy, in project: Int64, number: Int, from before: Int, _ reason: String,
        action: AuditAction = .policyFellBack
    ) throws -> Int {
        guard let name = try store.projectName(of: project) else {
            throw ReviewError.internalError
        }
        let service = try store.ensureActor(Store.serviceActor)
        let why = "fallback \(number): \(reason)"
        let version = try store.storePolicy(
            policy.document, reason: why, project: project, by: service)
        try store.putPolicyInForce(
            version, .set, action, reason: why, project: project, name: name, by: service)
        return version
    }

    func record(of project: Int64) throws -> ProjectRecord? {
        try store.projectName(of: project).flatMap(store.project(named:))
    }

    /// What was in force before the policy in force and all that alarms did to it; nil when nothing was.
    private func previous(
        _ inForce: Policy, _ project: Int64, _ labels: LabelSet
    ) throws -> Policy? {
        let history = try store.policyActivations(of: project)
        let stack = PolicyStack(history.map { ($0.version, $0.change) })
        for version in stack.versions.dropLast().reversed() {
            guard let record = try store.policy(version: version, project: project) else {
                return nil
            }
            do {
                var policy = try Policy(
                    document: JSONValue(parsing: record.document), labels: labels)
                policy.fallbacks = inForce.fallbacks
                if policy != inForce { return policy }
            } catch is PolicyDocumentError {
                // It names what the project has no more, and could not be activated either.
                return nil
            }
        }
        return nil
    }

    private static func sentence(
        _ happened: String, _ made: String?, asked: AlarmAction, note: String?
    ) -> String {
        switch (made, note) {
        case (let made?, nil): "\(happened); \(made)"
        case (let made?, let note?):
            "\(happened); \(made), because for \(asked.rawValue) \(note)"
        case (nil, let note?): "\(happened); nothing was changed: \(note)"
        case (nil, nil): "\(happened); the policy says to notify, so nothing was changed"
        }
    }
}

extension Store {
    /// Puts a stored version in force, notes which fallbacks that lifts, and says so in the audit log
    /// and, when the transaction commits, to every instance; the caller has locked the project.
    func putPolicyInForce(
        _ version: Int, _ change: PolicyChange, _ action: AuditAction, reason: String,
        project: Int64, name: ProjectName, by actor: Int64
    ) throws {
        let before = try policyInForce(project: project)
        try activatePolicy(version, change: change, reason: reason, project: project, by: actor)
        let standing = try fallbackNumbers(of: version, project: project)
        let settled = try settleFallbacks(
            standing: standing, reason: reason, project: project, by: actor)
        for fallback in settled where fallback.isLifted {
            try forgetEvidence(of: fallback, project: project)
        }
        let after = try policyInForce(project: project)
        try appendAuditEntry(
            action, reason: reason,
            before: before.map { AuditFacts.policy(version: $0.version, degree: $0.degree) },
            after: after.map {
                AuditFacts.policy(
                    version: $0.version, degree: $0.degree, fallbacks: standing)
            }, project: project, by: actor)
        try announceChange(of: name)
    }

    /// The numbers of the fallbacks that a stored version has.
    private func fallbackNumbers(of version: Int, project: Int64) throws -> [Int] {
        guard let record = try policy(version: version, project: project) else { return [] }
        let document = try JSONValue(parsing: record.document)
        return (document["fallbacks"]?.array ?? []).compactMap { $0["number"]?.int }
    }

    /// What led to a fallback that somebody lifts does not lead to another one.
    private func forgetEvidence(of fallback: SettledFallback, project: Int64) throws {
        switch fallback.cause {
        case .silence:
            try forgetSilence(modelVersion: fallback.modelVersionID, project: project)
        case .concept, .errorLimit, .expiry, .revocation, .labelChange: break
        }
    }
}
