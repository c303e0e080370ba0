import SluiceDomain
import SluiceJSON

/// The calls that certify thresholds and keep what was promised.
extension Endpoints {
    /// Looks for a threshold that keeps a promise.
    public static let certify = Endpoint<CertificateRequest, CertificateReply>(
        "POST", "/v1/projects/{project}/certificates")
    /// Every certificate there is, the newest first, without the counts they rest on.
    public static let certificates = Endpoint<Nothing, CertificateReply>(
        "GET", "/v1/projects/{project}/certificates")
    /// One with everything it rests on.
    public static let certificate = Endpoint<Nothing, CertificateReply>(
        "GET", "/v1/projects/{project}/certificates/{number}")
    /// Puts its thresholds in force.
    public static let applyCertificate = Endpoint<CertificateChange, CertificateReply>(
        "POST", "/v1/projects/{project}/certificates/{number}/apply")
    /// Says that it holds no more, and takes back what it allowed.
    public static let revokeCertificate = Endpoint<CertificateRevoke, CertificateReply>(
        "POST", "/v1/projects/{project}/certificates/{number}/revoke")
}

/// What is to be certified: `{"error": 0.02, "confidence": 0.95, "method": "fixed_sequence"}`.
public struct CertificateRequest: WireValue {
    /// The longest reason, in bytes of UTF-8.
    public static let longestReason = 2000
    /// The ways of looking for a threshold.
    public static let methods = ["fixed_sequence", "robust", "e_process"]

    /// The share of accepted answers that may be wrong, above 0 and below 1; nil for the policy's.
    public var error: Double?
    /// With which confidence, above 0.5 and below 1.
    public var confidence = 0.95
    /// The version; nil for the one that decides most.
    public var version: ModelVersion?
    /// Start of the window, by arrival; nil for 28 days ago.
    public var from: Timestamp?
    /// End of the window, by arrival; nil for now.
    public var to: Timestamp?
    /// One of ``methods``.
    public var method = "fixed_sequence"
    /// Whether each label gets its own threshold.
    public var perLabel = false
    /// Whether this look spends a part of the probability, so that many looks keep the promise together.
    public var spends = false
    /// Whether what is certified is put in force.
    public var applies = false
    /// How many seconds it holds, 60...31,536,000; nil for 28 days.
    public var expiresSeconds: Int?
    /// Why.
    public var reason = ""
    /// Whether nothing is to be stored.
    public var isTrial = false

    /// Asks for what the policy says.
    public init() {}

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly([
            "error", "confidence", "model", "model_version", "from", "to", "method", "per_label",
            "spends", "apply", "expires_seconds", "reason", "dry_run",
        ])
        if let reader = try wire.optional("error") {
            error = try reader.number("a number above 0 and below 1") { $0 > 0 && $0 < 1 }
        }
        if let reader = try wire.optional("confidence") {
            confidence = try reader.number("a number above 0.5 and below 1") { $0 > 0.5 && $0 < 1 }
        }
        let model = try wire.optional("model")?.string()
        let version = try wire.optional("model_version")?.string()
        switch (model, version) {
        case (nil, nil): break
        case (let model?, let version?):
            self.version = ModelVersion(model: ExactText(model), version: ExactText(version))
        case (nil, _): throw .missingField(path: "model")
        case (_, nil): throw .missingField(path: "model_version")
        }
        from = try wire.optional("from")?.timestamp()
        to = try wire.optional("to")?.timestamp()
        if let reader = try wire.optional("method") {
            method = try reader.string()
            guard Self.methods.contains(method) else {
                throw reader.refuse(Self.methods.joined(separator: ", "))
            }
        }
        perLabel = try wire.optional("per_label")?.bool() ?? false
        spends = try wire.optional("spends")?.bool() ?? false
        applies = try wire.optional("apply")?.bool() ?? false
        if let reader = try wire.optional("expires_seconds") {
            let seconds = try reader.int()
            guard (60...31_536_000).contains(seconds) else {
                throw reader.refuse("a whole number from 60 to 31536000")
            }
            expiresSeconds = seconds
        }
        reason = try wire.optional("reason")?.string(bytes: 0...Self.longestReason) ?? ""
        isTrial = try wire.optional("dry_run")?.bool() ?? false
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.memberIfPresent("error", error)
        writer.member("confidence", confidence)
        writer.memberIfPresent("model", version?.model.text)
        writer.memberIfPresent("model_version", version?.version.text)
        writer.memberIfPresent("from", from?.rfc3339)
        writer.memberIfPresent("to", to?.rfc3339)
        writer.member("method", method)
        writer.member("per_label", perLabel)
        writer.member("spends", spends)
        writer.member("apply", applies)
        writer.memberIfPresent("expires_seconds", expiresSeconds)
        writer.member("reason", reason)
        writer.member("dry_run", isTrial)
        writer.endObject()
    }
}

extension WireReader {
    fileprivate func number(
        _ accepted: String, where isAccepted: (Double) -> Bool
    ) throws(ReviewError) -> Double {
        let number = try double()
        guard isAccepted(number) else { throw refuse(accepted) }
        return number
    }
}

/// A change of a certificate: `{"reason": "…"}`.
public struct CertificateChange: WireValue {
    /// Why.
    public var reason: String

    /// Gives a reason.
    public init(reason: String) { self.reason = reason }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["reason"])
        reason =
            try wire.optional("reason")?.string(bytes: 0...CertificateRequest.longestReason) ?? ""
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.endObject()
    }
}

/// The end of a certificate: `{"reason": "…", "keep_routing": false}`.
public struct CertificateRevoke: WireValue {
    /// Why.
    public var reason: String
    /// Whether the model goes on deciding by its thresholds.
    public var keepsRouting: Bool

    /// Collects the parts.
    public init(reason: String, keepsRouting: Bool = false) {
        self.reason = reason
        self.keepsRouting = keepsRouting
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["reason", "keep_routing"])
        reason =
            try wire.optional("reason")?.string(bytes: 0...CertificateRequest.longestReason) ?? ""
        keepsRouting = try wire.optional("keep_routing")?.bool() ?? false
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.member("keep_routing", keepsRouting)
        writer.endObject()
    }
}

/// A certificate, or a list of them: a document of its own shape.
public struct CertificateReply: WireValue {
    /// The document.
    public var document: JSONValue

    /// Wraps a document.
    public init(document: JSONValue) { self.document = document }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) { document = wire.value }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) { writer.value(document) }
}
