extension Row {
    /// A `bigint`, `integer` or `smallint`, or nil for NULL.
    public func int64IfPresent(_ column: Int) throws(PostgresError) -> Int64? {
        let kind = type(column)
        let bytes = try field(column, "bigint") {
            $0 == PostgresType.int8 || $0 == PostgresType.int4 || $0 == PostgresType.int2
        }
        guard let bytes else { return nil }
        return switch kind {
        case PostgresType.int8: bytes.bigEndian(Int64.self, at: 0)
        case PostgresType.int4: Int64(bytes.bigEndian(Int32.self, at: 0))
        default: Int64(bytes.bigEndian(Int16.self, at: 0))
        }
    }

    /// A `bigint`, `integer` or `smallint`.
    public func int64(_ column: Int) throws(PostgresError) -> Int64 {
        try require(int64IfPresent(column), column, "bigint")
    }

    /// An `integer` or `smallint`, or nil for NULL.
    public func int32IfPresent(_ column: Int) throws(PostgresError) -> Int32? {
        let kind = type(column)
        let bytes = try field(column, "integer") {
            $0 == PostgresType.int4 || $0 == PostgresType.int2
        }
        guard let bytes else { return nil }
        return kind == PostgresType.int4
            ? bytes.bigEndian(Int32.self, at: 0) : Int32(bytes.bigEndian(Int16.self, at: 0))
    }

    /// An `integer` or `smallint`.
    public func int32(_ column: Int) throws(PostgresError) -> Int32 {
        try require(int32IfPresent(column), column, "integer")
    }

    /// A `smallint`, or nil for NULL.
    public func int16IfPresent(_ column: Int) throws(PostgresError) -> Int16? {
        try field(column, "smallint") { $0 == PostgresType.int2 }?.bigEndian(Int16.self, at: 0)
    }

    /// A `smallint`.
    public func int16(_ column: Int) throws(PostgresError) -> Int16 {
        try require(int16IfPresent(column), column, "smallint")
    }

    /// An integer of any width, or nil for NULL.
    public func intIfPresent(_ column: Int) throws(PostgresError) -> Int? {
        try int64IfPresent(column).map { Int($0) }
    }

    /// An integer of any width.
    public func int(_ column: Int) throws(PostgresError) -> Int {
        try Int(int64(column))
    }

    /// A `double precision` or `real`, or nil for NULL.
    public func doubleIfPresent(_ column: Int) throws(PostgresError) -> Double? {
        let kind = type(column)
        let bytes = try field(column, "double precision") {
            $0 == PostgresType.float8 || $0 == PostgresType.float4
        }
        guard let bytes else { return nil }
        return kind == PostgresType.float8
            ? Double(bitPattern: bytes.bigEndian(UInt64.self, at: 0))
            : Double(Float(bitPattern: bytes.bigEndian(UInt32.self, at: 0)))
    }

    /// A `double precision` or `real`.
    public func double(_ column: Int) throws(PostgresError) -> Double {
        try require(doubleIfPresent(column), column, "double precision")
    }

    /// A `boolean`, or nil for NULL.
    public func boolIfPresent(_ column: Int) throws(PostgresError) -> Bool? {
        try field(column, "boolean") { $0 == PostgresType.bool }.map { $0[0] != 0 }
    }

    /// A `boolean`.
    public func bool(_ column: Int) throws(PostgresError) -> Bool {
        try require(boolIfPresent(column), column, "boolean")
    }

    /// A text of any kind, json and jsonb included, or nil for NULL.
    public func textIfPresent(_ column: Int) throws(PostgresError) -> String? {
        try content(column, "text").map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text of any kind, json and jsonb included.
    public func text(_ column: Int) throws(PostgresError) -> String {
        try require(textIfPresent(column), column, "text")
    }

    /// The content of a text, json, jsonb or bytea, or nil for NULL.
    public func bytesIfPresent(_ column: Int) throws(PostgresError) -> [UInt8]? {
        if type(column) == PostgresType.bytea { return raw(Int32(column)).map { Array($0) } }
        return try content(column, "bytea").map { Array($0) }
    }

    /// The content of a text, json, jsonb or bytea.
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try require(bytesIfPresent(column), column, "bytea")
    }

    /// A `uuid` as its halves, most significant first, or nil for NULL.
    public func uuidIfPresent(_ column: Int) throws(PostgresError) -> (high: UInt64, low: UInt64)? {
        try field(column, "uuid") { $0 == PostgresType.uuid }.map {
            ($0.bigEndian(UInt64.self, at: 0), $0.bigEndian(UInt64.self, at: 8))
        }
    }

    /// A `uuid` as its halves, most significant first.
    public func uuid(_ column: Int) throws(PostgresError) -> (high: UInt64, low: UInt64) {
        try require(uuidIfPresent(column), column, "uuid")
    }

    /// A `timestamptz` in microseconds since 1970-01-01 UTC, or nil for NULL; infinite times are
    /// `Int64.max` and `.min`.
    public func timestampIfPresent(_ column: Int) throws(PostgresError) -> Int64? {
        try field(column, "timestamptz") {
            $0 == PostgresType.timestamptz || $0 == PostgresType.timestamp
        }.map { PostgresTime.decode($0.bigEndian(Int64.self, at: 0)) }
    }

    /// A `timestamptz` in microseconds since 1970-01-01 UTC; infinite times are `Int64.max` and
    /// `.min`.
    public func timestamp(_ column: Int) throws(PostgresError) -> Int64 {
        try require(timestampIfPresent(column), column, "timestamptz")
    }

    /// The bytes of a text without jsonb's leading version.
    private func content(
        _ column: Int, _ expected: String
    ) throws(PostgresError) -> UnsafeBufferPointer<UInt8>? {
        let bytes = try field(column, expected) {
            PostgresType.isText($0) || $0 == PostgresType.jsonb
        }
        guard let bytes, type(column) == PostgresType.jsonb, !bytes.isEmpty else { return bytes }
        return UnsafeBufferPointer(rebasing: bytes.dropFirst())
    }
}
