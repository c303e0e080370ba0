/// Rows for `COPY … FROM STDIN (FORMAT binary)`, built field by field (PostgreSQL documentation,
/// "COPY", Binary Format).
///
/// Each row is `beginRow` and one `append` or `appendNull` a column, in the order of the statement's
/// columns; the server refuses rows of another shape (22P04).
public struct CopyRows: Sendable {
    /// How many rows have been begun.
    public private(set) var count = 0
    /// The format's signature, flags and extension length, and the rows.
    private(set) var bytes: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    /// What ends the data.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// Where the row begins that is being built, with the number of its fields.
    private var row = 0
    private var fields: Int16 = 0

    /// Starts with no row.
    public init() {}

    /// Makes room beforehand.
    public mutating func reserve(bytes count: Int) { bytes.reserveCapacity(bytes.count + count) }

    /// Begins a row.
    public mutating func beginRow() {
        count += 1
        row = bytes.count
        fields = 0
        bytes.append(bigEndian: fields)
    }

    /// Appends the length of one more field of the row.
    private mutating func beginField(_ length: Int32) {
        precondition(count > 0, "a field belongs to a row")
        fields += 1
        bytes[row] = UInt8(truncatingIfNeeded: fields >> 8)
        bytes[row + 1] = UInt8(truncatingIfNeeded: fields)
        bytes.append(bigEndian: length)
    }

    /// Appends a null.
    public mutating func appendNull() { beginField(-1) }

    /// Appends a boolean.
    public mutating func append(_ value: Bool) {
        beginField(1)
        bytes.append(value ? 1 : 0)
    }

    /// Appends a `smallint`, `integer` or `bigint`, as wide as the integer is.
    public mutating func append(_ value: some FixedWidthInteger) {
        beginField(Int32(value.bitWidth / 8))
        bytes.append(bigEndian: value)
    }

    /// Appends a `double precision`.
    public mutating func append(_ value: Double) {
        beginField(8)
        bytes.append(bigEndian: value.bitPattern)
    }

    /// Appends a text.
    public mutating func append(_ value: String) {
        var value = value
        value.withUTF8 { append(bytes: $0) }
    }

    /// Appends the content of a text, json or bytea field.
    public mutating func append(bytes content: UnsafeBufferPointer<UInt8>) {
        beginField(Int32(truncatingIfNeeded: content.count))
        bytes.append(contentsOf: content)
    }

    /// Appends a `uuid` from its halves, most significant first.
    public mutating func append(uuidHigh high: UInt64, low: UInt64) {
        beginField(16)
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }
}
