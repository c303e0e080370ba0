import SluiceJSON

/// Why the document of a rollout is refused: the place, what stands there, and what is accepted.
public struct RolloutDocumentError: Error, Hashable, Sendable {
    /// The place as a path of keys, such as `ramp.steps[1]`; empty for the whole document.
    public let path: String
    /// What stands there, shortened.
    public let found: String
    /// The accepted form, as a phrase.
    public let accepted: String

    /// What is wrong, where, and what to do, in one sentence.
    public var detail: String {
        (path.isEmpty ? "the rollout document" : path) + " is \(found); accepted: \(accepted)"
    }
}

extension Rollout {
    /// Reads a rollout document; missing keys take the values of `Rollout(serving:)`.
    ///
    /// Without `mode` it is `serving` without a candidate and `shadow` with one.
    ///
    /// - Throws: the first thing that is not as documented: an unknown key, a value out of range, a
    ///   share in a mode that has none.
    public init(document: JSONValue) throws(RolloutDocumentError) {
        let whole = RolloutReader(path: "", value: document)
        let members = try whole.members()
        guard let serving = document["serving"] else {
            throw RolloutReader(path: "serving", value: nil).refuse(RolloutReader.version)
        }
        var rollout = Rollout(
            serving: try RolloutReader(path: "serving", value: serving).modelVersion())
        var mode: Mode?
        for (key, value) in members {
            let reader = RolloutReader(path: key, value: value)
            switch key {
            case "serving": break
            case "candidate": rollout.candidate = try reader.ifNotNull?.modelVersion()
            case "previous": rollout.previous = try reader.ifNotNull?.modelVersion()
            case "previous_rolled_back": rollout.isPreviousRolledBack = try reader.bool()
            case "mode": mode = try reader.word(Mode.self)
            case "share": rollout.share = try reader.fraction()
            case "ramp": rollout.ramp = try reader.ifNotNull?.ramp()
            case "guard": rollout.guardrails = try reader.guardrails(Guardrails())
            case "answer_within_seconds":
                rollout.answerWithinSeconds = try reader.answerWithinSeconds()
            case "fallback": rollout.fallback = try reader.word(Fallback.self)
            default:
                throw RolloutDocumentError(
                    path: key, found: "not a key of a rollout",
                    accepted: RolloutReader.keys.joined(separator: ", "))
            }
        }
        rollout.mode = mode ?? (rollout.candidate == nil ? .serving : .shadow)
        if let contradiction = rollout.contradiction { throw contradiction }
        self = rollout
    }

    /// The first of its parts that does not go with the others.
    private var contradiction: RolloutDocumentError? {
        func error(_ path: String, _ found: String, _ accepted: String) -> RolloutDocumentError {
            RolloutDocumentError(path: path, found: found, accepted: accepted)
        }
        if (candidate == nil) != (mode == .serving) {
            return error(
                "candidate", candidate?.description ?? "null",
                mode == .serving
                    ? "null in the mode serving" : "a version in the mode \(mode.rawValue)")
        }
        if candidate == serving {
            return error("candidate", "\(serving)", "another version than serving")
        }
        if let previous, previous == serving || previous == candidate {
            return error("previous", "\(previous)", "neither serving nor candidate")
        }
        let decides = mode == .canary || mode == .ramp
        if decides != (share > 0) {
            return error(
                "share", "\(share)",
                decides ? "above 0 in the mode \(mode.rawValue)" : "0 in the mode \(mode.rawValue)")
        }
        if (ramp != nil) != (mode == .ramp) {
            return error(
                "ramp", ramp == nil ? "null" : "an object",
                mode == .ramp ? "an object in the mode ramp" : "null in the mode \(mode.rawValue)")
        }
        if let ramp, ramp.steps[ramp.step] != share {
            return error("share", "\(share)", "the ramp's step, which is \(ramp.steps[ramp.step])")
        }
        return nil
    }

    /// Writes the whole document, defaults included, in a fixed order of keys.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("serving", serving.description)
        writer.member("candidate", candidate?.description)
        writer.member("previous", previous?.description)
        writer.member("previous_rolled_back", isPreviousRolledBack)
        writer.member("mode", mode.rawValue)
        writer.member("share", share)
        writer.key("ramp")
        if let ramp {
            ramp.write(to: &writer)
        } else {
            writer.null()
        }
        writer.key("guard")
        guardrails.write(to: &writer)
        writer.member("answer_within_seconds", answerWithinSeconds)
        writer.member("fallback", fallback.rawValue)
        writer.endObject()
    }

    /// The whole document as JSON, defaults included.
    public var document: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension Rollout.Ramp {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("steps")
        writer.beginArray()
        for step in steps { writer.double(step) }
        writer.endArray()
        writer.member("every_seconds", everySeconds)
        writer.member("step", step)
        writer.member("stepped_at", steppedAt.rfc3339)
        writer.endObject()
    }
}

extension Rollout.Guardrails {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("minimum_labels", minimumLabels)
        writer.member("error_limit", errorLimit)
        writer.member("false_alarm", falseAlarm)
        writer.endObject()
    }
}
