import SluiceDomain
import SluiceJSON

/// What a change of a label set did, or would do.
public struct LabelChangeReply: Hashable, WireValue {
    /// The version of the set with the change.
    public var version: Int
    /// What it was: a `LabelChangeKind`; nil when the set was so already, and nothing changed.
    public var change: String?
    /// The label with the change; nil as `change`.
    public var label: LabelEntry?
    /// How many items wait for reviewers that were predicted to be the label.
    public var waiting: Int
    /// How many items are decided to be it.
    public var decided: Int
    /// How many gold items in use are known to be it.
    public var gold: Int
    /// The policy in force, if it names the label.
    public var policyVersion: Int?
    /// The certificates that hold no more with the change.
    public var certificates: [Int]
    /// The label maps that name the label.
    public var labelMaps: [String]

    /// Makes a reply.
    public init(
        version: Int, change: String?, label: LabelEntry?, waiting: Int = 0, decided: Int = 0,
        gold: Int = 0, policyVersion: Int? = nil, certificates: [Int] = [],
        labelMaps: [String] = []
    ) {
        self.version = version
        self.change = change
        self.label = label
        self.waiting = waiting
        self.decided = decided
        self.gold = gold
        self.policyVersion = policyVersion
        self.certificates = certificates
        self.labelMaps = labelMaps
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        change = try wire.optional("change")?.string()
        label = try wire.optional("label").map { (entry) throws(ReviewError) in
            try LabelEntry(wire: entry)
        }
        let effects = try wire.required("touches")
        waiting = try effects.required("waiting").int()
        decided = try effects.required("decided").int()
        gold = try effects.required("gold").int()
        policyVersion = try effects.optional("policy_version")?.int()
        certificates = try effects.required("certificates").array { (entry) throws(ReviewError) in
            try entry.int()
        }
        labelMaps = try effects.strings("label_maps")
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("change", change)
        writer.key("label")
        if let label { label.write(to: &writer) } else { writer.null() }
        writer.key("touches")
        writer.beginObject()
        writer.member("waiting", waiting)
        writer.member("decided", decided)
        writer.member("gold", gold)
        writer.member("policy_version", policyVersion)
        writer.key("certificates")
        writer.array(certificates) { $0.int($1) }
        writer.key("label_maps")
        writer.strings(labelMaps)
        writer.endObject()
        writer.endObject()
    }
}

/// A change that a label set went through.
public struct LabelChangeEntry: Hashable, WireValue {
    /// The version it led to.
    public var version: Int
    /// What it was: a `LabelChangeKind`; `created` for the set the project began with.
    public var change: String
    /// The label before; nil of one that was added.
    public var before: LabelEntry?
    /// The label after; nil of the first set.
    public var after: LabelEntry?
    /// Why; empty when nobody said.
    public var reason: String
    /// When.
    public var at: Timestamp
    /// By whom; nil of the first set.
    public var by: String?

    /// Makes an entry.
    public init(
        version: Int, change: String, before: LabelEntry?, after: LabelEntry?, reason: String,
        at: Timestamp, by: String?
    ) {
        self.version = version
        self.change = change
        self.before = before
        self.after = after
        self.reason = reason
        self.at = at
        self.by = by
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        change = try wire.required("change").string()
        before = try wire.optional("before").map { (entry) throws(ReviewError) in
            try LabelEntry(wire: entry)
        }
        after = try wire.optional("after").map { (entry) throws(ReviewError) in
            try LabelEntry(wire: entry)
        }
        reason = try wire.optional("reason")?.string() ?? ""
        at = try wire.required("at").timestamp()
        by = try wire.optional("by")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("change", change)
        writer.key("before")
        if let before { before.write(to: &writer) } else { writer.null() }
        writer.key("after")
        if let after { after.write(to: &writer) } else { writer.null() }
        writer.member("reason", reason)
        writer.member("at", at.rfc3339)
        writer.member("by", by)
        writer.endObject()
    }
}

/// How a label set came to be.
public struct LabelHistory: Hashable, WireValue {
    /// The changes, the newest first; the last is the set the project began with.
    public var changes: [LabelChangeEntry]

    /// Makes a history.
    public init(changes: [LabelChangeEntry]) { self.changes = changes }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        changes = try wire.required("changes").array { (entry) throws(ReviewError) in
            try LabelChangeEntry(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("changes")
        writer.array(changes) { $1.write(to: &$0) }
        writer.endObject()
    }
}
