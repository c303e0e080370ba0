import CPostgres

/// The rows a statement answered with, all in memory, in the server's order.
///
/// Not sendable: rows are read where they were asked for, and what is kept is copied out of them.
public final class Rows: RandomAccessCollection {
    let result: OpaquePointer
    let statement: String
    /// How many rows there are.
    public let count: Int

    /// Takes the result over; it is freed with this object.
    init(_ result: OpaquePointer, statement: String) {
        self.result = result
        self.statement = statement
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// Equal to `count`.
    public var endIndex: Int { count }

    /// The row at an index.
    public subscript(index: Int) -> Row {
        precondition(index >= 0 && index < count, "row index within the result")
        return Row(rows: self, index: Int32(index))
    }

    /// The names of the columns, in order.
    public var columnNames: [String] { (0..<PQnfields(result)).map(columnName) }

    func columnName(_ column: Int32) -> String {
        PQfname(result, column).map { String(cString: $0) } ?? "\(column)"
    }
}

/// One row; its columns are read by number, from 0, with the type they are expected to have.
///
/// A getter throws `PostgresError.Code.decoding`, naming statement and column, when the column does
/// not exist, is NULL (unless the getter says `IfPresent`) or is of a type that the getter would
/// have to guess at. Integers widen, never narrow.
public struct Row {
    let rows: Rows
    let index: Int32

    /// How many columns the row has.
    public var columnCount: Int { Int(PQnfields(rows.result)) }

    /// Whether a column is NULL, or not there.
    public func isNull(_ column: Int) -> Bool {
        PQgetisnull(rows.result, index, Int32(truncatingIfNeeded: column)) == 1
    }

    /// Lends the bytes of a column as the server sent them, or nil for NULL; valid during `body`.
    public func withBytes<Result>(
        _ column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> Result
    ) -> Result {
        body(raw(Int32(truncatingIfNeeded: column)))
    }

    /// The bytes of a column in the result's memory, or nil for NULL.
    func raw(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
        guard PQgetisnull(rows.result, index, column) == 0,
            let value = PQgetvalue(rows.result, index, column)
        else { return nil }
        let length = Int(PQgetlength(rows.result, index, column))
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self), count: length)
    }

    func type(_ column: Int) -> UInt32 {
        PQftype(rows.result, Int32(truncatingIfNeeded: column))
    }

    func failure(_ column: Int, expected: String) -> PostgresError {
        let exists = column >= 0 && column < columnCount
        let found =
            exists ? (isNull(column) ? "NULL" : PostgresType.name(of: type(column))) : "missing"
        let name = exists ? rows.columnName(Int32(column)) : "\(column)"
        return PostgresError(
            .decoding(column: name, expected: expected, found: found), statement: rows.statement)
    }

    /// A value that must be there.
    func require<Value>(_ value: Value?, _ column: Int, _ expected: String) throws(PostgresError)
        -> Value
    {
        guard let value else { throw failure(column, expected: expected) }
        return value
    }

    /// The raw bytes of a non-NULL column whose type the caller accepts.
    func field(
        _ column: Int, _ expected: String, _ accepts: (UInt32) -> Bool
    ) throws(PostgresError) -> UnsafeBufferPointer<UInt8>? {
        guard column >= 0, column < columnCount else { throw failure(column, expected: expected) }
        guard let bytes = raw(Int32(column)) else { return nil }
        guard accepts(type(column)) else { throw failure(column, expected: expected) }
        return bytes
    }
}
