import SluiceDomain
import SluiceStatistics

/// How a certified threshold is looked for.
public enum CertificateMethod: String, Sendable, CaseIterable {
    /// One walk at the whole probability.
    case fixedSequence = "fixed_sequence"
    /// Four walks at a quarter of the probability each, from 2, 4, 8 and 16 times the least labels.
    case robust
    /// A walk by evidence that may be looked at as often as one likes.
    case eProcess = "e_process"
}

/// What is to be certified.
public struct CertificateQuestion: Sendable {
    /// The share of accepted answers that may be wrong, above 0 and below 1; nil for the policy's.
    public var error: Double?
    /// With which confidence, above 0.5 and below 1.
    public var confidence = 0.95
    /// The version; nil for the one by which most items of the window were routed.
    public var version: ModelVersion?
    /// Start of the window of labels, by arrival; nil for 28 days ago.
    public var from: Timestamp?
    /// End of the window of labels, by arrival; nil for now.
    public var to: Timestamp?
    /// How the threshold is looked for.
    public var method = CertificateMethod.fixedSequence
    /// Whether each label gets its own threshold.
    public var perLabel = false
    /// Whether this look spends a part of the probability.
    ///
    /// All such looks together then keep the promise. An `eProcess` needs none of it.
    public var spends = false
    /// How many seconds the certificate holds, 60...31,536,000; nil for 28 days.
    public var expiresSeconds: Int?

    /// 28 days in seconds: how far back labels are taken from, and how long a certificate holds.
    public static let usualSeconds = 2_419_200

    /// Asks for a certificate of the policy's limit.
    public init() {}
}

/// Who wants a certificate, and what is to become of it.
public struct CertificateOrder: Sendable {
    /// Whether nothing is to be stored.
    public var isTrial = false
    /// Whether the thresholds are to be put in force when they are certified.
    public var applies = false
    /// Why, for the policy's history.
    public var reason = ""

    /// Stores the certificate and applies nothing.
    public init() {}
}
