import SluiceJSON
import Testing

@Suite("Reading on demand")
struct JSONCursorTests {
    private func reading<Value>(
        _ text: String, _ body: (inout JSONCursor) throws -> Value
    ) throws -> Value {
        try Array(text.utf8).withUnsafeBufferPointer { buffer in
            var cursor = JSONCursor(buffer)
            return try body(&cursor)
        }
    }

    @Test("a document is read member by member, and skipped values keep their bytes")
    func members() throws {
        let text =
            #" {"label" : "cat", "scores":[0.5, 1 ], "payload": {"a" : [1,{"b":null}]} ,"n":-3}"#
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBufferPointer { buffer in
            var cursor = JSONCursor(buffer)
            var payload = 0..<0
            var scores: [Double] = []
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                if key.equals("label") {
                    #expect(try cursor.readString() == "cat")
                } else if key.equals("scores") {
                    try cursor.beginArray()
                    while try cursor.nextElement() { scores.append(try cursor.readDouble()) }
                } else if key.equals("n") {
                    #expect(try cursor.readInt64() == -3)
                } else {
                    payload = try cursor.readRaw()
                }
            }
            try cursor.end()
            #expect(scores == [0.5, 1])
            #expect(String(decoding: bytes[payload], as: UTF8.self) == #"{"a" : [1,{"b":null}]}"#)
        }
    }

    @Test("asking for another kind of value says which was expected")
    func mismatches() throws {
        #expect(throws: JSONError(.notA(.string), at: 1)) {
            try reading(" 1") { try $0.readString() }
        }
        #expect(throws: JSONError(.notA(.object), at: 0)) {
            try reading("[]") { try $0.beginObject() }
        }
        #expect(throws: JSONError(.notA(.array), at: 0)) {
            try reading("{}") { try $0.beginArray() }
        }
        #expect(throws: JSONError(.notA(.bool), at: 0)) {
            try reading("null") { try $0.readBool() }
        }
        #expect(throws: JSONError(.notA(.null), at: 0)) { try reading("0") { try $0.readNull() } }
        #expect(throws: JSONError(.unexpectedByte(0x78), at: 0)) {
            try reading("x") { try $0.readString() }
        }
        #expect(try reading("null") { try $0.readNullIfPresent() })
        #expect(try !reading("1") { try $0.readNullIfPresent() })
    }

    @Test("the kind of the next value is told without reading it")
    func peeking() throws {
        let kinds: [(String, JSONKind)] = [
            ("null", .null), ("true", .bool), ("false", .bool), ("-1", .number), ("7", .number),
            ("\"\"", .string), ("[]", .array), (" {}", .object),
        ]
        for (text, kind) in kinds {
            #expect(try reading(text) { try $0.peek() } == kind)
            #expect(try JSONValue(parsing: text).kind == kind)
        }
    }

    @Test("slices compare by the bytes that are meant")
    func slices() throws {
        try reading(#"["caf\u00e9", "café", "", "a\/b"]"#) { cursor in
            try cursor.beginArray()
            _ = try cursor.nextElement()
            let escaped = try cursor.readStringSlice()
            _ = try cursor.nextElement()
            let plain = try cursor.readStringSlice()
            _ = try cursor.nextElement()
            let empty = try cursor.readStringSlice()
            _ = try cursor.nextElement()
            let slash = try cursor.readStringSlice()
            #expect(escaped.hasEscapes && !plain.hasEscapes)
            #expect(escaped.equals("caf\u{E9}") && plain.equals("caf\u{E9}"))
            #expect(!escaped.equals("cafe\u{301}") && !plain.equals("cafe\u{301}"))
            #expect(empty.equals("") && !empty.equals("x") && empty.range == 24..<24)
            #expect(slash.string == "a/b" && slash.utf8Bytes == Array("a/b".utf8))
            #expect(escaped.range == 2..<11)
        }
    }
}
