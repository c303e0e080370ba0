/// A whole JSON document in memory, for small documents whose shape is not known beforehand.
///
/// Nothing is normalised: numbers keep their text, members their order, strings their bytes. Two
/// values are equal when they would be written alike.
public indirect enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as written.
    case number(JSONNumber)
    /// A string, compared by its bytes.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)
}

// MARK: - Reading and writing

extension JSONValue {
    /// Reads one document, all of it.
    ///
    /// - Throws: the first fault of the document.
    public init(
        parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONError) {
        self = try Array(bytes).withUnsafeBufferPointer { buffer throws(JSONError) in
            var cursor = JSONCursor(buffer, limits: limits)
            let value = try cursor.readValue()
            try cursor.end()
            return value
        }
    }

    /// Reads one document from the UTF-8 bytes of a string.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: text.utf8, limits: limits)
    }

    /// Writes the value, without white space.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let number): writer.number(number)
        case .string(let value): writer.string(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            for member in object.members {
                writer.key(member.key)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The value written without white space.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension JSONCursor {
    /// Reads one value of any kind into memory.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .null:
            try readNull()
            return .null
        case .bool: return .bool(try readBool())
        case .number: return .number(try readNumber())
        case .string: return .string(try readString())
        case .array:
            var elements: [JSONValue] = []
            try beginArray()
            while try nextElement() { elements.append(try readValue()) }
            return .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            try beginObject()
            while let key = try nextKey() {
                let name = key.string
                members.append(JSONObject.Member(name, try readValue()))
            }
            return .object(JSONObject(distinct: members))
        }
    }

    /// Reads a number and keeps it as it is written.
    public mutating func readNumber() throws(JSONError) -> JSONNumber {
        let start = try startOfNumber()
        let value = try readDouble()
        let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
        return JSONNumber(text: String(decoding: text, as: UTF8.self), double: value)
    }

    private mutating func startOfNumber() throws(JSONError) -> Int {
        guard try peek() == .number else { throw try mismatch(.number) }
        return position
    }
}

// MARK: - Looking inside

extension JSONValue {
    /// The kind of the value.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// The truth value, nil for every other kind.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, nil for every other kind.
    public var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The number as the nearest double, nil for every other kind.
    public var double: Double? { number?.double }

    /// The number if it is written as a whole number of 64 bits, else nil.
    public var int64: Int64? { number?.int64 }

    /// The number if it is written as a whole number that fits, else nil.
    public var int: Int? { int64.flatMap(Int.init(exactly:)) }

    /// The string, nil for every other kind.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements, nil for every other kind.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, nil for every other kind.
    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The value of a member; nil if there is none or the value is not an object.
    public subscript(key: String) -> JSONValue? { object?[key] }

    /// An element; nil if there is none or the value is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard let elements = array, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

// MARK: - Equality

extension JSONValue: Hashable {
    /// Whether both would be written alike, byte for byte.
    public static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    /// Feeds the kind and the contents.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        switch self {
        case .null: break
        case .bool(let value): hasher.combine(value)
        case .number(let number): hasher.combine(number)
        case .string(let value): value.hashBytes(into: &hasher)
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}
