import SluiceDomain
import SluiceJSON

extension StreamingPath {
    /// `POST`: answers people gave elsewhere, as an object, an array or NDJSON lines.
    public static let importReviews = "/v1/projects/{project}/reviews"
}

extension PastAnswer: WireValue {
    private static let keys = [
        "external_id", "reviewer", "anonymous", "verdict", "label", "review_id", "reviewed_at",
        "seconds", "shown", "tags", "comment", "payload", "metadata",
    ]

    /// Reads it; the errors name the place.
    ///
    /// The verdict may be left out beside a label. Exactly one of `reviewer` and `anonymous` is there.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(Self.keys)
        let externalID = try wire.required("external_id").string(bytes: 1...512)
        let author = try Author(wire: wire)
        let labelField = try wire.optional("label")
        let verdict: Verdict
        if try wire.optional("verdict") == nil {
            guard let labelField else { throw .missingField(path: "label") }
            verdict = .label(try labelField.string())
        } else {
            verdict = try Verdict(wire: wire)
            if verdict.labelName == nil, let labelField {
                throw labelField.refuse("no label with the verdict \(verdict.word)")
            }
        }
        let tagsField = try wire.optional("tags")
        let tags =
            try tagsField?.array { (tag) throws(ReviewError) -> String in
                try tag.string(bytes: 1...TagList.maximumBytes)
            } ?? []
        if let tagsField, tags.count > TagList.maximumCount {
            throw tagsField.refuse("at most \(TagList.maximumCount) tags")
        }
        let seconds = try wire.optional("seconds")?.seconds()
        let metadata = try wire.optional("metadata")
        if let metadata, metadata.value.object == nil { throw metadata.refuse("an object") }
        self.init(
            externalID: externalID, author: author, verdict: verdict,
            reviewID: try wire.optional("review_id")?.string(bytes: 1...128),
            reviewedAt: try wire.optional("reviewed_at")?.timestamp(), seconds: seconds,
            isShown: try wire.optional("shown")?.bool() ?? false, tags: tags,
            comment: try wire.optional("comment")?.string(bytes: 0...4096),
            payload: try wire.optional("payload")?.value.bytes, metadata: metadata?.value.bytes)
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        switch author {
        case .reviewer(let name): writer.member("reviewer", name)
        case .nobody(let place): writer.member("anonymous", place)
        }
        if let label = verdict.labelName {
            writer.member("label", label)
        } else {
            writer.member("verdict", verdict.word)
        }
        writer.memberIfPresent("review_id", reviewID)
        writer.memberIfPresent("reviewed_at", reviewedAt?.rfc3339)
        writer.memberIfPresent("seconds", seconds)
        if isShown { writer.member("shown", true) }
        if !tags.isEmpty {
            writer.key("tags")
            writer.strings(tags)
        }
        writer.memberIfPresent("comment", comment)
        writer.memberIfPresent("payload", raw: payload)
        writer.memberIfPresent("metadata", raw: metadata)
        writer.endObject()
    }
}

extension PastAnswer.Author {
    /// Reads `reviewer` or `anonymous`.
    fileprivate init(wire: WireReader) throws(ReviewError) {
        let named = try wire.optional("reviewer")
        let nobody = try wire.optional("anonymous")
        if named != nil, let nobody { throw nobody.refuse("either a reviewer or anonymous") }
        guard let field = named ?? nobody else { throw .missingField(path: "reviewer") }
        let text = try field.string(bytes: 1...200)
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw field.refuse("text without control characters")
        }
        self = named != nil ? .reviewer(text) : .nobody(place: text)
    }
}
