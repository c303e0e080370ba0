import SluiceDomain
import SluiceJSON

/// The body that creates a project.
public struct ProjectRequest: WireValue {
    /// The name that will stand in every path.
    public var name: ProjectName
    /// The classes.
    public var labels: LabelSet
    /// What reviewers read before they decide; Markdown or plain text.
    public var guidelines: String
    /// The error tags offered to reviewers, who may type others.
    public var tags: TagList
    /// How long an item has to be on a reviewer's screen before a key answers it.
    public var dwell: AnswerDwell

    /// The longest guidelines in UTF-8 bytes.
    public static let maximumGuidelineBytes = 262_144

    /// Makes a request.
    public init(
        name: ProjectName, labels: LabelSet, guidelines: String = "", tags: TagList = .none,
        dwell: AnswerDwell = .standard
    ) {
        self.name = name
        self.labels = labels
        self.guidelines = guidelines
        self.tags = tags
        self.dwell = dwell
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["name", "labels", "guidelines", "tags", "dwell_ms"])
        let nameField = try wire.required("name")
        guard let name = ProjectName(try nameField.string()) else {
            throw nameField.refuse("1 to 63 lower-case letters, digits and -, not beginning with -")
        }
        let labels = try wire.required("labels").array { (label) throws(ReviewError) -> Label in
            try Label(wire: label)
        }
        do {
            self.labels = try LabelSet(labels)
        } catch {
            throw .invalidLabelSet(error)
        }
        self.name = name
        guidelines =
            try wire.optional("guidelines")?.string(bytes: 0...Self.maximumGuidelineBytes) ?? ""
        tags = try wire.optional("tags").map(TagList.read) ?? .none
        dwell = try wire.optional("dwell_ms").map(AnswerDwell.read) ?? .standard
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name.text)
        writer.key("labels")
        labels.write(to: &writer)
        writer.member("guidelines", guidelines)
        writer.key("tags")
        tags.write(to: &writer)
        writer.member("dwell_ms", dwell.milliseconds)
        writer.endObject()
    }
}

extension AnswerDwell {
    static func read(_ wire: WireReader) throws(ReviewError) -> AnswerDwell {
        guard let dwell = AnswerDwell(milliseconds: try wire.int()) else {
            throw wire.refuse("a whole number from 0 to \(maximumMilliseconds)")
        }
        return dwell
    }
}

/// A project as it stands.
public struct ProjectReply: WireValue {
    /// The name.
    public var name: String
    /// The classes in their order.
    public var labels: [Label]
    /// Which version of the label set that is; 1 is what the project was created with.
    public var labelSetVersion: Int
    /// What reviewers read before they decide.
    public var guidelines: String
    /// Which version of them that is.
    public var guidelinesVersion: Int
    /// The error tags offered to reviewers, in order.
    public var tags: [String]
    /// The metadata by which reports tell items apart, in order.
    public var slices: [String]
    /// How long an item has to be on a reviewer's screen before a key answers it.
    public var dwell: AnswerDwell
    /// The number of the policy in force.
    public var policyVersion: Int
    /// When it was created.
    public var createdAt: Timestamp
    /// Since when it takes no predictions and gives out no work; nil while it does.
    public var archivedAt: Timestamp?

    /// Makes a reply.
    public init(
        name: String, labels: [Label], labelSetVersion: Int = 1, guidelines: String,
        guidelinesVersion: Int = 1, tags: [String] = [], slices: [String] = [],
        dwell: AnswerDwell = .standard, policyVersion: Int, createdAt: Timestamp,
        archivedAt: Timestamp? = nil
    ) {
        self.name = name
        self.labels = labels
        self.labelSetVersion = labelSetVersion
        self.guidelines = guidelines
        self.guidelinesVersion = guidelinesVersion
        self.tags = tags
        self.slices = slices
        self.dwell = dwell
        self.policyVersion = policyVersion
        self.createdAt = createdAt
        self.archivedAt = archivedAt
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        name = try wire.required("name").string()
        labels = try wire.required("labels").array { (label) throws(ReviewError) -> Label in
            try Label(shown: label)
        }
        labelSetVersion = try wire.optional("label_set_version")?.int() ?? 1
        guidelines = try wire.optional("guidelines")?.string() ?? ""
        guidelinesVersion = try wire.optional("guidelines_version")?.int() ?? 1
        tags = try wire.strings("tags")
        slices = try wire.strings("slices")
        dwell = try wire.optional("dwell_ms").map(AnswerDwell.read) ?? .standard
        policyVersion = try wire.required("policy_version").int()
        createdAt = try wire.required("created_at").timestamp()
        archivedAt = try wire.optional("archived_at")?.timestamp()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.key("labels")
        writer.beginArray()
        for label in labels { label.write(to: &writer, withID: true) }
        writer.endArray()
        writer.member("label_set_version", labelSetVersion)
        writer.member("guidelines", guidelines)
        writer.member("guidelines_version", guidelinesVersion)
        writer.key("tags")
        writer.strings(tags)
        writer.key("slices")
        writer.strings(slices)
        writer.member("dwell_ms", dwell.milliseconds)
        writer.member("policy_version", policyVersion)
        writer.member("created_at", createdAt.rfc3339)
        writer.memberIfPresent("archived_at", archivedAt?.rfc3339)
        writer.endObject()
    }
}

/// The projects a token may see.
public struct ProjectList: WireValue {
    /// Their names, in order.
    public var projects: [String]

    /// Makes a list.
    public init(projects: [String]) { self.projects = projects }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        projects = try wire.required("projects").array { (entry) throws(ReviewError) -> String in
            try entry.required("name").string()
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("projects")
        writer.beginArray()
        for name in projects {
            writer.beginObject()
            writer.member("name", name)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension Label {
    /// Reads a label: `{"name", "key"?, "title"?, "borderline"?}`.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["name", "key", "title", "borderline"])
        self.init(
            name: try wire.required("name").string(), key: try wire.optional("key")?.string(),
            title: try wire.optional("title")?.string(),
            isBorderline: try wire.optional("borderline")?.bool() ?? false)
    }

    /// Reads a label as the service shows it: with its id, and the names it is taken under, too.
    init(shown wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["id", "name", "key", "title", "borderline", "former_names"])
        self.init(
            name: try wire.required("name").string(), key: try wire.optional("key")?.string(),
            title: try wire.optional("title")?.string(),
            isBorderline: try wire.optional("borderline")?.bool() ?? false,
            id: try wire.optional("id")?.string(), formerNames: try wire.strings("former_names"))
    }

    /// Writes the label.
    ///
    /// - Parameter withID: whether its id is written where it is its name, too.
    public func write(to writer: inout JSONWriter, withID: Bool = false) {
        writer.beginObject()
        if withID || isRenamed { writer.member("id", id) }
        writer.member("name", name)
        writer.memberIfPresent("key", key)
        writer.memberIfPresent("title", title)
        if isBorderline { writer.member("borderline", true) }
        if !formerNames.isEmpty {
            writer.key("former_names")
            writer.strings(formerNames)
        }
        writer.endObject()
    }
}

extension LabelSet {
    /// Writes the labels as an array.
    public func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for label in labels { label.write(to: &writer) }
        writer.endArray()
    }
}
