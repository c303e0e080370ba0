import SluiceDomain

/// What was done about an alarm, as stored.
public struct FallbackRecord: Hashable, Sendable {
    /// Its number, counted from 1 in each project.
    public let number: Int
    /// When.
    public let at: Timestamp
    /// What did not hold any more.
    public let cause: AlarmCause
    /// The key of the version the alarm is about.
    public let modelVersionID: Int64
    /// That version.
    public let version: ModelVersion
    /// What the policy asked for.
    public let asked: AlarmAction
    /// What was done.
    public let taken: AlarmAction
    /// Why, in a sentence.
    public let reason: String
    /// The policy that was in force.
    public let fromPolicyVersion: Int
    /// The policy that put it in force; nil when the policy was left as it was.
    public let toPolicyVersion: Int?
    /// When, by whom and why it was lifted; nil while it stands, and when there was nothing to lift.
    public let lifted: Lifted?
    /// The error rate that was promised, above 0 and below 1; nil where none was.
    public let errorLimit: Double?
    /// Since when labels are taken to be like those to come; nil for a certificate's usual window.
    public let evidenceFrom: Timestamp?
    /// Whether a threshold that the labels still certify is to be looked for.
    public let isRaiseDue: Bool
    /// The change of policy that let the version decide again from a certified threshold on.
    public let raised: Raised?

    /// A change of policy.
    public struct Raised: Hashable, Sendable {
        /// The version that was in force.
        public let from: Int
        /// The version that was put in force.
        public let to: Int

        /// Collects the parts.
        public init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// The end of a fallback.
    public struct Lifted: Hashable, Sendable {
        /// When.
        public let at: Timestamp
        /// By whom.
        public let by: String
        /// Why.
        public let reason: String
    }

    /// Whether the policy in force has it.
    public var isStanding: Bool { toPolicyVersion != nil && lifted == nil }
}

/// A fallback before it is stored.
public struct NewFallback: Sendable {
    /// Its number, from `nextFallback`.
    public var number: Int
    /// What did not hold any more.
    public var cause: AlarmCause
    /// The key of the version the alarm is about.
    public var modelVersionID: Int64
    /// The number of the certificate that expired, or of the activation of the policy whose limit is
    /// broken; else the key of the alarm.
    public var subject: Int64
    /// What the policy asked for.
    public var asked: AlarmAction
    /// What was done.
    public var taken: AlarmAction
    /// Why, in a sentence.
    public var reason: String
    /// The policy that was in force.
    public var fromPolicyVersion: Int
    /// The policy that puts it in force; nil when the policy is left as it was.
    public var toPolicyVersion: Int?
    /// The error rate that was promised, above 0 and below 1; nil where none was.
    public var errorLimit: Double?
    /// Since when labels are taken to be like those to come; nil for a certificate's usual window.
    public var evidenceFrom: Timestamp?
    /// Whether a threshold that the labels still certify is to be looked for.
    public var isRaiseDue: Bool

    /// Collects the parts.
    public init(
        number: Int, cause: AlarmCause, modelVersionID: Int64, subject: Int64,
        asked: AlarmAction, taken: AlarmAction, reason: String, fromPolicyVersion: Int,
        toPolicyVersion: Int?, errorLimit: Double?, evidenceFrom: Timestamp?, isRaiseDue: Bool
    ) {
        self.number = number
        self.cause = cause
        self.modelVersionID = modelVersionID
        self.subject = subject
        self.asked = asked
        self.taken = taken
        self.reason = reason
        self.fromPolicyVersion = fromPolicyVersion
        self.toPolicyVersion = toPolicyVersion
        self.errorLimit = errorLimit
        self.evidenceFrom = evidenceFrom
        self.isRaiseDue = isRaiseDue
    }
}

/// A fallback that a change of policy lifted or put back.
public struct SettledFallback: Hashable, Sendable {
    /// Its number.
    public let number: Int
    /// What did not hold any more.
    public let cause: AlarmCause
    /// The key of the version the alarm is about.
    public let modelVersionID: Int64
    /// Whether it was lifted; else it was put back.
    public let isLifted: Bool
}
