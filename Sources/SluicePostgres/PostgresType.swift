/// The object ids of PostgreSQL's built-in types (`pg_type.dat`), fixed for all time.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let timestamp: UInt32 = 1114
    static let timestamptz: UInt32 = 1184
    static let timestamptzArray: UInt32 = 1185
    static let jsonArray: UInt32 = 199
    static let uuid: UInt32 = 2950
    static let uuidArray: UInt32 = 2951
    static let jsonb: UInt32 = 3802

    /// Whether values of a type are sent as the plain bytes of a text.
    static func isText(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, bpchar, name, json, unknown, char: true
        default: false
        }
    }

    /// A type's name for an error message.
    static func name(of type: UInt32) -> String {
        switch type {
        case bool: "boolean"
        case bytea: "bytea"
        case int2: "smallint"
        case int4: "integer"
        case int8: "bigint"
        case text: "text"
        case varchar: "varchar"
        case json: "json"
        case jsonb: "jsonb"
        case float4: "real"
        case float8: "double precision"
        case timestamp: "timestamp"
        case timestamptz: "timestamptz"
        case uuid: "uuid"
        default: "type \(type)"
        }
    }
}

/// The difference between PostgreSQL's epoch (2000-01-01 UTC) and Unix's, and the infinite times.
enum PostgresTime {
    static let epochMicroseconds: Int64 = 946_684_800_000_000

    /// Converts microseconds since 1970 to PostgreSQL's; the extreme values stand for infinity.
    static func encode(_ microseconds: Int64) -> Int64 {
        if microseconds == .max || microseconds == .min { return microseconds }
        let (value, overflow) = microseconds.subtractingReportingOverflow(epochMicroseconds)
        return overflow ? .min : value
    }

    /// Converts PostgreSQL's microseconds to those since 1970, infinity to the extreme values.
    static func decode(_ value: Int64) -> Int64 {
        if value == .max || value == .min { return value }
        let (microseconds, overflow) = value.addingReportingOverflow(epochMicroseconds)
        return overflow ? .max : microseconds
    }
}
