import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// The label set in force, with the labels that may not be given any more.
    public static let labelSet = Endpoint<Nothing, LabelSetReply>(
        "GET", "/v1/projects/{project}/label-set")
    /// How the label set came to be, the newest change first.
    public static let labelHistory = Endpoint<Nothing, LabelHistory>(
        "GET", "/v1/projects/{project}/label-set/history")
    /// Changes the label set, or says what the change would touch.
    public static let changeLabels = Endpoint<LabelChangeRequest, LabelChangeReply>(
        "POST", "/v1/projects/{project}/label-set/changes")
}

/// A label of a set, whether it may be given or not.
public struct LabelEntry: Hashable, WireValue {
    /// What it is stored under; never changes.
    public var id: String
    /// What it is called.
    public var name: String
    /// Its key in the terminal client; nil when the client chooses.
    public var key: String?
    /// What reviewers read instead of the name.
    public var title: String?
    /// Whether it says that a person cannot tell either.
    public var isBorderline: Bool
    /// `active`, `retired` or `merged`.
    public var status: String
    /// The id of the label that a merged one is now.
    public var mergedInto: String?
    /// The names under which it is taken, too, oldest first.
    public var formerNames: [String]

    /// The entry of a label.
    public init(_ label: Label) {
        (id, name, key, title) = (label.id, label.name, label.key, label.title)
        isBorderline = label.isBorderline
        formerNames = label.formerNames
        switch label.status {
        case .active: (status, mergedInto) = ("active", nil)
        case .retired: (status, mergedInto) = ("retired", nil)
        case .merged(let target): (status, mergedInto) = ("merged", target)
        }
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        id = try wire.required("id").string()
        name = try wire.required("name").string()
        key = try wire.optional("key")?.string()
        title = try wire.optional("title")?.string()
        isBorderline = try wire.optional("borderline")?.bool() ?? false
        status = try wire.required("status").string()
        mergedInto = try wire.optional("merged_into")?.string()
        formerNames = try wire.strings("former_names")
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", name)
        writer.memberIfPresent("key", key)
        writer.memberIfPresent("title", title)
        if isBorderline { writer.member("borderline", true) }
        writer.member("status", status)
        writer.memberIfPresent("merged_into", mergedInto)
        if !formerNames.isEmpty {
            writer.key("former_names")
            writer.strings(formerNames)
        }
        writer.endObject()
    }
}

/// A label set as it stands.
public struct LabelSetReply: Hashable, WireValue {
    /// The number of its changes, the first set included.
    public var version: Int
    /// The labels that may be given, in their order, then the others.
    public var labels: [LabelEntry]

    /// The reply of a label set.
    public init(_ labels: LabelSet) {
        version = labels.version
        self.labels = labels.all.map(LabelEntry.init)
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        version = try wire.required("version").int()
        labels = try wire.required("labels").array { (entry) throws(ReviewError) in
            try LabelEntry(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.key("labels")
        writer.array(labels) { $1.write(to: &$0) }
        writer.endObject()
    }
}

/// A change of a label set, as it is asked for:
/// `{"change":"rename","label":"spam","to":"junk","reason":"...","base":3,"dry_run":true}`.
public struct LabelChangeRequest: Hashable, WireValue {
    /// What is to change.
    public var change: LabelChange
    /// Why.
    public var reason: String
    /// The version that is believed to be in force; nil for whatever is.
    public var base: Int?
    /// Whether to say what would change only.
    public var isDryRun: Bool

    /// The longest reason in UTF-8 bytes.
    static let maximumReasonBytes = 1000

    private static let words = "add, rename, retitle, rekey, retire, merge"

    /// Asks for a change.
    public init(
        _ change: LabelChange, reason: String = "", base: Int? = nil, isDryRun: Bool = false
    ) {
        self.change = change
        self.reason = reason
        self.base = base
        self.isDryRun = isDryRun
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly([
            "change", "label", "to", "title", "key", "borderline", "into", "reason", "base",
            "dry_run",
        ])
        let word = try wire.required("change")
        let label = try wire.required("label").string()
        switch try word.string() {
        case "add":
            change = .add(
                Label(
                    name: label, key: try wire.optional("key")?.string(),
                    title: try wire.optional("title")?.string(),
                    isBorderline: try wire.optional("borderline")?.bool() ?? false))
        case "rename": change = .rename(label, to: try wire.required("to").string())
        case "retitle": change = .retitle(label, to: try wire.optional("title")?.string())
        case "rekey": change = .rekey(label, to: try wire.optional("key")?.string())
        case "retire": change = .retire(label)
        case "merge": change = .merge(label, into: try wire.required("into").string())
        default: throw word.refuse(Self.words)
        }
        reason = try wire.optional("reason")?.string(bytes: 0...Self.maximumReasonBytes) ?? ""
        base = try wire.optional("base")?.int()
        isDryRun = try wire.optional("dry_run")?.bool() ?? false
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch change {
        case .add(let label):
            writer.member("change", "add")
            writer.member("label", label.name)
            writer.memberIfPresent("key", label.key)
            writer.memberIfPresent("title", label.title)
            if label.isBorderline { writer.member("borderline", true) }
        case .rename(let label, let name):
            writer.member("change", "rename")
            writer.member("label", label)
            writer.member("to", name)
        case .retitle(let label, let title):
            writer.member("change", "retitle")
            writer.member("label", label)
            writer.member("title", title)
        case .rekey(let label, let key):
            writer.member("change", "rekey")
            writer.member("label", label)
            writer.member("key", key)
        case .retire(let label):
            writer.member("change", "retire")
            writer.member("label", label)
        case .merge(let label, let target):
            writer.member("change", "merge")
            writer.member("label", label)
            writer.member("into", target)
        }
        writer.member("reason", reason)
        writer.memberIfPresent("base", base)
        if isDryRun { writer.member("dry_run", true) }
        writer.endObject()
    }
}
