import SluiceDomain
import SluiceJSON
import SluiceStore

/// A certificate as users see it: how it stands, and the document it rests on.
public struct CertificateView: Sendable {
    /// How it stands.
    public enum Status: String, Sendable, CaseIterable {
        /// It was only tried, and is not stored.
        case trial
        /// It certifies no threshold.
        case nothing
        /// It certifies a threshold that was not put in force.
        case proposed
        /// Its thresholds were put in force.
        case applied
        /// It holds no more.
        case expired
        /// It was revoked.
        case revoked
    }

    /// How it stands.
    public let status: Status
    /// Its number; nil of a trial.
    public let number: Int?
    /// The document it rests on.
    public let document: JSONValue
    private let envelope: JSONValue

    /// How many predictions of labels without a threshold every threshold accepts.
    var certainOfUncertified: Int {
        guard document["per_label"]?.bool == true else { return 0 }
        return (document["chains"]?.array ?? []).reduce(0) { sum, chain in
            sum + (chain["threshold"]?.isNull == true ? chain["certain"]?.int ?? 0 : 0)
        }
    }

    /// A stored one at a moment; nil for its own time.
    init(_ record: CertificateRecord, in labels: LabelSet, now: Timestamp? = nil) throws {
        number = record.number
        document = try JSONValue(parsing: record.document).callingCertificateLabels(labels)
        status =
            if record.revocation != nil {
                .revoked
            } else if !record.isCertified {
                .nothing
            } else if (now ?? record.madeAt) >= record.expiresAt {
                .expired
            } else {
                record.appliedPolicyVersion == nil ? .proposed : .applied
            }
        envelope = Self.envelope { [status] writer in
            writer.member("number", record.number)
            writer.member("status", status.rawValue)
            Self.write(record.version, to: &writer)
            writer.member("error", record.errorLimit)
            writer.member("method", record.method)
            writer.member("policy_version", record.policyVersion)
            writer.member("applied_policy_version", record.appliedPolicyVersion)
            writer.member("made_at", record.madeAt.rfc3339)
            writer.member("made_by", record.madeBy)
            writer.member("automatic", record.isAutomatic)
            writer.member("expires_at", record.expiresAt.rfc3339)
            writer.member("revoked_at", record.revocation?.at.rfc3339)
            writer.member("revoked_by", record.revocation?.by)
            writer.member("revoked_reason", record.revocation?.reason)
        }
    }

    /// One that is not stored.
    init(
        trial record: NewCertificate, in labels: LabelSet, version: ModelVersion, by name: String
    ) {
        number = nil
        status = .trial
        // Written a moment ago by this program.
        document = Self.parsed(record.document).callingCertificateLabels(labels)
        envelope = Self.envelope { writer in
            writer.member("number", nil as Int?)
            writer.member("status", Status.trial.rawValue)
            Self.write(version, to: &writer)
            writer.member("error", record.errorLimit)
            writer.member("method", record.method)
            writer.member("policy_version", record.policyVersion)
            writer.member("applied_policy_version", nil as Int?)
            writer.member("made_at", record.madeAt.rfc3339)
            writer.member("made_by", name)
            writer.member("automatic", record.isAutomatic)
            writer.member("expires_at", record.expiresAt.rfc3339)
            writer.member("revoked_at", nil as String?)
            writer.member("revoked_by", nil as String?)
            writer.member("revoked_reason", nil as String?)
        }
    }

    /// The whole as one JSON object.
    public var json: JSONValue {
        var writer = JSONWriter()
        write(to: &writer)
        return Self.parsed(writer.bytes)
    }

    /// The sentence that says what is promised.
    public var sentence: String { document["sentence"]?.string ?? "" }

    /// Writes it as one JSON object; without the counts it rests on where it is one of a list.
    public func write(to writer: inout JSONWriter, inList: Bool = false) {
        writer.beginObject()
        for part in [envelope, document] {
            for member in part.object?.members ?? [] {
                if inList, ["chains", "window", "reference"].contains(member.key) { continue }
                writer.key(member.key)
                writer.value(member.value)
            }
        }
        writer.endObject()
    }

    private static func write(_ version: ModelVersion, to writer: inout JSONWriter) {
        writer.member("model", version.model.text)
        writer.member("model_version", version.version.text)
    }

    private static func envelope(_ body: (inout JSONWriter) -> Void) -> JSONValue {
        var writer = JSONWriter()
        writer.beginObject()
        body(&writer)
        writer.endObject()
        return parsed(writer.bytes)
    }

    private static func parsed(_ bytes: [UInt8]) -> JSONValue {
        do { return try JSONValue(parsing: bytes) } catch { return .null }
    }
}
