import SluiceDomain
import SluiceJSON

extension TagList {
    /// Reads an array of tags; the errors name the place.
    static func read(_ wire: WireReader) throws(ReviewError) -> TagList {
        let fields = try wire.elements()
        var tags: [String] = []
        for field in fields { tags.append(try field.string()) }
        do {
            return try TagList(tags)
        } catch {
            throw (error.index.map { fields[$0] } ?? wire).refuse(error.accepted)
        }
    }

    /// Writes the tags as an array.
    func write(to writer: inout JSONWriter) { writer.strings(tags) }
}

extension JSONWriter {
    /// Writes an array of strings.
    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
