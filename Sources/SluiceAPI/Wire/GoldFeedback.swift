import SluiceDomain
import SluiceJSON

/// What a reviewer is told after answering a gold item, in projects that tell.
public struct GoldFeedback: Hashable, WireValue {
    /// Whether the answer was the known one.
    public var isCorrect: Bool
    /// The known label.
    public var label: String
    /// Why it is that one; nil when nobody said.
    public var note: String?

    /// Makes feedback.
    public init(isCorrect: Bool, label: String, note: String? = nil) {
        self.isCorrect = isCorrect
        self.label = label
        self.note = note
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        isCorrect = try wire.required("correct").bool()
        label = try wire.required("label").string()
        note = try wire.optional("note")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("correct", isCorrect)
        writer.member("label", label)
        writer.member("note", note)
        writer.endObject()
    }
}
