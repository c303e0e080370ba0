/// What the service does by itself when what allowed the automation does not hold any more.
public enum AlarmAction: String, Sendable, CaseIterable {
    /// People decide, and see the prediction.
    case assist
    /// What would have been accepted waits for a person before everything else.
    case hold
    /// Only what the evidence since still certifies is accepted; people decide the rest.
    case raise
    /// The policy before comes into force again, unless it accepts more.
    case previous
    /// Nothing but the alarm.
    case notify
}

/// What does not hold any more.
public enum AlarmCause: String, Sendable, CaseIterable {
    /// A version has come to be wrong more often than its limit allows.
    case concept
    /// The interval of a version's audited error lies above the limit.
    case errorLimit = "error_limit"
    /// The certificate in force has expired, and the grace is over.
    case expiry
    /// The serving version answers nothing any more.
    case silence
    /// A person has revoked the certificate in force.
    case revocation
    /// A label means something else now, and the certificate in force covered it.
    case labelChange = "label_change"

    /// Which of the policy's two members says what is done.
    var isExpiry: Bool { self == .expiry }

    /// Whether it says that too much is wrong from the thresholds in force on.
    public var refutesThresholds: Bool {
        switch self {
        case .concept, .errorLimit, .revocation: true
        case .expiry, .silence, .labelChange: false
        }
    }

    /// Whether it is about what a certificate says of thresholds, which is nothing of what rules accept.
    var isAboutThresholds: Bool {
        switch self {
        case .expiry, .revocation, .labelChange: true
        case .concept, .errorLimit, .silence: false
        }
    }
}

extension Policy {
    /// What is done about a cause.
    public func action(on cause: AlarmCause) -> AlarmAction {
        cause.isExpiry ? onExpiry : onAlarm
    }
}
