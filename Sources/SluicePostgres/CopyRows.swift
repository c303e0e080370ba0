/// Rows for `COPY … FROM STDIN (FORMAT binary)`, built field by field (PostgreSQL documentation,
/// "COPY", Binary Format).
///
/// Each row is `beginRow` and one `append` or `appendNull` a column, in the order of the statement's
/// columns; the server refuses rows of another shape.
public struct CopyRows: Sendable {
    /// How many fields a row has.
    public let columns: Int16
    /// How many rows have been begun.
    public private(set) var count = 0
    /// The format's signature, flags and extension length, and the rows.
    private(set) var bytes: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    /// What ends the data.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// Starts with no row.
    public init(columns: Int16) { self.columns = columns }

    /// Makes room beforehand.
    public mutating func reserve(bytes count: Int) { bytes.reserveCapacity(bytes.count + count) }

    /// Begins a row.
    public mutating func beginRow() {
        count += 1
        bytes.append(bigEndian: columns)
    }

    /// Appends a null.
    public mutating func appendNull() { bytes.append(bigEndian: Int32(-1)) }

    /// Appends a boolean.
    public mutating func append(_ value: Bool) {
        bytes.append(bigEndian: Int32(1))
        bytes.append(value ? 1 : 0)
    }

    /// Appends a `smallint`, `integer` or `bigint`, as wide as the integer is.
    public mutating func append(_ value: some FixedWidthInteger) {
        bytes.append(bigEndian: Int32(value.bitWidth / 8))
        bytes.append(bigEndian: value)
    }

    /// Appends a `double precision`.
    public mutating func append(_ value: Double) {
        bytes.append(bigEndian: Int32(8))
        bytes.append(bigEndian: value.bitPattern)
    }

    /// Appends a text.
    public mutating func append(_ value: String) {
        var value = value
        value.withUTF8 { append(bytes: $0) }
    }

    /// Appends the content of a text, json or bytea field.
    public mutating func append(bytes content: UnsafeBufferPointer<UInt8>) {
        bytes.append(bigEndian: Int32(truncatingIfNeeded: content.count))
        bytes.append(contentsOf: content)
    }

    /// Appends a `uuid` from its halves, most significant first.
    public mutating func append(uuidHigh high: UInt64, low: UInt64) {
        bytes.append(bigEndian: Int32(16))
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }
}
