import SluiceDomain
import SluiceJSON
import SluiceService

/// A prediction as a producer sends it; every field has a value that passes.
public struct SentPrediction: Sendable {
    /// The producer's key.
    public var externalID: String
    /// The model.
    public var model = "demo"
    /// Its version.
    public var version = "1"
    /// The predicted label.
    public var label: String
    /// The confidence as JSON: a number, or `null`.
    public var confidence: String
    /// The payload as JSON.
    public var payload = #"{"text":"hello"}"#
    /// The group; nil for none.
    public var group: String?
    /// Further members as JSON, such as `"scores":{"a":1}`; empty for none.
    public var more = ""

    /// Makes a prediction.
    public init(
        _ externalID: String, label: String = "a", confidence: String = "0.5",
        model: String = "demo", version: String = "1", payload: String = #"{"text":"hello"}"#,
        group: String? = nil, more: String = ""
    ) {
        self.externalID = externalID
        self.label = label
        self.confidence = confidence
        self.model = model
        self.version = version
        self.payload = payload
        self.group = group
        self.more = more
    }

    /// The line that says it.
    public var line: String {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in [
            ("external_id", externalID), ("model", model), ("model_version", version),
            ("label", label),
        ] {
            writer.key(key)
            writer.string(value)
        }
        if let group {
            writer.key("group")
            writer.string(group)
        }
        writer.endObject()
        let start = String(decoding: writer.bytes, as: UTF8.self).dropLast()
        return start + #","confidence":\#(confidence),"payload":\#(payload)"#
            + (more.isEmpty ? "" : "," + more) + "}"
    }
}

extension LineOutcome {
    /// What was stored; nil when the line was refused.
    public var stored: StoredPrediction? {
        if case .stored(let stored) = self { stored } else { nil }
    }

    /// Why the line was refused; nil when it was stored.
    public var refusal: ReviewError? {
        if case .refused(let error) = self { error } else { nil }
    }
}
