import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Who changed what, and why; by `after` and `limit` of the query.
    public static let auditLog = Endpoint<Nothing, AuditLogReply>(
        "GET", "/v1/projects/{project}/audit-log")
}

/// One change of a project, its policy or its rollout.
public struct AuditEntry: WireValue {
    /// Its key; a larger one is a later change of the project.
    public var id: String
    /// When it happened.
    public var at: Timestamp
    /// Who did it; `sluice` is the service itself.
    public var actor: String
    /// What was done, such as `rollout.switched`.
    public var action: String
    /// Why.
    public var reason: String
    /// What was in force before; nil when nothing was.
    public var before: RawJSON?
    /// What was in force after; nil when nothing was.
    public var after: RawJSON?

    /// Makes an entry.
    public init(
        id: String, at: Timestamp, actor: String, action: String, reason: String,
        before: RawJSON?, after: RawJSON?
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.reason = reason
        self.before = before
        self.after = after
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        id = try wire.required("id").string()
        at = try wire.required("at").timestamp()
        actor = try wire.required("actor").string()
        action = try wire.required("action").string()
        reason = try wire.optional("reason")?.string() ?? ""
        before = try wire.optional("before").map { RawJSON($0.value.bytes) }
        after = try wire.optional("after").map { RawJSON($0.value.bytes) }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("at", at.rfc3339)
        writer.member("actor", actor)
        writer.member("action", action)
        writer.member("reason", reason)
        writer.member("before", raw: before?.bytes)
        writer.member("after", raw: after?.bytes)
        writer.endObject()
    }
}

/// A part of a project's audit log, oldest first.
public struct AuditLogReply: WireValue {
    /// How many entries come without a limit, and at most.
    public static let (standardCount, maximumCount) = (100, 1000)

    /// The entries.
    public var entries: [AuditEntry]
    /// What to ask for as `after` to go on; nil in a log without entries.
    public var next: String?

    /// Makes a reply.
    public init(entries: [AuditEntry], next: String?) {
        self.entries = entries
        self.next = next
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        entries = try wire.required("entries").array {
            (entry) throws(ReviewError) -> AuditEntry in try AuditEntry(wire: entry)
        }
        next = try wire.optional("next")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("entries")
        writer.array(entries) { $1.write(to: &$0) }
        writer.member("next", next)
        writer.endObject()
    }
}
