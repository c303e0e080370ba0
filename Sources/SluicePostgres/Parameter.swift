/// One value for `$1`, `$2`, … of a statement.
///
/// Values travel in PostgreSQL's binary format with their type said; they never become part of the
/// SQL text.
public enum Parameter: Sendable {
    /// SQL's NULL, of whatever type the statement wants.
    case null
    /// A `boolean`.
    case bool(Bool)
    /// A `smallint`.
    case int16(Int16)
    /// An `integer`.
    case int32(Int32)
    /// A `bigint`.
    case int64(Int64)
    /// A `double precision`, NaN and infinities included.
    case double(Double)
    /// A `text`; one that holds U+0000 is refused, never cut.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// A `text` given as UTF-8; one that holds a zero byte is refused here, invalid UTF-8 by the
    /// server.
    case utf8([UInt8])
    /// A `json` document as UTF-8, kept byte for byte in a column of that type.
    case json([UInt8])
    /// A `uuid` as its two halves, most significant first.
    case uuid(high: UInt64, low: UInt64)
    /// A `timestamptz` in microseconds since 1970-01-01 UTC; `Int64.max` and `.min` are infinity.
    case timestamp(microseconds: Int64)
    /// An array, one-dimensional.
    case array(ParameterArray)
}

extension Parameter {
    /// The text, or NULL.
    public static func optional(_ text: String?) -> Parameter { text.map(Parameter.text) ?? .null }
    /// The `bigint`, or NULL.
    public static func optional(_ value: Int64?) -> Parameter {
        value.map(Parameter.int64) ?? .null
    }
    /// The `integer`, or NULL.
    public static func optional(_ value: Int32?) -> Parameter {
        value.map(Parameter.int32) ?? .null
    }
    /// The `smallint`, or NULL.
    public static func optional(_ value: Int16?) -> Parameter {
        value.map(Parameter.int16) ?? .null
    }
    /// The `double precision`, or NULL.
    public static func optional(_ value: Double?) -> Parameter {
        value.map(Parameter.double) ?? .null
    }
    /// The `boolean`, or NULL.
    public static func optional(_ value: Bool?) -> Parameter { value.map(Parameter.bool) ?? .null }

    /// The type it is sent as; 0 leaves it to the server.
    var type: UInt32 {
        switch self {
        case .null: 0
        case .bool: PostgresType.bool
        case .int16: PostgresType.int2
        case .int32: PostgresType.int4
        case .int64: PostgresType.int8
        case .double: PostgresType.float8
        case .text, .utf8: PostgresType.text
        case .bytes: PostgresType.bytea
        case .json: PostgresType.json
        case .uuid: PostgresType.uuid
        case .timestamp: PostgresType.timestamptz
        case .array(let array): array.element.arrayType
        }
    }
}
