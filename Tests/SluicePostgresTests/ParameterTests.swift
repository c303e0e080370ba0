import SluicePostgres
import Testing

@Suite("Values travel to the server and back unchanged")
struct ParameterTests {
    private func echo<T: Sendable>(
        _ type: String, _ parameter: Parameter,
        _ read: @escaping @Sendable (Row) throws(PostgresError) -> T
    ) async throws -> T? {
        try await withConnection { (session) throws in
            try session.queryOne(sql("SELECT $1::\(type)"), [parameter], read)
        }
    }

    @Test("integers keep their value at both ends of their range")
    func integers() async throws {
        for value in [Int16.min, -1, 0, .max] {
            #expect(try await echo("smallint", .int16(value), firstInt16) == value)
        }
        for value in [Int32.min, -1, 0, .max] {
            #expect(try await echo("integer", .int32(value), firstInt32) == value)
        }
        for value in [Int64.min, -1, 0, .max] {
            #expect(try await echo("bigint", .int64(value), firstInt64) == value)
        }
        #expect(try await echo("smallint", .int16(-7), firstInt) == -7)
    }

    @Test("an integer fits the parameter's own width, or is refused")
    func integerWidths() async throws {
        try await withConnection { (session) throws in
            let narrow = sql("SELECT $1 + 0::smallint")
            _ = try session.query(narrow, [.int16(0)])
            #expect(try session.queryOne(narrow, [.int16(3)], firstInt16) == 3)
            #expect(try session.queryOne(narrow, [.int64(4)], firstInt16) == 4)
            let failure = #expect(throws: PostgresError.self) {
                try session.query(narrow, [.int64(70_000)])
            }
            #expect(failure?.code == .parameterMismatch(parameter: 1))
            #expect(
                try session.queryOne(narrow, [.null]) { (row) throws(PostgresError) in
                    try row.int16IfPresent(0)
                } == .some(nil))
        }
    }

    @Test("a parameter that was NULL first takes what the server made of it")
    func nullFirst() async throws {
        try await withConnection { (session) throws in
            let text = sql("SELECT coalesce($1, now())")
            _ = try session.query(text, [.null])
            let read = try session.queryOne(text, [.timestamp(microseconds: 5)], firstTimestamp)
            #expect(read == 5)
        }
    }

    @Test("floating-point numbers keep every bit")
    func doubles() async throws {
        for value in [0.0, -0.0, 0.1, .pi, .infinity, -.infinity, .leastNonzeroMagnitude] {
            let read = try await echo("double precision", .double(value), firstDouble)
            #expect(read?.bitPattern == value.bitPattern)
        }
        #expect(try await echo("double precision", .double(.nan), firstDouble)?.isNaN == true)
        #expect(try await echo("real", .double(0.5), firstDouble) == 0.5)
    }

    @Test("booleans, bytes and uuids keep their value")
    func plain() async throws {
        #expect(try await echo("boolean", .bool(true), firstBool) == true)
        #expect(try await echo("boolean", .bool(false), firstBool) == false)
        let bytes = (0...255).map { UInt8($0) }
        #expect(try await echo("bytea", .bytes(bytes), firstBytes) == bytes)
        #expect(try await echo("bytea", .bytes([]), firstBytes) == [])
        let halves = try await echo(
            "uuid", .uuid(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        ) {
            (row) throws(PostgresError) in [try row.uuid(0).high, try row.uuid(0).low]
        }
        #expect(halves == [0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210])
        #expect(
            try await echo("uuid", .uuid(high: 1, low: 2)) { (row) throws(PostgresError) in
                row.columnCount
            } == 1)
    }

    @Test(
        "texts keep every scalar",
        arguments: ["", "a", "ä漢😀\u{1b}[2J", "e\u{301}", "\u{10FFFF}", "'; DROP TABLE x; --"])
    func texts(_ text: String) async throws {
        #expect(try await echo("text", .text(text), firstBytes) == Array(text.utf8))
        #expect(try await echo("text", .utf8(Array(text.utf8)), firstText) == text)
    }

    @Test("a text with U+0000 is refused, never cut")
    func zero() async throws {
        let forms: [Parameter] = [
            .text("user-1\0admin"), .utf8([97, 0]), .json(Array("\"\0\"".utf8)),
            .array(ParameterArray(["a", "b\0"])),
        ]
        for parameter in forms {
            let code = try await code {
                try await withConnection { try $0.query(sql("SELECT $1"), [parameter]).count }
            }
            #expect(code == .textContainsNUL(parameter: 1))
        }
        var bytes = ParameterArray(.bytes)
        bytes.append(bytes: [0, 1, 0])
        #expect(
            try await echo("bytea[]", .array(bytes)) { (row) throws(PostgresError) in
                row.columnCount
            } == 1)
    }

    @Test("json is kept byte for byte, jsonb by value")
    func json() async throws {
        let document = Array(#"{"b": 1,  "a":[1.50]}"#.utf8)
        #expect(try await echo("json", .json(document), firstBytes) == document)
        #expect(try await echo("jsonb", .json(document), firstText) == #"{"a": [1.50], "b": 1}"#)
    }

    @Test("times are microseconds since 1970, infinite ones included")
    func times() async throws {
        for value in [0, -1, 1_795_000_000_123_456, 946_684_800_000_000, Int64.max, .min] {
            #expect(
                try await echo("timestamptz", .timestamp(microseconds: value), firstTimestamp)
                    == value)
        }
        let shown = try await echo("timestamptz", .timestamp(microseconds: 0)) {
            (row) throws(PostgresError) in row.isNull(0)
        }
        #expect(shown == false)
        let epoch = try await withConnection { (session) throws in
            try session.queryOne(
                sql("SELECT extract(epoch FROM $1::timestamptz)::bigint"),
                [.timestamp(microseconds: 7_000_000)], firstInt64)
        }
        #expect(epoch == 7)
    }

    @Test("arrays keep nulls and emptiness")
    func arrays() async throws {
        let texts: [String?] = ["a", nil, "", "ü\"{},"]
        #expect(
            try await echo("text[]", .array(ParameterArray(texts))) { (row) throws(PostgresError) in
                try row.textArray(0)
            } == texts)
        #expect(
            try await echo("text[]", .array(ParameterArray([String]()))) {
                (row) throws(PostgresError) in try row.textArray(0)
            } == [])
        let numbers: [Int64?] = [1, nil, .max]
        #expect(
            try await echo("bigint[]", .array(ParameterArray(numbers))) {
                (row) throws(PostgresError) in try row.int64Array(0)
            } == numbers)
        #expect(
            try await echo("text[]", .null) { (row) throws(PostgresError) in
                try row.textArrayIfPresent(0)
            } == .some(nil))
    }

    @Test("columns given as arrays become rows, every kind of element")
    func unnest() async throws {
        let rows = try await withConnection { (session) throws in
            var kinds: [ParameterArray] = [
                ParameterArray([true, false]), ParameterArray([Int16(1), 2]),
                ParameterArray([Int32(1), 2]), ParameterArray([1.5, 2.5]),
            ]
            var json = ParameterArray(.json)
            json.append(bytes: Array("{}".utf8))
            json.appendNull()
            var ids = ParameterArray(.uuid)
            ids.append(uuidHigh: 1, low: 2)
            ids.append(uuidHigh: 3, low: 4)
            var times = ParameterArray(.timestamp)
            times.append(timestampMicroseconds: 9)
            times.appendNull()
            kinds += [json, ids, times]
            return try session.query(
                sql("SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)"), kinds.map { .array($0) }
            ) { (row) throws(PostgresError) -> String in
                let time = try row.timestampIfPresent(6).map(String.init) ?? "-"
                return try "\(row.bool(0)) \(row.int16(1)) \(row.int32(2)) \(row.double(3)) "
                    + "\(row.textIfPresent(4) ?? "-") \(row.uuid(5).low) \(time)"
            }
        }
        #expect(rows == ["true 1 1 1.5 {} 2 9", "false 2 2 2.5 - 4 -"])
    }

    @Test("an element of another kind makes the statement fail, not the program")
    func wrongElement() async throws {
        var array = ParameterArray(.int32)
        array.append(Int64(1))
        let code = try await code {
            try await echo("integer[]", .array(array)) { (row) throws(PostgresError) in
                row.columnCount
            }
        }
        #expect(code == .parameterMismatch(parameter: 1))
    }

    @Test("reading a column as what it is not names statement and column")
    func decoding() async throws {
        try await withConnection { (session) throws in
            let rows = try session.query(
                Statement(
                    name: "odd", text: "SELECT 'x' AS name, NULL::integer AS n, 5::bigint AS big"))
            let wrong = #expect(throws: PostgresError.self) { try rows[0].int(0) }
            #expect(wrong?.code == .decoding(column: "name", expected: "bigint", found: "text"))
            #expect(wrong?.statement == "odd")
            let null = #expect(throws: PostgresError.self) { try rows[0].int(1) }
            #expect(null?.code == .decoding(column: "n", expected: "bigint", found: "NULL"))
            let narrow = #expect(throws: PostgresError.self) { try rows[0].int32(2) }
            #expect(narrow?.code == .decoding(column: "big", expected: "integer", found: "bigint"))
            let missing = #expect(throws: PostgresError.self) { try rows[0].text(3) }
            #expect(missing?.code == .decoding(column: "3", expected: "text", found: "missing"))
        }
    }
}
