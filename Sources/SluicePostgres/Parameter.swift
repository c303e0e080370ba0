/// A value bound to a statement, sent in PostgreSQL's binary format.
public enum Parameter: Sendable {
    case null
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case double(Double)
    case text(String)
    /// Text given as UTF-8.
    case utf8([UInt8])
    /// `bytea`.
    case bytes([UInt8])
    /// `json`, sent as it stands.
    case json([UInt8])
    case uuid(high: UInt64, low: UInt64)
    /// `timestamptz` in microseconds since 1970-01-01T00:00:00Z.
    case timestamp(microseconds: Int64)
    case array(ParameterArray)

    /// PostgreSQL counts time from 2000-01-01: 946,684,800 seconds after 1970-01-01.
    static let postgresEpoch: Int64 = 946_684_800_000_000
}

/// Type oids of the server's built-in types (`pg_type.dat`).
enum TypeOID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let json: UInt32 = 114
    static let float8: UInt32 = 701
    static let timestamptz: UInt32 = 1184
    static let uuid: UInt32 = 2950
}

/// An array in PostgreSQL's binary format, built one element at a time.
///
/// It is how a batch of rows becomes one statement: `INSERT ... SELECT FROM unnest($1, ...)`.
public struct ParameterArray: Sendable {
    /// What the elements are.
    public enum Element: Sendable {
        case bool, int16, int32, int64, double, text, json, bytes, uuid, timestamp

        var oid: UInt32 {
            switch self {
            case .bool: TypeOID.bool
            case .int16: TypeOID.int2
            case .int32: TypeOID.int4
            case .int64: TypeOID.int8
            case .double: TypeOID.float8
            case .text: TypeOID.text
            case .json: TypeOID.json
            case .bytes: TypeOID.bytea
            case .uuid: TypeOID.uuid
            case .timestamp: TypeOID.timestamptz
            }
        }

        var arrayOID: UInt32 {
            switch self {
            case .bool: 1000
            case .int16: 1005
            case .int32: 1007
            case .int64: 1016
            case .double: 1022
            case .text: 1009
            case .json: 199
            case .bytes: 1001
            case .uuid: 2951
            case .timestamp: 1185
            }
        }
    }

    /// What the elements are.
    public let element: Element
    /// How many elements there are.
    public private(set) var count = 0
    private var hasNull = false
    private(set) var containsNUL = false
    private var body: [UInt8] = []

    /// Starts with no element.
    public init(_ element: Element, reservingBytes: Int = 0) {
        self.element = element
        body.reserveCapacity(reservingBytes)
    }

    /// Holds the numbers.
    public init(_ values: some Sequence<Int64>) {
        self.init(.int64)
        for value in values { append(value) }
    }

    /// Holds the texts.
    public init(_ values: some Sequence<String>) {
        self.init(.text)
        for value in values { append(value) }
    }

    /// Holds the texts and nulls.
    public init(_ values: some Sequence<String?>) {
        self.init(.text)
        for value in values { if let value { append(value) } else { appendNull() } }
    }

    /// Adds a null.
    public mutating func appendNull() {
        hasNull = true
        count += 1
        body.append(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF])
    }

    /// Adds a boolean.
    public mutating func append(_ value: Bool) { appendInteger(UInt8(value ? 1 : 0)) }
    /// Adds a `smallint`.
    public mutating func append(_ value: Int16) { appendInteger(value) }
    /// Adds an `integer`.
    public mutating func append(_ value: Int32) { appendInteger(value) }
    /// Adds a `bigint`.
    public mutating func append(_ value: Int64) { appendInteger(value) }
    /// Adds a `double precision`.
    public mutating func append(_ value: Double) { appendInteger(value.bitPattern) }
    /// Adds a `timestamptz`.
    public mutating func append(timestampMicroseconds value: Int64) {
        appendInteger(value - Parameter.postgresEpoch)
    }

    /// Adds text.
    public mutating func append(_ value: String) {
        var value = value
        value.withUTF8 { append(bytes: $0) }
    }

    /// Adds the content of text, `json` or `bytea`.
    public mutating func append(bytes: UnsafeBufferPointer<UInt8>) {
        if element == .text, bytes.contains(0) { containsNUL = true }
        count += 1
        body.appendBigEndian(Int32(bytes.count))
        body.append(contentsOf: bytes)
    }

    /// Adds the content of text, `json` or `bytea`.
    public mutating func append(bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        bytes.withUnsafeBufferPointer { append(bytes: $0) }
    }

    /// Adds a `uuid`.
    public mutating func append(uuidHigh high: UInt64, low: UInt64) {
        count += 1
        body.appendBigEndian(Int32(16))
        body.appendBigEndian(high)
        body.appendBigEndian(low)
    }

    private mutating func appendInteger<Integer: FixedWidthInteger>(_ value: Integer) {
        count += 1
        body.appendBigEndian(Int32(MemoryLayout<Integer>.size))
        body.appendBigEndian(value)
    }

    /// Writes the array as `array_recv` reads it.
    func write(to buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int32(count == 0 ? 0 : 1))
        buffer.appendBigEndian(Int32(hasNull ? 1 : 0))
        buffer.appendBigEndian(element.oid)
        guard count > 0 else { return }
        buffer.appendBigEndian(Int32(count))
        buffer.appendBigEndian(Int32(1))
        buffer.append(contentsOf: body)
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

/// Parameters laid out as libpq takes them: one buffer, and where each value stands in it.
struct BoundParameters {
    private(set) var bytes: [UInt8] = []
    private(set) var oids: [UInt32] = []
    private(set) var offsets: [Int?] = []
    private(set) var lengths: [Int32] = []

    init(_ parameters: [Parameter], statement: Statement) throws(PostgresError) {
        oids.reserveCapacity(parameters.count)
        for (index, parameter) in parameters.enumerated() {
            let start = bytes.count
            guard append(parameter) else {
                throw PostgresError(
                    .invalidParameter,
                    message: "parameter $\(index + 1) contains a NUL, which text cannot hold",
                    statement: statement.name)
            }
            if case .null = parameter {
                offsets.append(nil)
                lengths.append(0)
            } else {
                offsets.append(start)
                lengths.append(Int32(bytes.count - start))
            }
        }
    }

    /// Appends one value; false when it cannot be sent.
    private mutating func append(_ parameter: Parameter) -> Bool {
        switch parameter {
        case .null: oids.append(0)
        case .bool(let value):
            oids.append(TypeOID.bool)
            bytes.append(value ? 1 : 0)
        case .int16(let value):
            oids.append(TypeOID.int2)
            bytes.appendBigEndian(value)
        case .int32(let value):
            oids.append(TypeOID.int4)
            bytes.appendBigEndian(value)
        case .int64(let value):
            oids.append(TypeOID.int8)
            bytes.appendBigEndian(value)
        case .double(let value):
            oids.append(TypeOID.float8)
            bytes.appendBigEndian(value.bitPattern)
        case .text(let value):
            oids.append(TypeOID.text)
            guard !value.utf8.contains(0) else { return false }
            bytes.append(contentsOf: value.utf8)
        case .utf8(let value):
            oids.append(TypeOID.text)
            guard !value.contains(0) else { return false }
            bytes.append(contentsOf: value)
        case .bytes(let value):
            oids.append(TypeOID.bytea)
            bytes.append(contentsOf: value)
        case .json(let value):
            oids.append(TypeOID.json)
            bytes.append(contentsOf: value)
        case .uuid(let high, let low):
            oids.append(TypeOID.uuid)
            bytes.appendBigEndian(high)
            bytes.appendBigEndian(low)
        case .timestamp(let microseconds):
            oids.append(TypeOID.timestamptz)
            bytes.appendBigEndian(microseconds - Parameter.postgresEpoch)
        case .array(let array):
            oids.append(array.element.arrayOID)
            guard !array.containsNUL else { return false }
            array.write(to: &bytes)
        }
        return true
    }

    /// Calls `body` with the arrays libpq wants; they are good only during the call.
    func withPointers<T>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
            _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
        ) -> T
    ) -> T {
        let formats = [Int32](repeating: 1, count: lengths.count)
        // A value of no bytes still needs an address: a null pointer means NULL.
        let bytes = self.bytes + [0]
        return bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            return values.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            Int32(values.count), values.baseAddress, lengths.baseAddress,
                            formats.baseAddress)
                    }
                }
            }
        }
    }
}
