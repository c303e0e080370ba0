import CPostgres

/// The rows of one answer, in binary format; they live as long as this value.
public final class Rows {
    let result: OpaquePointer
    let statement: String
    /// How many there are.
    public let count: Int

    init(_ result: OpaquePointer, statement: String) {
        self.result = result
        self.statement = statement
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// The row at `index`.
    public subscript(index: Int) -> Row { Row(rows: self, index: Int32(index)) }
}

/// One row, read by zero-based column.
///
/// Every getter throws `decoding` when the column is of another type, or null where the getter is
/// not one of the `IfPresent` kind.
public struct Row {
    let rows: Rows
    let index: Int32

    private func fail(_ column: Int, _ expected: String) -> PostgresError {
        let name = PQfname(rows.result, Int32(column)).map { String(cString: $0) }
        return .decoding(
            statement: rows.statement, column: name ?? "\(column)", expected: expected)
    }

    /// The bytes of a column of one of these types; nil for null.
    private func value(
        _ column: Int, _ expected: String, _ oids: UInt32...
    ) throws(PostgresError) -> UnsafeBufferPointer<UInt8>? {
        let field = Int32(column)
        guard field < PQnfields(rows.result), oids.contains(PQftype(rows.result, field)) else {
            throw fail(column, expected)
        }
        return bytesOfField(column)
    }

    private func bytesOfField(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
        let field = Int32(column)
        guard PQgetisnull(rows.result, index, field) == 0,
            let start = PQgetvalue(rows.result, index, field)
        else { return nil }
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
            count: Int(PQgetlength(rows.result, index, field)))
    }

    private func require<T>(
        _ value: T?, _ column: Int, _ expected: String
    ) throws(PostgresError) -> T {
        guard let value else { throw fail(column, "\(expected), but null") }
        return value
    }

    /// A `bigint`, or null.
    public func int64IfPresent(_ column: Int) throws(PostgresError) -> Int64? {
        let field = Int32(column)
        switch PQftype(rows.result, field) {
        case TypeOID.int8: return bytesOfField(column)?.bigEndian()
        case TypeOID.int4: return bytesOfField(column).map { Int64($0.bigEndian() as Int32) }
        case TypeOID.int2: return bytesOfField(column).map { Int64($0.bigEndian() as Int16) }
        default: throw fail(column, "a whole number")
        }
    }

    /// A `bigint`, `integer` or `smallint`.
    public func int64(_ column: Int) throws(PostgresError) -> Int64 {
        try require(try int64IfPresent(column), column, "a whole number")
    }

    /// A whole number, or null.
    public func intIfPresent(_ column: Int) throws(PostgresError) -> Int? {
        try int64IfPresent(column).map(Int.init)
    }

    /// A whole number.
    public func int(_ column: Int) throws(PostgresError) -> Int { Int(try int64(column)) }

    /// An `integer`, or null.
    public func int32IfPresent(_ column: Int) throws(PostgresError) -> Int32? {
        try value(column, "integer", TypeOID.int4)?.bigEndian()
    }

    /// An `integer`.
    public func int32(_ column: Int) throws(PostgresError) -> Int32 {
        try require(try int32IfPresent(column), column, "integer")
    }

    /// A `smallint`, or null.
    public func int16IfPresent(_ column: Int) throws(PostgresError) -> Int16? {
        try value(column, "smallint", TypeOID.int2)?.bigEndian()
    }

    /// A `smallint`.
    public func int16(_ column: Int) throws(PostgresError) -> Int16 {
        try require(try int16IfPresent(column), column, "smallint")
    }

    /// A `double precision`, or null.
    public func doubleIfPresent(_ column: Int) throws(PostgresError) -> Double? {
        try value(column, "double precision", TypeOID.float8)
            .map { Double(bitPattern: $0.bigEndian()) }
    }

    /// A `double precision`.
    public func double(_ column: Int) throws(PostgresError) -> Double {
        try require(try doubleIfPresent(column), column, "double precision")
    }

    /// A `boolean`, or null.
    public func boolIfPresent(_ column: Int) throws(PostgresError) -> Bool? {
        try value(column, "boolean", TypeOID.bool).map { $0.first == 1 }
    }

    /// A `boolean`.
    public func bool(_ column: Int) throws(PostgresError) -> Bool {
        try require(try boolIfPresent(column), column, "boolean")
    }

    /// A `text`, `name` or `json` as text, or null.
    public func textIfPresent(_ column: Int) throws(PostgresError) -> String? {
        try bytes(of: column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A `text`, `name` or `json` as text.
    public func text(_ column: Int) throws(PostgresError) -> String {
        try require(try textIfPresent(column), column, "text")
    }

    /// The bytes of a `text`, `json` or `bytea`, or null.
    public func bytesIfPresent(_ column: Int) throws(PostgresError) -> [UInt8]? {
        try bytes(of: column).map(Array.init)
    }

    /// The bytes of a `text`, `json` or `bytea`.
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try require(try bytesIfPresent(column), column, "text, json or bytea")
    }

    /// Calls `body` with the bytes of any column, nil for null, without copying them.
    public func withBytes<T>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> T) -> T {
        body(bytesOfField(column))
    }

    /// A `uuid`.
    public func uuid(_ column: Int) throws(PostgresError) -> (high: UInt64, low: UInt64) {
        let bytes = try require(
            try value(column, "uuid", TypeOID.uuid), column, "uuid")
        return (
            high: bytes.bigEndian(), low: UnsafeBufferPointer(rebasing: bytes[8...]).bigEndian()
        )
    }

    /// A `timestamptz` in microseconds since 1970-01-01T00:00:00Z, or null.
    public func timestampIfPresent(_ column: Int) throws(PostgresError) -> Int64? {
        try value(column, "timestamptz", TypeOID.timestamptz).map {
            ($0.bigEndian() as Int64) + Parameter.postgresEpoch
        }
    }

    /// A `timestamptz` in microseconds since 1970-01-01T00:00:00Z.
    public func timestamp(_ column: Int) throws(PostgresError) -> Int64 {
        try require(try timestampIfPresent(column), column, "timestamptz")
    }

    /// A `text[]`.
    public func textArray(_ column: Int) throws(PostgresError) -> [String?] {
        let bytes = try require(try value(column, "text[]", 1009), column, "text[]")
        guard bytes.count > 12 else { return [] }
        let count = UnsafeBufferPointer(rebasing: bytes[12...]).bigEndian() as Int32
        var offset = 20
        return (0..<count).map { _ in
            let length = Int(UnsafeBufferPointer(rebasing: bytes[offset...]).bigEndian() as Int32)
            offset += 4
            guard length >= 0 else { return nil }
            defer { offset += length }
            return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
        }
    }

    private func bytes(of column: Int) throws(PostgresError) -> UnsafeBufferPointer<UInt8>? {
        // 19 is name, 1043 varchar, 18 "char".
        try value(
            column, "text, json or bytea", TypeOID.text, TypeOID.json, TypeOID.bytea, 19, 1043)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The number whose bytes stand first, most significant byte first.
    func bigEndian<Integer: FixedWidthInteger>() -> Integer {
        Integer(
            bigEndian: UnsafeRawPointer(baseAddress.unsafelyUnwrapped).loadUnaligned(
                as: Integer.self))
    }
}

/// One row of a stream, in text format; good only during the call that gives it.
public struct StreamRow {
    let result: OpaquePointer

    /// How many columns it has.
    public var count: Int { Int(PQnfields(result)) }

    /// The text of a column as UTF-8; nil for null.
    public subscript(column: Int) -> UnsafeBufferPointer<UInt8>? {
        guard PQgetisnull(result, 0, Int32(column)) == 0,
            let start = PQgetvalue(result, 0, Int32(column))
        else { return nil }
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
            count: Int(PQgetlength(result, 0, Int32(column))))
    }
}
