/// A one-dimensional array, built element by element in PostgreSQL's binary array format.
///
/// Made for `INSERT … SELECT FROM unnest($1, $2, …)`: a column of a thousand values is one parameter.
/// An element of another kind than the array's, or a text with U+0000 in it, makes the statement
/// that uses the array fail; it is not sent.
public struct ParameterArray: Sendable {
    /// What an array holds.
    public enum Element: Sendable {
        case bool, int16, int32, int64, double, text, json, bytes, uuid, timestamp
    }

    /// Why an array cannot be sent.
    enum Fault: Sendable {
        case containsNUL, wrongElement
    }

    /// What the array holds.
    public let element: Element
    /// How many elements have been appended, nulls included.
    public private(set) var count = 0

    private(set) var hasNull = false
    private(set) var fault: Fault?
    /// Each element as its length (-1 for null) and its bytes.
    private(set) var body: [UInt8] = []

    /// Starts an empty array; a non-empty reservation saves growing (4 bytes an element and its
    /// content).
    public init(_ element: Element, reservingBytes: Int = 0) {
        self.element = element
        body.reserveCapacity(reservingBytes)
    }

    /// Appends a null.
    public mutating func appendNull() {
        hasNull = true
        count += 1
        body.append(bigEndian: Int32(-1))
    }

    /// Appends a boolean.
    public mutating func append(_ value: Bool) {
        guard begin(.bool, bytes: 1) else { return }
        body.append(value ? 1 : 0)
    }

    /// Appends a `smallint`.
    public mutating func append(_ value: Int16) {
        guard begin(.int16, bytes: 2) else { return }
        body.append(bigEndian: value)
    }

    /// Appends an `integer`.
    public mutating func append(_ value: Int32) {
        guard begin(.int32, bytes: 4) else { return }
        body.append(bigEndian: value)
    }

    /// Appends a `bigint`.
    public mutating func append(_ value: Int64) {
        guard begin(.int64, bytes: 8) else { return }
        body.append(bigEndian: value)
    }

    /// Appends a `double precision`.
    public mutating func append(_ value: Double) {
        guard begin(.double, bytes: 8) else { return }
        body.append(bigEndian: value.bitPattern)
    }

    /// Appends a text to an array of text or json.
    public mutating func append(_ value: String) {
        var value = value
        value.withUTF8 { append(bytes: $0) }
    }

    /// Appends the content of a text, json or bytea element.
    public mutating func append(bytes content: some Collection<UInt8>) {
        if content.withContiguousStorageIfAvailable({ append(bytes: $0) }) == nil {
            Array(content).withUnsafeBufferPointer { append(bytes: $0) }
        }
    }

    /// Appends the content of a text, json or bytea element.
    public mutating func append(bytes content: UnsafeBufferPointer<UInt8>) {
        switch element {
        case .bytes: break
        case .text, .json: if content.containsNUL { fault = .containsNUL }
        default: fault = .wrongElement
        }
        count += 1
        body.append(bigEndian: Int32(truncatingIfNeeded: content.count))
        body.append(contentsOf: content)
    }

    /// Appends a `uuid` from its halves, most significant first.
    public mutating func append(uuidHigh high: UInt64, low: UInt64) {
        guard begin(.uuid, bytes: 16) else { return }
        body.append(bigEndian: high)
        body.append(bigEndian: low)
    }

    /// Appends a `timestamptz` in microseconds since 1970-01-01 UTC.
    public mutating func append(timestampMicroseconds microseconds: Int64) {
        guard begin(.timestamp, bytes: 8) else { return }
        body.append(bigEndian: PostgresTime.encode(microseconds))
    }

    private mutating func begin(_ kind: Element, bytes: Int32) -> Bool {
        guard kind == element else {
            fault = .wrongElement
            return false
        }
        count += 1
        body.append(bigEndian: bytes)
        return true
    }
}

extension ParameterArray {
    /// An array of `bigint`.
    public init(_ values: [Int64]) {
        self.init(.int64, reservingBytes: values.count * 12)
        for value in values { append(value) }
    }

    /// An array of `integer`.
    public init(_ values: [Int32]) {
        self.init(.int32, reservingBytes: values.count * 8)
        for value in values { append(value) }
    }

    /// An array of `smallint`.
    public init(_ values: [Int16]) {
        self.init(.int16, reservingBytes: values.count * 6)
        for value in values { append(value) }
    }

    /// An array of `double precision`.
    public init(_ values: [Double]) {
        self.init(.double, reservingBytes: values.count * 12)
        for value in values { append(value) }
    }

    /// An array of `boolean`.
    public init(_ values: [Bool]) {
        self.init(.bool, reservingBytes: values.count * 5)
        for value in values { append(value) }
    }

    /// An array of `text`.
    public init(_ values: [String]) {
        self.init(.text)
        for value in values { append(value) }
    }

    /// An array of `text` with nulls.
    public init(_ values: [String?]) {
        self.init(.text)
        append(values) { $0.append($1) }
    }

    /// An array of `bigint` with nulls.
    public init(_ values: [Int64?]) {
        self.init(.int64, reservingBytes: values.count * 12)
        append(values) { $0.append($1) }
    }

    /// An array of `integer` with nulls.
    public init(_ values: [Int32?]) {
        self.init(.int32, reservingBytes: values.count * 8)
        append(values) { $0.append($1) }
    }

    /// An array of `double precision` with nulls.
    public init(_ values: [Double?]) {
        self.init(.double, reservingBytes: values.count * 12)
        append(values) { $0.append($1) }
    }

    /// Appends the values with nulls between them.
    private mutating func append<Value>(
        _ values: [Value?], _ one: (inout ParameterArray, Value) -> Void
    ) {
        for value in values {
            if let value { one(&self, value) } else { appendNull() }
        }
    }
}

extension ParameterArray.Element {
    var elementType: UInt32 {
        switch self {
        case .bool: PostgresType.bool
        case .int16: PostgresType.int2
        case .int32: PostgresType.int4
        case .int64: PostgresType.int8
        case .double: PostgresType.float8
        case .text: PostgresType.text
        case .json: PostgresType.json
        case .bytes: PostgresType.bytea
        case .uuid: PostgresType.uuid
        case .timestamp: PostgresType.timestamptz
        }
    }

    var arrayType: UInt32 {
        switch self {
        case .bool: PostgresType.boolArray
        case .int16: PostgresType.int2Array
        case .int32: PostgresType.int4Array
        case .int64: PostgresType.int8Array
        case .double: PostgresType.float8Array
        case .text: PostgresType.textArray
        case .json: PostgresType.jsonArray
        case .bytes: PostgresType.byteaArray
        case .uuid: PostgresType.uuidArray
        case .timestamp: PostgresType.timestamptzArray
        }
    }
}
