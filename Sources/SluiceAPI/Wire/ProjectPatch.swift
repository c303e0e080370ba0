import SluiceDomain
import SluiceJSON

/// The body that changes a project: what is left out stays as it is.
public struct ProjectPatch: WireValue {
    /// The new guidelines.
    public var guidelines: String?
    /// What changed in them, in a sentence or two; only with guidelines.
    public var guidelinesSummary: String?
    /// The new error tags.
    public var tags: TagList?
    /// The metadata by which reports tell items apart, as `metadata.source`.
    public var slices: [String]?
    /// How long an item has to be on a reviewer's screen before a key answers it.
    public var dwell: AnswerDwell?
    /// The labels there are to be; see `LabelSet.changes(to:)`.
    public var labels: [ListedLabel]?
    /// The version of the label set that `labels` began from; nil for whatever is in force.
    public var labelSetVersion: Int?
    /// Why the labels change.
    public var reason = ""

    /// The most slices a project may have.
    public static let maximumSlices = 8

    /// The longest summary in UTF-8 bytes.
    public static let maximumSummaryBytes = 1000

    /// Makes a change.
    public init(
        guidelines: String? = nil, guidelinesSummary: String? = nil, tags: TagList? = nil,
        slices: [String]? = nil, dwell: AnswerDwell? = nil
    ) {
        self.guidelines = guidelines
        self.guidelinesSummary = guidelinesSummary
        self.tags = tags
        self.slices = slices
        self.dwell = dwell
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly([
            "guidelines", "guidelines_summary", "tags", "slices", "dwell_ms", "labels",
            "label_set_version", "reason",
        ])
        guidelines = try wire.optional("guidelines")?.string(
            bytes: 0...ProjectRequest.maximumGuidelineBytes)
        let summary = try wire.optional("guidelines_summary")
        guidelinesSummary = try summary?.string(bytes: 0...Self.maximumSummaryBytes)
        if let summary, guidelines == nil { throw summary.refuse("a summary with guidelines") }
        tags = try wire.optional("tags").map(TagList.read)
        slices = try wire.optional("slices").map(Self.slices)
        dwell = try wire.optional("dwell_ms").map(AnswerDwell.read)
        try readLabels(wire)
        if guidelines == nil, tags == nil, slices == nil, dwell == nil, labels == nil {
            throw .missingField(path: "guidelines, tags, slices, dwell_ms or labels")
        }
    }

    private mutating func readLabels(_ wire: WireReader) throws(ReviewError) {
        labels = try wire.optional("labels")?.array { (label) throws(ReviewError) -> ListedLabel in
            let shown = try Label(shown: label)
            return ListedLabel(
                id: try label.optional("id")?.string(), name: shown.name, key: shown.key,
                title: shown.title, isBorderline: shown.isBorderline)
        }
        let (version, reason) = (
            try wire.optional("label_set_version"), try wire.optional("reason")
        )
        labelSetVersion = try version?.int()
        self.reason = try reason?.string(bytes: 0...LabelChangeRequest.maximumReasonBytes) ?? ""
        if labels == nil, let extra = version ?? reason {
            throw extra.refuse("it with labels only")
        }
    }

    private static func slices(_ wire: WireReader) throws(ReviewError) -> [String] {
        let slices = try wire.array { (slice) throws(ReviewError) -> String in
            let name = try slice.string(bytes: 1...200)
            guard name.hasPrefix("metadata."), name.utf8.count > "metadata.".utf8.count else {
                throw slice.refuse("metadata and a key of it, as metadata.source")
            }
            return name
        }
        guard slices.count <= maximumSlices, Set(slices.map(ExactText.init)).count == slices.count
        else { throw wire.refuse("at most \(maximumSlices) slices, each once") }
        return slices
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.memberIfPresent("guidelines", guidelines)
        writer.memberIfPresent("guidelines_summary", guidelinesSummary)
        if let tags {
            writer.key("tags")
            tags.write(to: &writer)
        }
        if let slices {
            writer.key("slices")
            writer.strings(slices)
        }
        writer.memberIfPresent("dwell_ms", dwell?.milliseconds)
        if let labels {
            writer.key("labels")
            writer.array(labels) { writer, label in
                writer.object {
                    $0.memberIfPresent("id", label.id)
                    $0.member("name", label.name)
                    $0.memberIfPresent("key", label.key)
                    $0.memberIfPresent("title", label.title)
                    if label.isBorderline { $0.member("borderline", true) }
                }
            }
            writer.memberIfPresent("label_set_version", labelSetVersion)
            writer.member("reason", reason)
        }
        writer.endObject()
    }
}
