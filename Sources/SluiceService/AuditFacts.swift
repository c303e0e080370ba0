import SluiceDomain
import SluiceJSON

/// What the audit log says was in force, as compact JSON.
public enum AuditFacts {
    /// `{"policy_version":2,"degree":"assist"}`.
    public static func policy(version: Int, _ policy: Policy) -> [UInt8] {
        Self.policy(version: version, degree: policy.degree.rawValue)
    }

    /// The same, of a stored policy.
    public static func policy(version: Int, degree: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("policy_version", version)
        writer.member("degree", degree)
        writer.endObject()
        return writer.bytes
    }

    /// `{"guidelines":"...","tags":["..."]}`, without what was not changed.
    public static func project(guidelines: String?, tags: TagList?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.memberIfPresent("guidelines", guidelines)
        if let tags {
            writer.key("tags")
            writer.array(tags.tags) { $0.string($1) }
        }
        writer.endObject()
        return writer.bytes
    }
}
