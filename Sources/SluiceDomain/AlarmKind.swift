/// What an alarm is about; stable words.
public enum AlarmKind: String, Sendable, CaseIterable {
    /// Traffic has moved away from its reference.
    case drift
    /// A version has come to be wrong more often than its limit allows.
    case concept
    /// The interval of a version's audited error lies above the limit.
    case errorLimit = "error_limit"
    /// The certificate in force has expired, and the grace is over.
    case expiry
    /// The serving version answers nothing any more.
    case silence
}

/// How far an alarm matters; stable words.
public enum AlarmLevel: String, Sendable, CaseIterable {
    /// Somebody should look at it.
    case warn
    /// Somebody, or the policy, should act on it.
    case act
}
