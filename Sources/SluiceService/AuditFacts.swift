import SluiceDomain
import SluiceJSON
import SluiceStore

/// What the audit log says was in force, as compact JSON.
public enum AuditFacts {
    /// `{"policy_version":2,"degree":"assist"}`.
    public static func policy(version: Int, _ policy: Policy) -> [UInt8] {
        Self.policy(version: version, degree: policy.degree.rawValue)
    }

    /// The same, of a stored policy.
    ///
    /// - Parameter fallbacks: the numbers of those that stand in it.
    public static func policy(
        version: Int, degree: String, fallbacks: [Int] = []
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("policy_version", version)
        writer.member("degree", degree)
        if !fallbacks.isEmpty {
            writer.key("fallbacks")
            writer.array(fallbacks) { $0.int($1) }
        }
        writer.endObject()
        return writer.bytes
    }

    /// `{"dwell_ms":150}`.
    public static func dwell(_ dwell: AnswerDwell) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dwell_ms", dwell.milliseconds)
        writer.endObject()
        return writer.bytes
    }

    /// `{"tags":["..."]}`.
    public static func tags(_ tags: TagList) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("tags")
        writer.array(tags.tags) { $0.string($1) }
        writer.endObject()
        return writer.bytes
    }

    /// `{"label_set_version":2,"label":{"id":"spam","name":"junk","status":"active"}}`.
    public static func label(_ label: Label, version: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("label_set_version", version)
        writer.member("label", raw: label.json)
        writer.endObject()
        return writer.bytes
    }

    /// `{"guidelines_version":2,"summary":"..."}`; the texts themselves are kept with their versions.
    public static func guidelines(version: Int, summary: String? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("guidelines_version", version)
        writer.memberIfPresent("summary", summary)
        writer.endObject()
        return writer.bytes
    }

    /// `{"imported":120,"decided":0}`.
    public static func reviews(imported: Int, decided: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("imported", imported)
        writer.member("decided", decided)
        writer.endObject()
        return writer.bytes
    }

    /// `{"reviewer":"ann"}`.
    public static func reviewer(_ name: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reviewer", name)
        writer.endObject()
        return writer.bytes
    }

    /// `{"gold_items":12}`.
    public static func gold(_ count: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("gold_items", count)
        writer.endObject()
        return writer.bytes
    }

    /// `{"gold_item":"pkg-1"}`.
    public static func gold(_ externalID: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("gold_item", externalID)
        writer.endObject()
        return writer.bytes
    }

    /// `{"policy_version":2,"reasked":120,"left":3}`.
    static func reasked(_ reasked: Reasked) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("policy_version", reasked.policyVersion)
        writer.member("reasked", reasked.reasked)
        writer.member("left", reasked.left)
        writer.endObject()
        return writer.bytes
    }

    /// `{"proposal":"7","note":"..."}`.
    public static func proposal(_ id: Int64, note: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("proposal", "\(id)")
        writer.member("note", note)
        writer.endObject()
        return writer.bytes
    }

    /// `{"reopened_item":"pkg-1","revision":2}`.
    static func reopened(_ externalID: String, revision: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reopened_item", externalID)
        writer.member("revision", revision)
        writer.endObject()
        return writer.bytes
    }

    /// `{"reopening":"3","policy_version":7,"label":"fraud"}`: what was asked for.
    static func reopening(_ id: Int, _ filter: ReopeningFilter) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reopening", "\(id)")
        writer.memberIfPresent("policy_version", filter.policyVersion)
        writer.memberIfPresent("label", filter.label?.text)
        writer.memberIfPresent("model", filter.model?.text)
        writer.memberIfPresent("model_version", filter.modelVersion?.text)
        writer.memberIfPresent("source", filter.source?.rawValue)
        writer.memberIfPresent("since", filter.since?.rfc3339)
        writer.memberIfPresent("until", filter.until?.rfc3339)
        writer.endObject()
        return writer.bytes
    }
}
