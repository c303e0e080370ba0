import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What a report says of the promise in force: the certificate that was applied last.
struct CertificateStanding: Sendable {
    private let now: Timestamp
    private let view: CertificateView?
    private let record: CertificateRecord?
    /// Whether its thresholds are those of the policy in force.
    private let isInForce: Bool
    /// Whether a fallback keeps the version from deciding by them.
    private let isHeldBack: Bool
    /// What becomes of its thresholds once it has expired, and when.
    private let after: (action: AlarmAction, graceSeconds: Int)

    /// Reads it; nil in it where no certificate was ever applied.
    init(of project: ProjectContext, now: Timestamp, _ store: Store) throws {
        record = try store.lastAppliedCertificate(project: project.id)
        after = (project.policy.onExpiry, project.policy.expiryGraceSeconds)
        isHeldBack = project.policy.fallbacks.contains { [record] in
            $0.version == nil || $0.version == record?.version
        }
        self.now = now
        view = try record.map { try CertificateView($0, in: project.labels, now: now) }
        guard let record else {
            isInForce = false
            return
        }
        // One whose thresholds do not follow from its counts is in force nowhere.
        let stored = try StoredCertificate(record)
        let applied =
            stored.isSound ? try stored.applied(to: project.policy, number: record.number) : nil
        isInForce =
            applied?.accept == project.policy.accept && project.policy.degree == .partial
    }

    /// What to be careful about, in sentences.
    var warnings: [String] {
        guard isInForce, !isHeldBack, let record, let view else { return [] }
        let promise = "the promise of certificate \(record.number) (\(record.version))"
        switch view.status {
        case .revoked:
            let reason = record.revocation?.reason ?? ""
            return [
                "\(promise) was revoked" + (reason.isEmpty ? "" : ": \(reason)")
                    + "; its thresholds are still in force"
            ]
        case .expired:
            return [
                "\(promise) held until \(record.expiresAt.rfc3339.prefix(10)); its thresholds are "
                    + "still in force: certify again" + consequence(record)
            ]
        case .trial, .nothing, .proposed, .applied: return []
        }
    }

    /// What is done if nobody certifies again; empty when nothing is, and once it was lifted.
    private func consequence(_ record: CertificateRecord) -> String {
        let at = record.expiresAt.adding(seconds: Int64(after.graceSeconds))
        guard after.action != .notify, now < at else { return "" }
        return ", or from \(at.rfc3339.prefix(16))Z on what it allowed is taken back "
            + "(on_expiry: \(after.action.rawValue))"
    }

    /// Writes the member `certificate`: null where none was applied.
    func write(to writer: inout JSONWriter) {
        writer.key("certificate")
        guard let record, let view else { return writer.null() }
        writer.beginObject()
        writer.member("number", record.number)
        writer.member("status", view.status.rawValue)
        writer.member("in_force", isInForce)
        writer.member("model", record.version.model.text)
        writer.member("model_version", record.version.version.text)
        writer.member("error", record.errorLimit)
        writer.member("made_at", record.madeAt.rfc3339)
        writer.member("expires_at", record.expiresAt.rfc3339)
        writer.member("sentence", view.sentence)
        writer.endObject()
    }
}
