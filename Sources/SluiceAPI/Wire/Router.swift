import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Which version is to score one item, named by `external_id` in the query.
    public static let router = Endpoint<Nothing, AssignmentReply>(
        "GET", "/v1/projects/{project}/router")
    /// Which version is to score each of many items.
    public static let routerBatch = Endpoint<RouterRequest, RouterReply>(
        "POST", "/v1/projects/{project}/router")
}

/// A question for many items: `{"external_ids": ["a", "b"]}`.
public struct RouterRequest: WireValue {
    /// How many items one request may ask for.
    public static let largestBatch = 10_000

    /// The items, in the order in which they are answered.
    public var externalIDs: [String]

    /// Asks for these items.
    public init(externalIDs: [String]) { self.externalIDs = externalIDs }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["external_ids"])
        let list = try wire.required("external_ids")
        guard let count = list.value.array?.count, (1...Self.largestBatch).contains(count) else {
            throw list.refuse("an array of 1 to \(Self.largestBatch) external ids")
        }
        externalIDs = try list.array {
            (entry) throws(ReviewError) -> String in try entry.string(bytes: 1...512)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("external_ids")
        writer.array(externalIDs) { $0.string($1) }
        writer.endObject()
    }
}

/// Which version is to score an item, under the rollout in force.
public struct AssignmentReply: WireValue, Hashable {
    /// The item.
    public var externalID: String
    /// The version whose prediction decides it; nil when there is no rollout.
    public var decider: ModelVersion?
    /// `serving` or `candidate`; nil when there is no rollout.
    public var side: String?
    /// The share of items that the candidate decides; nil when there is no rollout.
    public var share: Double?
    /// The mode of the rollout; nil when there is none.
    public var mode: String?
    /// The revision of the rollout; nil when there is none.
    public var rolloutRevision: Int?
    /// Why there is no version.
    public var reason: String?

    /// Makes a reply.
    public init(
        externalID: String, decider: ModelVersion?, side: String?, share: Double?, mode: String?,
        rolloutRevision: Int?
    ) {
        self.externalID = externalID
        self.decider = decider
        self.side = side
        self.share = share
        self.mode = mode
        self.rolloutRevision = rolloutRevision
        reason = decider == nil ? "no_rollout" : nil
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        externalID = try wire.required("external_id").string()
        let model = try wire.optional("model")?.string()
        let version = try wire.optional("model_version")?.string()
        if let model, let version {
            decider = ModelVersion(model: ExactText(model), version: ExactText(version))
        } else {
            decider = nil
        }
        side = try wire.optional("side")?.string()
        share = try wire.optional("share")?.double()
        mode = try wire.optional("mode")?.string()
        rolloutRevision = try wire.optional("rollout_revision")?.int()
        reason = try wire.optional("reason")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("model", decider?.model.text)
        writer.member("model_version", decider?.version.text)
        writer.member("side", side)
        writer.member("share", share)
        writer.member("mode", mode)
        writer.member("rollout_revision", rolloutRevision)
        writer.memberIfPresent("reason", reason)
        writer.endObject()
    }
}

/// The answers for many items, in the order of the question.
public struct RouterReply: WireValue {
    /// One for each item asked for.
    public var assignments: [AssignmentReply]

    /// Makes a reply.
    public init(assignments: [AssignmentReply]) { self.assignments = assignments }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        assignments = try wire.required("assignments").array {
            (entry) throws(ReviewError) -> AssignmentReply in try AssignmentReply(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("assignments")
        writer.array(assignments) { $1.write(to: &$0) }
        writer.endObject()
    }
}
