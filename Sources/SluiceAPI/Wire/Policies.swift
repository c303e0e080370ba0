import SluiceDomain
import SluiceJSON

/// A stored policy version.
public struct PolicyReply: WireValue {
    /// Its number, counted from 1 in each project.
    public var version: Int
    /// The whole document, defaults included.
    public var document: RawJSON
    /// Why it was set.
    public var reason: String
    /// When it was stored.
    public var createdAt: Timestamp
    /// Who stored it.
    public var createdBy: String

    /// Makes a reply.
    public init(
        version: Int, document: RawJSON, reason: String, createdAt: Timestamp, createdBy: String
    ) {
        self.version = version
        self.document = document
        self.reason = reason
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        document = RawJSON(try wire.required("document").value.bytes)
        reason = try wire.optional("reason")?.string() ?? ""
        createdAt = try wire.required("created_at").timestamp()
        createdBy = try wire.required("created_by").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("document", raw: document.bytes)
        writer.member("reason", reason)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("created_by", createdBy)
        writer.endObject()
    }
}

/// The history of a project's policies, newest first.
public struct PolicyHistory: WireValue {
    /// The versions.
    public var policies: [PolicyReply]

    /// Makes a history.
    public init(policies: [PolicyReply]) { self.policies = policies }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        policies = try wire.required("policies").array {
            (entry) throws(ReviewError) -> PolicyReply in try PolicyReply(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("policies")
        writer.beginArray()
        for policy in policies { policy.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

/// A policy document on its way in; the service checks it against the project's labels.
public struct PolicyDocument: WireValue {
    /// The document.
    public var document: JSONValue

    /// Wraps a document.
    public init(document: JSONValue) { self.document = document }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) { document = wire.value }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) { writer.value(document) }
}
