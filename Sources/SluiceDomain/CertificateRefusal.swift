/// Why a certificate is not put in force.
public enum CertificateRefusal: Hashable, Sendable {
    /// It certifies no threshold.
    case certifiesNothing
    /// It was revoked.
    case revoked(reason: String)
    /// It holds no more.
    case expired(at: Timestamp)
    /// The stored counts do not lead to the stored thresholds.
    case unsound
    /// The policy audits nothing, so nothing would notice when the promise is broken.
    case noAudits
    /// Predictions of labels without a threshold have a confidence of 1, which every threshold accepts.
    case certainPredictions(Int)

    /// The reason, as the end of a sentence.
    public var detail: String {
        switch self {
        case .certifiesNothing: "it certifies no threshold"
        case .revoked(let reason): "it was revoked" + (reason.isEmpty ? "" : ": \(reason)")
        case .expired(let at): "it held until \(at.rfc3339)"
        case .unsound: "the counts stored with it do not lead to its thresholds"
        case .noAudits:
            "audit_rate is 0, so nothing would notice when the promise is broken; audit some first"
        case .certainPredictions(let count):
            "\(count) predictions of labels that are to go to people have a confidence of 1, which every threshold accepts; send them there by a rule first"
        }
    }
}
