import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Marks items as gold: one object, an array, or lines.
    public static let addGold = Endpoint<GoldUpload, GoldSummary>(
        "POST", "/v1/projects/{project}/gold")
    /// All gold items.
    public static let gold = Endpoint<Nothing, GoldList>("GET", "/v1/projects/{project}/gold")
    /// Takes an item out of use as gold.
    public static let retireGold = Endpoint<Nothing, Nothing>(
        "DELETE", "/v1/projects/{project}/gold/{external_id}")
}

/// An item whose label is known.
public struct GoldMark: Hashable, WireValue {
    /// The producer's key of the item.
    public var externalID: String
    /// The known label.
    public var label: String
    /// Why it is that one; nil for none.
    public var note: String?
    /// The payload, of an item that may be new.
    public var payload: RawJSON?
    /// The metadata, of an item that may be new.
    public var metadata: RawJSON?

    /// Makes a mark.
    public init(
        externalID: String, label: String, note: String? = nil, payload: RawJSON? = nil,
        metadata: RawJSON? = nil
    ) {
        self.externalID = externalID
        self.label = label
        self.note = note
        self.payload = payload
        self.metadata = metadata
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["external_id", "label", "note", "payload", "metadata"])
        externalID = try wire.required("external_id").string(bytes: 1...512)
        label = try wire.required("label").string()
        note = try wire.optional("note")?.string(bytes: 1...4096)
        payload = try wire.optional("payload").map { RawJSON($0.value.bytes) }
        metadata = try wire.optional("metadata").map {
            (field) throws(ReviewError) -> RawJSON in
            guard field.value.object != nil else { throw field.refuse("an object") }
            return RawJSON(field.value.bytes)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("label", label)
        writer.memberIfPresent("note", note)
        writer.memberIfPresent("payload", raw: payload?.bytes)
        writer.memberIfPresent("metadata", raw: metadata?.bytes)
        writer.endObject()
    }
}

/// Marks, some of which may be wrong: each is taken or refused for itself.
public struct GoldUpload: WireValue {
    /// The most marks of one request.
    public static let maximumCount = 10_000

    /// What was sent, line by line.
    public var lines: [Result<GoldMark, ReviewError>]

    /// Makes an upload of marks.
    public init(_ marks: [GoldMark]) { lines = marks.map { .success($0) } }

    /// Makes an upload of lines.
    public init(lines: [Result<GoldMark, ReviewError>]) { self.lines = lines }

    /// Reads an array of marks, or one mark; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        guard let elements = wire.value.array else {
            lines = [.success(try GoldMark(wire: wire))]
            return
        }
        guard elements.count <= Self.maximumCount else {
            throw wire.refuse("at most \(Self.maximumCount) items at once")
        }
        lines = elements.map { element in
            Result { () throws(ReviewError) in try GoldMark(wire: WireReader(element)) }
        }
    }

    /// Writes the marks that can be written as one JSON array.
    public func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for case .success(let mark) in lines { mark.write(to: &writer) }
        writer.endArray()
    }
}

/// What became of marks.
public struct GoldSummary: Hashable, WireValue {
    /// One that was refused.
    public struct Refusal: Hashable, Sendable {
        /// Its place among what was sent, from 1.
        public var line: Int
        /// The code of the error.
        public var code: String
        /// What was wrong.
        public var detail: String

        /// Collects the parts.
        public init(line: Int, code: String, detail: String) {
            self.line = line
            self.code = code
            self.detail = detail
        }
    }

    /// How many were taken.
    public var added: Int
    /// How many items were made for them.
    public var newItems: Int
    /// How many items that were there without a payload got theirs.
    public var filledItems: Int
    /// Those that were not.
    public var refused: [Refusal]

    /// Makes a summary.
    public init(added: Int, newItems: Int = 0, filledItems: Int = 0, refused: [Refusal]) {
        self.added = added
        self.newItems = newItems
        self.filledItems = filledItems
        self.refused = refused
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        added = try wire.required("added").int()
        newItems = try wire.optional("new_items")?.int() ?? 0
        filledItems = try wire.optional("filled_items")?.int() ?? 0
        refused = try wire.required("refused").array { (entry) throws(ReviewError) -> Refusal in
            let error = try entry.required("error")
            return Refusal(
                line: try entry.required("line").int(), code: try error.required("code").string(),
                detail: try error.required("detail").string())
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("added", added)
        writer.member("new_items", newItems)
        writer.member("filled_items", filledItems)
        writer.key("refused")
        writer.array(refused) { writer, refusal in
            writer.beginObject()
            writer.member("line", refusal.line)
            writer.key("error")
            writer.beginObject()
            writer.member("code", refusal.code)
            writer.member("detail", refusal.detail)
            writer.endObject()
            writer.endObject()
        }
        writer.endObject()
    }
}
