import SluiceDomain
import SluiceJSON

/// The calls about policies.
extension Endpoints {
    /// Stores a policy and puts it in force; `reason` and `base` in the query.
    public static let putPolicy = Endpoint<PolicyDocument, PolicyReply>(
        "PUT", "/v1/projects/{project}/policy")
    /// The policy in force.
    public static let policy = Endpoint<Nothing, PolicyReply>(
        "GET", "/v1/projects/{project}/policy")
    /// Every policy there was, and when which was in force.
    public static let policies = Endpoint<Nothing, PolicyHistory>(
        "GET", "/v1/projects/{project}/policies")
    /// One version.
    public static let policyVersion = Endpoint<Nothing, PolicyReply>(
        "GET", "/v1/projects/{project}/policies/{version}")
    /// Puts a version in force again; `reason` and `base` in the query.
    public static let activatePolicy = Endpoint<Nothing, PolicyReply>(
        "POST", "/v1/projects/{project}/policies/{version}/activate")
    /// Takes the last change of policy back; `reason` and `base` in the query.
    public static let rollBackPolicy = Endpoint<Nothing, PolicyReply>(
        "POST", "/v1/projects/{project}/policy/rollback")
    /// Gives back what alarms have taken from the model; `reason` and `base` in the query.
    public static let resumePolicy = Endpoint<Nothing, PolicyReply>(
        "POST", "/v1/projects/{project}/policy/resume")
    /// What was done about alarms, newest first.
    public static let fallbacks = Endpoint<Nothing, FallbackList>(
        "GET", "/v1/projects/{project}/fallbacks")
}

/// A stored policy version.
public struct PolicyReply: WireValue {
    /// Its number, counted from 1 in each project.
    public var version: Int
    /// The whole document, defaults included.
    public var document: RawJSON
    /// Why it was stored.
    public var reason: String
    /// When it was stored.
    public var createdAt: Timestamp
    /// Who stored it.
    public var createdBy: String
    /// How it came into force; nil where it is not asked whether it is.
    public var activation: PolicyActivation?

    /// Makes a reply.
    public init(
        version: Int, document: RawJSON, reason: String, createdAt: Timestamp, createdBy: String,
        activation: PolicyActivation? = nil
    ) {
        self.version = version
        self.document = document
        self.reason = reason
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.activation = activation
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        document = RawJSON(try wire.required("document").value.bytes)
        reason = try wire.optional("reason")?.string() ?? ""
        createdAt = try wire.required("created_at").timestamp()
        createdBy = try wire.required("created_by").string()
        if let activation = try wire.optional("activation") {
            self.activation = try PolicyActivation(wire: activation)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("document", raw: document.bytes)
        writer.member("reason", reason)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("created_by", createdBy)
        if let activation {
            writer.key("activation")
            activation.write(to: &writer)
        }
        writer.endObject()
    }
}

/// How a policy version came into force.
public struct PolicyActivation: WireValue, Hashable {
    /// Its number among the project's activations, counted from 1.
    public var number: Int
    /// What came into force.
    public var version: Int
    /// How.
    public var change: PolicyChange
    /// When.
    public var at: Timestamp
    /// By whom.
    public var by: String
    /// Why.
    public var reason: String

    /// Makes an entry.
    public init(
        number: Int, version: Int, change: PolicyChange, at: Timestamp, by: String, reason: String
    ) {
        self.number = number
        self.version = version
        self.change = change
        self.at = at
        self.by = by
        self.reason = reason
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        number = try wire.required("number").int()
        version = try wire.required("version").int()
        change = try wire.required("change").word()
        at = try wire.required("at").timestamp()
        by = try wire.required("by").string()
        reason = try wire.optional("reason")?.string() ?? ""
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("number", number)
        writer.member("version", version)
        writer.member("change", change.rawValue)
        writer.member("at", at.rfc3339)
        writer.member("by", by)
        writer.member("reason", reason)
        writer.endObject()
    }
}

/// The history of a project's policies.
public struct PolicyHistory: WireValue {
    /// The versions, newest first.
    public var policies: [PolicyReply]
    /// What came into force when, newest first; the first is in force.
    public var activations: [PolicyActivation]

    /// Makes a history.
    public init(policies: [PolicyReply], activations: [PolicyActivation]) {
        self.policies = policies
        self.activations = activations
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        policies = try wire.required("policies").array {
            (entry) throws(ReviewError) -> PolicyReply in try PolicyReply(wire: entry)
        }
        activations = try wire.required("activations").array {
            (entry) throws(ReviewError) -> PolicyActivation in try PolicyActivation(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("policies")
        writer.array(policies) { $1.write(to: &$0) }
        writer.key("activations")
        writer.array(activations) { $1.write(to: &$0) }
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
