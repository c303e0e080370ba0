import SluiceDomain
import SluiceJSON

/// What was done about an alarm.
public struct FallbackReply: WireValue, Hashable {
    /// Its number, counted from 1 in each project.
    public var number: Int
    /// When.
    public var at: Timestamp
    /// What did not hold any more.
    public var cause: AlarmCause
    /// The model the alarm is about.
    public var model: String
    /// Its version.
    public var modelVersion: String
    /// What the policy asked for.
    public var asked: AlarmAction
    /// What was done.
    public var taken: AlarmAction
    /// Why, in a sentence.
    public var reason: String
    /// The policy that was in force.
    public var fromPolicyVersion: Int
    /// The policy that put it in force; nil when the policy was left as it was.
    public var toPolicyVersion: Int?
    /// Whether the policy in force has it.
    public var isStanding: Bool
    /// When it was lifted; nil when it was not.
    public var liftedAt: Timestamp?
    /// By whom.
    public var liftedBy: String?
    /// Why.
    public var liftedReason: String?

    /// Collects the parts.
    public init(
        number: Int, at: Timestamp, cause: AlarmCause, model: String, modelVersion: String,
        asked: AlarmAction, taken: AlarmAction, reason: String, fromPolicyVersion: Int,
        toPolicyVersion: Int?, isStanding: Bool, liftedAt: Timestamp? = nil,
        liftedBy: String? = nil, liftedReason: String? = nil
    ) {
        self.number = number
        self.at = at
        self.cause = cause
        self.model = model
        self.modelVersion = modelVersion
        self.asked = asked
        self.taken = taken
        self.reason = reason
        self.fromPolicyVersion = fromPolicyVersion
        self.toPolicyVersion = toPolicyVersion
        self.isStanding = isStanding
        self.liftedAt = liftedAt
        self.liftedBy = liftedBy
        self.liftedReason = liftedReason
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        number = try wire.required("number").int()
        at = try wire.required("at").timestamp()
        cause = try wire.required("cause").word()
        model = try wire.required("model").string()
        modelVersion = try wire.required("model_version").string()
        asked = try wire.required("asked").word()
        taken = try wire.required("taken").word()
        reason = try wire.required("reason").string()
        fromPolicyVersion = try wire.required("from_policy_version").int()
        toPolicyVersion = try wire.optional("to_policy_version")?.int()
        isStanding = try wire.required("standing").bool()
        liftedAt = try wire.optional("lifted_at")?.timestamp()
        liftedBy = try wire.optional("lifted_by")?.string()
        liftedReason = try wire.optional("lifted_reason")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("number", number)
        writer.member("at", at.rfc3339)
        writer.member("cause", cause.rawValue)
        writer.member("model", model)
        writer.member("model_version", modelVersion)
        writer.member("asked", asked.rawValue)
        writer.member("taken", taken.rawValue)
        writer.member("reason", reason)
        writer.member("from_policy_version", fromPolicyVersion)
        writer.member("to_policy_version", toPolicyVersion)
        writer.member("standing", isStanding)
        writer.member("lifted_at", liftedAt?.rfc3339)
        writer.member("lifted_by", liftedBy)
        writer.member("lifted_reason", liftedReason)
        writer.endObject()
    }
}

/// What was done about the alarms of a project.
public struct FallbackList: WireValue {
    /// The newest first.
    public var fallbacks: [FallbackReply]

    /// Makes a list.
    public init(fallbacks: [FallbackReply]) { self.fallbacks = fallbacks }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        fallbacks = try wire.required("fallbacks").array {
            (entry) throws(ReviewError) -> FallbackReply in try FallbackReply(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("fallbacks")
        writer.array(fallbacks) { $1.write(to: &$0) }
        writer.endObject()
    }
}
