import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Changes the rollout.
    public static let changeRollout = Endpoint<RolloutRequest, RolloutReply>(
        "POST", "/v1/projects/{project}/rollout")
    /// Every revision of the rollout there was.
    public static let rollouts = Endpoint<Nothing, RolloutHistory>(
        "GET", "/v1/projects/{project}/rollouts")
}

extension StreamingPath {
    /// `GET`: where the rollout stands.
    public static let rollout = "/v1/projects/{project}/rollout"
}

/// A change of a rollout: `{"action": "canary", "share": 0.05, "reason": "…", "base": 3}`.
public struct RolloutRequest: WireValue {
    /// The longest reason, in bytes of UTF-8.
    public static let longestReason = 2000

    /// What is to be done.
    public var change: RolloutChange
    /// Why.
    public var reason: String
    /// The revision that must be in force, a nil inside for none; nil for whatever is.
    public var base: Int??

    /// Asks for a change.
    public init(_ change: RolloutChange, reason: String = "", base: Int?? = nil) {
        self.change = change
        self.reason = reason
        self.base = base
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        let word = try wire.required("action").word(RolloutAction.self)
        let takesSettings: Bool
        let keys: [String]
        (keys, takesSettings) =
            switch word {
            case .start: (["candidate", "serving", "mode", "share"], true)
            case .canary: (["share"], true)
            case .ramp: (["steps", "every_seconds"], true)
            case .switch, .rollback, .end: ([], false)
            }
        try wire.allowOnly(
            ["action"] + keys
                + (takesSettings ? ["guard", "answer_within_seconds", "fallback"] : [])
                + ["reason", "base"])
        change = RolloutChange(
            try Self.step(word, wire),
            settings: takesSettings
                ? try RolloutChange.Settings(wire: wire) : RolloutChange.Settings())
        reason = try wire.optional("reason")?.string(bytes: 0...Self.longestReason) ?? ""
        switch wire.value["base"] {
        case nil: base = nil
        case .null?: base = .some(nil)
        case .some: base = try wire.required("base").int()
        }
    }

    private static func step(
        _ action: RolloutAction, _ wire: WireReader
    ) throws(ReviewError) -> RolloutChange.Step {
        switch action {
        case .start:
            let mode = try wire.optional("mode")
            let word = try mode?.string() ?? Rollout.Mode.shadow.rawValue
            guard word == Rollout.Mode.shadow.rawValue || word == Rollout.Mode.canary.rawValue
            else { throw (mode ?? wire).refuse("shadow, canary") }
            let isShadow = word == Rollout.Mode.shadow.rawValue
            if isShadow, let share = try wire.optional("share") {
                throw share.refuse("no share in the mode shadow, which decides nothing")
            }
            return .start(
                try wire.required("candidate").modelVersion(),
                serving: try wire.optional("serving")?.modelVersion(),
                share: isShadow ? nil : try wire.required("share").share())
        case .canary: return .canary(share: try wire.required("share").share())
        case .ramp:
            return .ramp(
                steps: try wire.required("steps").rollout { (reader) throws(RolloutDocumentError) in
                    try reader.steps()
                },
                everySeconds: try wire.required("every_seconds").rollout {
                    (reader) throws(RolloutDocumentError) in try reader.everySeconds()
                })
        case .switch: return .switch
        case .rollback: return .rollback
        case .end: return .end
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("action", change.step.action.rawValue)
        switch change.step {
        case .start(let candidate, let serving, let share):
            writer.member("candidate", candidate.description)
            writer.memberIfPresent("serving", serving?.description)
            writer.member("mode", share == nil ? "shadow" : "canary")
            writer.memberIfPresent("share", share)
        case .canary(let share): writer.member("share", share)
        case .ramp(let steps, let seconds):
            writer.key("steps")
            writer.array(steps) { $0.double($1) }
            writer.member("every_seconds", seconds)
        case .switch, .rollback, .end: break
        }
        change.settings.write(to: &writer)
        writer.member("reason", reason)
        if let base { writer.member("base", base) }
        writer.endObject()
    }
}

extension RolloutChange.Settings {
    fileprivate init(wire: WireReader) throws(ReviewError) {
        self.init()
        if let guardrails = try wire.optional("guard") {
            // What is not given stays as it is, so only what is given is taken over.
            let read = try guardrails.rollout { (reader) throws(RolloutDocumentError) in
                try reader.guardrails(Rollout.Guardrails())
            }
            let given = guardrails.value.object?.keys ?? []
            if given.contains("minimum_labels") { minimumLabels = read.minimumLabels }
            if given.contains("error_limit") { errorLimit = .some(read.errorLimit) }
            if given.contains("false_alarm") { falseAlarm = read.falseAlarm }
        }
        answerWithinSeconds = try wire.optional("answer_within_seconds")?.rollout {
            (reader) throws(RolloutDocumentError) in try reader.answerWithinSeconds()
        }
        fallback = try wire.optional("fallback")?.rollout {
            (reader) throws(RolloutDocumentError) in try reader.word(Rollout.Fallback.self)
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        if minimumLabels != nil || errorLimit != nil || falseAlarm != nil {
            writer.key("guard")
            writer.beginObject()
            writer.memberIfPresent("minimum_labels", minimumLabels)
            if let errorLimit { writer.member("error_limit", errorLimit) }
            writer.memberIfPresent("false_alarm", falseAlarm)
            writer.endObject()
        }
        writer.memberIfPresent("answer_within_seconds", answerWithinSeconds)
        writer.memberIfPresent("fallback", fallback?.rawValue)
    }
}

extension WireReader {
    /// The value as a part of a rollout's document.
    fileprivate func rollout<Part>(
        _ read: (RolloutReader) throws(RolloutDocumentError) -> Part
    ) throws(ReviewError) -> Part {
        do {
            return try read(RolloutReader(path: path, value: value))
        } catch {
            throw .invalidField(path: error.path, found: error.found, accepted: error.accepted)
        }
    }

    fileprivate func modelVersion() throws(ReviewError) -> ModelVersion {
        try rollout { (reader) throws(RolloutDocumentError) in try reader.modelVersion() }
    }

    fileprivate func share() throws(ReviewError) -> Double {
        try rollout { (reader) throws(RolloutDocumentError) in try reader.share() }
    }
}

/// A stored revision of a rollout.
public struct RolloutReply: WireValue {
    /// Its number, counted from 1 in each project.
    public var revision: Int
    /// The whole document; nil when there is no rollout from here on.
    public var rollout: RawJSON?
    /// Why it was changed.
    public var reason: String
    /// When it was stored.
    public var createdAt: Timestamp
    /// Who stored it.
    public var createdBy: String

    /// Makes a reply.
    public init(
        revision: Int, rollout: RawJSON?, reason: String, createdAt: Timestamp, createdBy: String
    ) {
        self.revision = revision
        self.rollout = rollout
        self.reason = reason
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        revision = try wire.required("revision").int()
        rollout = try wire.optional("rollout").map { RawJSON($0.value.bytes) }
        reason = try wire.optional("reason")?.string() ?? ""
        createdAt = try wire.required("created_at").timestamp()
        createdBy = try wire.required("created_by").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("revision", revision)
        writer.member("rollout", raw: rollout?.bytes)
        writer.member("reason", reason)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("created_by", createdBy)
        writer.endObject()
    }
}

/// The history of a project's rollout, newest first.
public struct RolloutHistory: WireValue {
    /// The revisions.
    public var rollouts: [RolloutReply]

    /// Makes a history.
    public init(rollouts: [RolloutReply]) { self.rollouts = rollouts }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        rollouts = try wire.required("rollouts").array {
            (entry) throws(ReviewError) -> RolloutReply in try RolloutReply(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("rollouts")
        writer.array(rollouts) { $1.write(to: &$0) }
        writer.endObject()
    }
}
