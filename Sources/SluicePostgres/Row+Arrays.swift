extension Row {
    /// An array of text, its nulls kept, or nil for NULL.
    public func textArrayIfPresent(_ column: Int) throws(PostgresError) -> [String?]? {
        try elements(column, "text[]", of: PostgresType.isText) {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// An array of text, its nulls kept.
    public func textArray(_ column: Int) throws(PostgresError) -> [String?] {
        try require(textArrayIfPresent(column), column, "text[]")
    }

    /// An array of `bigint`, its nulls kept, or nil for NULL.
    public func int64ArrayIfPresent(_ column: Int) throws(PostgresError) -> [Int64?]? {
        try elements(column, "bigint[]", of: { $0 == PostgresType.int8 }) {
            $0.bigEndian(Int64.self, at: 0)
        }
    }

    /// An array of `bigint`, its nulls kept.
    public func int64Array(_ column: Int) throws(PostgresError) -> [Int64?] {
        try require(int64ArrayIfPresent(column), column, "bigint[]")
    }

    /// An array of `double precision`, its nulls kept, or nil for NULL.
    public func doubleArrayIfPresent(_ column: Int) throws(PostgresError) -> [Double?]? {
        try elements(column, "double precision[]", of: { $0 == PostgresType.float8 }) {
            Double(bitPattern: $0.bigEndian(UInt64.self, at: 0))
        }
    }

    /// An array of `double precision`, its nulls kept.
    public func doubleArray(_ column: Int) throws(PostgresError) -> [Double?] {
        try require(doubleArrayIfPresent(column), column, "double precision[]")
    }

    /// Reads an array as `array_send` writes it.
    ///
    /// The format is a header of three words, two more per dimension, then each element behind its
    /// length. Only arrays of one dimension, or none, are accepted.
    private func elements<Element>(
        _ column: Int, _ expected: String, of accepts: (UInt32) -> Bool,
        _ read: (UnsafeBufferPointer<UInt8>) -> Element
    ) throws(PostgresError) -> [Element?]? {
        guard column >= 0, column < columnCount else { throw failure(column, expected: expected) }
        guard let bytes = raw(Int32(column)) else { return nil }
        guard bytes.count >= 12, accepts(bytes.bigEndian(UInt32.self, at: 8)) else {
            throw failure(column, expected: expected)
        }
        let dimensions = bytes.bigEndian(Int32.self, at: 0)
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw failure(column, expected: expected) }
        var array: [Element?] = []
        array.reserveCapacity(Int(bytes.bigEndian(Int32.self, at: 12)))
        var offset = 20
        while offset + 4 <= bytes.count {
            let length = Int(bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            guard length >= 0 else {
                array.append(nil)
                continue
            }
            guard offset + length <= bytes.count else { throw failure(column, expected: expected) }
            array.append(read(UnsafeBufferPointer(rebasing: bytes[offset..<offset + length])))
            offset += length
        }
        return array
    }
}
