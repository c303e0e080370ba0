import SluiceDomain
import SluiceJSON

/// The calls that take many decisions back at once.
extension Endpoints {
    /// Begins a reopening, or counts what it would reopen.
    public static let reopenItems = Endpoint<BulkReopenRequest, ReopeningReply>(
        "POST", "/v1/projects/{project}/reopenings")
    /// All reopenings, newest first.
    public static let reopenings = Endpoint<Nothing, ReopeningList>(
        "GET", "/v1/projects/{project}/reopenings")
    /// How far one is.
    public static let reopening = Endpoint<Nothing, ReopeningReply>(
        "GET", "/v1/projects/{project}/reopenings/{reopening}")
    /// Begins to restore what one has open; the reason is the body.
    public static let undoReopening = Endpoint<ReopenRequest, ReopeningReply>(
        "POST", "/v1/projects/{project}/reopenings/{reopening}/undo")
}

/// Which decisions are to be taken back, and why.
public struct BulkReopenRequest: WireValue, Hashable {
    /// Which decisions.
    public var filter: ReopeningFilter
    /// How soon people see the items.
    public var priority: RuleEffect.Priority
    /// What the complaint is, for the audit log; up to 2,000 bytes, and at least 1 unless only counted.
    public var reason: String
    /// Whether nothing is to be done but counting.
    public var isTrial: Bool

    private static let keys = [
        "reason", "policy_version", "label", "model", "model_version", "source", "since", "until",
        "priority", "dry_run",
    ]

    /// Makes a request.
    public init(
        filter: ReopeningFilter, priority: RuleEffect.Priority = .normal, reason: String,
        isTrial: Bool = false
    ) {
        self.filter = filter
        self.priority = priority
        self.reason = reason
        self.isTrial = isTrial
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(Self.keys)
        filter = try ReopeningFilter(wire: wire)
        priority = try wire.optional("priority")?.word() ?? .normal
        isTrial = try wire.optional("dry_run")?.bool() ?? false
        let range = (isTrial ? 0 : 1)...ReopenRequest.reasonLimit
        reason =
            isTrial
            ? try wire.optional("reason")?.string(bytes: range) ?? ""
            : try wire.required("reason").string(bytes: range)
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        filter.writeMembers(to: &writer)
        writer.member("priority", priority.rawValue)
        writer.member("dry_run", isTrial)
        writer.endObject()
    }
}

/// How far a reopening is, or what it would reopen.
public struct ReopeningReply: WireValue, Hashable {
    /// How many decisions of one source.
    public struct SourceCount: Hashable, Sendable {
        /// Who decided.
        public var source: DecisionSource
        /// How many items.
        public var items: Int

        /// Counts items.
        public init(source: DecisionSource, items: Int) {
            self.source = source
            self.items = items
        }
    }

    /// Its number; nil when it was only counted.
    public var id: String?
    /// `reopening`, `reopened`, `undoing`, `undone`, or `counted`.
    public var status: String
    /// Which decisions.
    public var filter = ReopeningFilter()
    /// How soon people see the items.
    public var priority: String?
    /// Why.
    public var reason: String?
    /// When it was begun.
    public var createdAt: Timestamp?
    /// Who began it.
    public var createdBy: String?
    /// When it was done; nil before.
    public var finishedAt: Timestamp?
    /// Items reopened so far, or that would be.
    public var items = 0
    /// The same by who decided; of a count only.
    public var bySource: [SourceCount]?
    /// Items that match and that an adjudicator has settled: they stay.
    public var settled = 0
    /// Items that have their decision again.
    public var restored = 0
    /// Items that people have decided since, and that stay decided.
    public var decidedSince = 0
    /// Items that somebody has in hand.
    public var inHand = 0

    /// Makes a reply.
    public init(status: String) { self.status = status }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        status = try wire.required("status").string()
        id = try wire.optional("id")?.string()
        if let filter = try wire.optional("filter") {
            self.filter = try ReopeningFilter(wire: filter)
        }
        priority = try wire.optional("priority")?.string()
        reason = try wire.optional("reason")?.string()
        createdAt = try wire.optional("created_at")?.timestamp()
        createdBy = try wire.optional("created_by")?.string()
        finishedAt = try wire.optional("finished_at")?.timestamp()
        items = try wire.required("items").int()
        bySource = try wire.optional("by_source")?.array {
            (entry) throws(ReviewError) -> SourceCount in
            SourceCount(
                source: try entry.required("source").word(),
                items: try entry.required("items").int())
        }
        settled = try wire.required("settled_by_adjudicators").int()
        restored = try wire.required("restored").int()
        decidedSince = try wire.required("decided_since").int()
        inHand = try wire.required("in_hand").int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("status", status)
        if id != nil {
            writer.key("filter")
            writer.object { filter.writeMembers(to: &$0) }
            writer.member("priority", priority)
            writer.member("reason", reason)
            writer.member("created_at", createdAt?.rfc3339)
            writer.member("created_by", createdBy)
            writer.member("finished_at", finishedAt?.rfc3339)
        }
        writer.member("items", items)
        if let bySource {
            writer.key("by_source")
            writer.array(bySource) { writer, count in
                writer.object {
                    $0.member("source", count.source.rawValue)
                    $0.member("items", count.items)
                }
            }
        }
        writer.member("settled_by_adjudicators", settled)
        writer.member("restored", restored)
        writer.member("decided_since", decidedSince)
        writer.member("in_hand", inHand)
        writer.endObject()
    }
}

/// Reopenings, newest first.
public struct ReopeningList: WireValue, Hashable {
    /// The reopenings.
    public var reopenings: [ReopeningReply]

    /// Wraps reopenings.
    public init(reopenings: [ReopeningReply]) { self.reopenings = reopenings }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reopenings = try wire.required("reopenings").array(ReopeningReply.init(wire:))
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("reopenings")
        writer.array(reopenings) { $1.write(to: &$0) }
        writer.endObject()
    }
}

extension ReopeningFilter {
    /// Reads the members of a filter; others are the caller's.
    fileprivate init(wire: WireReader) throws(ReviewError) {
        self.init()
        policyVersion = try wire.optional("policy_version")?.int()
        label = try wire.optional("label").map { (field) throws(ReviewError) in
            ExactText(try field.string())
        }
        model = try wire.optional("model").map { (field) throws(ReviewError) in
            ExactText(try field.string())
        }
        modelVersion = try wire.optional("model_version").map { (field) throws(ReviewError) in
            ExactText(try field.string())
        }
        source = try wire.optional("source")?.word()
        since = try wire.optional("since")?.timestamp()
        until = try wire.optional("until")?.timestamp()
    }

    /// Writes the members there are.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.memberIfPresent("policy_version", policyVersion)
        writer.memberIfPresent("label", label?.text)
        writer.memberIfPresent("model", model?.text)
        writer.memberIfPresent("model_version", modelVersion?.text)
        writer.memberIfPresent("source", source?.rawValue)
        writer.memberIfPresent("since", since?.rfc3339)
        writer.memberIfPresent("until", until?.rfc3339)
    }
}
