import SluiceDomain
import SluiceJSON

extension LeaseFilter: WireValue {
    /// Reads `{"label": [...], "metadata": {KEY: [...]}, "mine": true}`; the errors name the place.
    ///
    /// A single value may stand for a list of one.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["label", "metadata", "mine"])
        let labels = try wire.optional("label").map(Self.values) ?? []
        var metadata: [MetadataMatch] = []
        if let field = try wire.optional("metadata") {
            guard case .object(let object) = field.value else {
                throw field.refuse("an object of metadata keys, each with the values wanted")
            }
            guard object.keys.count <= Self.maximumKeys else {
                throw field.refuse("at most \(Self.maximumKeys) keys")
            }
            for key in object.keys {
                guard (1...Self.maximumBytes).contains(key.utf8.count) else {
                    throw field.refuse("keys of 1 to \(Self.maximumBytes) bytes")
                }
                metadata.append(
                    MetadataMatch(key: key, values: try Self.values(field.required(key))))
            }
        }
        self.init(
            labels: labels, metadata: metadata,
            isMine: try wire.optional("mine")?.bool() ?? false)
    }

    private static func values(_ wire: WireReader) throws(ReviewError) -> [String] {
        if wire.value.string != nil { return [try wire.string(bytes: 1...maximumBytes)] }
        guard wire.value.array != nil else { throw wire.refuse("a string or an array of strings") }
        let values = try wire.array { (value) throws(ReviewError) -> String in
            try value.string(bytes: 1...maximumBytes)
        }
        guard (1...maximumValues).contains(values.count) else {
            throw wire.refuse("1 to \(maximumValues) values")
        }
        return values
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if !labels.isEmpty {
            writer.key("label")
            writer.strings(labels)
        }
        if !metadata.isEmpty {
            writer.key("metadata")
            writer.beginObject()
            for match in metadata {
                writer.key(match.key)
                writer.strings(match.values)
            }
            writer.endObject()
        }
        if isMine { writer.member("mine", true) }
        writer.endObject()
    }
}
