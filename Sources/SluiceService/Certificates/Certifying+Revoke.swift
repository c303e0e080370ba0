import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What became of a certificate that was to be revoked.
public struct CertificateRevocation: Sendable {
    /// The certificate as it stands.
    public let certificate: CertificateView
    /// What was done about the routing; nil where none of its thresholds is in force, the routing was to
    /// stay, or something was done before.
    public let fallback: FallbackOutcome?

    /// The certificate with the member `fallback`, as one JSON object.
    public var json: JSONValue {
        get throws(JSONError) {
            guard case .object(var object) = certificate.json else { return certificate.json }
            object["fallback"] =
                try fallback.map { (fallback) throws(JSONError) in
                    try JSONValue(parsing: fallback.json)
                } ?? .null
            return .object(object)
        }
    }
}

extension FallbackOutcome {
    /// What was done, as one JSON object.
    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("number", number)
        writer.member("asked", asked.rawValue)
        writer.member("taken", taken.rawValue)
        writer.member("policy_version", policyVersion)
        writer.member("reason", reason)
        writer.endObject()
        return writer.bytes
    }
}

extension Certifying {
    /// Revokes a certificate, and does what the policy says about alarms to what it covered, all at once.
    ///
    /// Only labels whose threshold in force is the certificate's are covered. Revoking once more changes
    /// no certificate; the routing is changed once.
    ///
    /// - Parameter keepsRouting: whether the model goes on deciding by its thresholds.
    /// - Throws: `unknownCertificate`.
    public func revoke(
        _ number: Int, reason: String, keepsRouting: Bool = false, of project: ProjectContext,
        by caller: Caller
    ) async throws -> CertificateRevocation {
        let fallback = try await pool.transaction { session -> FallbackOutcome? in
            let store = Store(session)
            try store.lockProject(project.id)
            guard let record = try store.certificate(number: number, project: project.id) else {
                throw ReviewError.unknownCertificate(number: "\(number)")
            }
            if try store.revokeCertificate(
                number, reason: reason, project: project.id, by: caller.actor)
            {
                try store.appendAuditEntry(
                    .certificateRevoked, reason: reason,
                    before: Store.facts(ofCertificate: number), after: nil, project: project.id,
                    by: caller.actor)
            }
            guard !keepsRouting else { return nil }
            let why = reason.isEmpty ? "" : ": \(reason)"
            return try FallbackStep(store: store).withdraw(
                record, .revocation, subject: Int64(number),
                "certificate \(number) (\(record.version)) was revoked by \(caller.name)\(why)",
                project: project.id)
        }
        await administration.directory.forget(project.name)
        return CertificateRevocation(
            certificate: try await view(number, of: project), fallback: fallback)
    }
}

extension FallbackStep {
    /// Does what the policy says about alarms to what a certificate allowed that holds no more, in the
    /// transaction that says so; the caller has locked the project.
    ///
    /// - Parameters:
    ///   - touched: the ids of the labels that it is about; nil for all that the certificate covers.
    ///   - reason: what happened, in a sentence without a full stop.
    /// - Returns: nil where it is not the certificate applied last, none of its thresholds is in force, or
    ///   something was done about this subject before.
    func withdraw(
        _ certificate: CertificateRecord, _ cause: AlarmCause, subject: Int64,
        touching touched: [ExactText]? = nil, _ reason: String, project: Int64
    ) throws -> FallbackOutcome? {
        guard
            try store.lastAppliedCertificate(project: project)?.number == certificate.number,
            let record = try record(of: project)
        else { return nil }
        let policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        var labels = try StoredCertificate(certificate).labelsInForce(policy, record.labels)
        if let touched { labels = touched.filter { labels?.contains($0) ?? true } }
        guard labels?.isEmpty != true else { return nil }
        return try respond(
            to: RaisedAlarm(
                cause: cause, modelVersionID: certificate.modelVersionID,
                version: certificate.version, labels: labels, subject: subject, reason: reason,
                errorLimit: certificate.errorLimit), project: project)
    }
}
