import SluiceDomain
import SluiceJSON

/// A gold item with how its answers came out.
public struct GoldItem: Hashable, WireValue {
    /// The producer's key of the item.
    public var externalID: String
    /// The known label.
    public var label: String
    /// Why it is that one; nil when nobody said.
    public var note: String?
    /// When it was marked.
    public var createdAt: Timestamp
    /// Who marked it.
    public var createdBy: String
    /// Since when it is out of use; nil while it is in use.
    public var retiredAt: Timestamp?
    /// How many answers it got; skips and escalations are none.
    public var answers: Int
    /// How many of them were the known label.
    public var correct: Int

    /// Makes an item.
    public init(
        externalID: String, label: String, note: String?, createdAt: Timestamp,
        createdBy: String, retiredAt: Timestamp?, answers: Int, correct: Int
    ) {
        self.externalID = externalID
        self.label = label
        self.note = note
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.retiredAt = retiredAt
        self.answers = answers
        self.correct = correct
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        externalID = try wire.required("external_id").string()
        label = try wire.required("label").string()
        note = try wire.optional("note")?.string()
        createdAt = try wire.required("created_at").timestamp()
        createdBy = try wire.required("created_by").string()
        retiredAt = try wire.optional("retired_at")?.timestamp()
        answers = try wire.required("answers").int()
        correct = try wire.required("correct").int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("label", label)
        writer.member("note", note)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("created_by", createdBy)
        writer.member("retired_at", retiredAt?.rfc3339)
        writer.member("answers", answers)
        writer.member("correct", correct)
        writer.endObject()
    }
}

/// The gold items of a project.
public struct GoldList: Hashable, WireValue {
    /// The items, in the order they were marked.
    public var items: [GoldItem]
    /// What keeps them from being of use, in sentences.
    public var warnings: [String]

    /// Makes a list.
    public init(items: [GoldItem], warnings: [String]) {
        self.items = items
        self.warnings = warnings
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        items = try wire.required("gold").array { (entry) throws(ReviewError) -> GoldItem in
            try GoldItem(wire: entry)
        }
        warnings = try wire.strings("warnings")
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("gold")
        writer.beginArray()
        for item in items { item.write(to: &writer) }
        writer.endArray()
        writer.key("warnings")
        writer.strings(warnings)
        writer.endObject()
    }
}
