import SluiceJSON
import Testing

@Suite("What the reader accepts and refuses")
struct JSONGrammarTests {
    @Test(
        "valid documents are read",
        arguments: [
            "null", "true", "false", "0", "-0", "-0.0", "1", "10", "0.5", "1e2", "1E+2", "1.5e-3",
            "1e308", "1e-400", "0e999999999999999999999", "123456789012345678901234567890",
            "\"\"", "\"a\"", "\"é\"", "\"\u{1F600}\"", "\"\u{7F}\"", "\"\u{2028}\"",
            #""\u00e9""#, #""\ud83d\ude00""#, #""\"\\\/\b\f\n\r\t""#, #""\u0001""#,
            "[]", "[ ]", "{}", "{ }", " [1 , 2]\n", "\t{\"a\" : 1 , \"b\":[{}] }\r\n",
            "{\"\":0}", "{\"é\":1,\"e\u{301}\":2}", "[[[[]]]]", "[\"12345678\",\"1234567\"]",
        ])
    func accepted(_ text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: value.bytes) == value)
        #expect(try raw(Array(text.utf8)) != nil)
    }

    @Test(
        "faulty documents are refused at the right byte",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 3),
            ("nulL", .unexpectedByte(0x4C), 3), ("True", .unexpectedByte(0x54), 0),
            ("NaN", .unexpectedByte(0x4E), 0), ("-Infinity", .invalidNumber, 0),
            ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0), ("1.", .invalidNumber, 0),
            (".5", .unexpectedByte(0x2E), 0), ("+1", .unexpectedByte(0x2B), 0),
            ("1e", .invalidNumber, 0), ("1e+", .invalidNumber, 0), ("-", .invalidNumber, 0),
            ("0x10", .trailingBytes, 1), ("1e999", .numberNotFinite, 0),
            ("[-1e309]", .numberNotFinite, 1), ("[1,]", .unexpectedByte(0x5D), 3),
            ("[,1]", .unexpectedByte(0x2C), 1), ("[1 2]", .unexpectedByte(0x32), 3),
            ("[1", .unexpectedEnd, 2), ("{\"a\":1,}", .unexpectedByte(0x7D), 7),
            ("{,}", .unexpectedByte(0x2C), 1), ("{\"a\"}", .unexpectedByte(0x7D), 4),
            ("{\"a\" 1}", .unexpectedByte(0x31), 5), ("{a:1}", .unexpectedByte(0x61), 1),
            ("{1:1}", .unexpectedByte(0x31), 1), ("{\"a\":1 \"b\":2}", .unexpectedByte(0x22), 7),
            ("[1}", .unexpectedByte(0x7D), 2), ("{\"a\":1]", .unexpectedByte(0x5D), 6),
            ("1 2", .trailingBytes, 2), ("{}}", .trailingBytes, 2), ("\"a", .unexpectedEnd, 2),
            ("\"\\", .unexpectedEnd, 2), ("\"\\x\"", .invalidEscape, 1),
            ("\"\\u12\"", .invalidEscape, 5), ("\"\\u0000\"", .nulCharacter, 1),
            ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\ud800x\"", .loneSurrogate, 1),
            ("\"\\ud800\\n\"", .loneSurrogate, 1), ("\"\\ud800\\ud800\"", .loneSurrogate, 1),
            ("\"\\ud800\\u0061\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
            ("\"12345678\u{1F}\"", .controlCharacter, 9), ("\u{FEFF}{}", .byteOrderMark, 0),
            ("\u{0C}1", .unexpectedByte(0x0C), 0), ("/**/1", .unexpectedByte(0x2F), 0),
            ("'a'", .unexpectedByte(0x27), 0), ("\u{A0}1", .unexpectedByte(0xC2), 0),
            ("{\"a\":1,\"a\":2}", .duplicateKey("a"), 7),
            ("{\"a\":1,\"\\u0061\":2}", .duplicateKey("a"), 7),
            ("[{\"x\":{\"k\":1,\"l\":2,\"k\":3}}]", .duplicateKey("k"), 19),
            ("{\"\":1,\"\":2}", .duplicateKey(""), 6),
        ] as [(String, JSONError.Kind, Int)])
    func refused(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
        let error = JSONError(kind, at: offset)
        #expect(throws: error) { try JSONValue(parsing: text) }
        #expect(throws: error) { try raw(Array(text.utf8)) }
    }

    @Test(
        "bytes that are not UTF-8 are refused at the first of them",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x22], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x82],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        for padding in 0..<9 {
            let text = Array(repeating: UInt8(ascii: "x"), count: padding)
            #expect(throws: JSONError(.invalidUTF8, at: padding + 1)) {
                try raw([0x22] + text + bytes + [0x22])
            }
        }
    }

    @Test("every Unicode scalar but U+0000 survives raw and escaped")
    func everyScalar() throws {
        for first in stride(from: 0, to: 0x110000, by: 64) {
            var text = ""
            var escaped = "\""
            for value in first..<(first + 64) {
                guard value != 0, let scalar = Unicode.Scalar(UInt32(value)) else { continue }
                text.unicodeScalars.append(scalar)
                for unit in UTF16.encode(scalar)! {
                    let digits = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
            let value = JSONValue.string(text)
            #expect(try JSONValue(parsing: value.bytes) == value)
            #expect(try JSONValue(parsing: escaped + "\"") == value)
        }
    }

    @Test("a document at a limit is read and one past it is refused")
    func limits() throws {
        let limits = JSONLimits(depth: 3, bytes: 10)
        #expect(throws: Never.self) { try JSONValue(parsing: "[[[1]]]", limits: limits) }
        #expect(throws: Never.self) { try JSONValue(parsing: "[[[1]],[]]", limits: limits) }
        #expect(throws: JSONError(.tooDeep, at: 3)) {
            try JSONValue(parsing: "[[[[1]]]]", limits: limits)
        }
        #expect(throws: JSONError(.tooDeep, at: 7)) {
            try JSONValue(
                parsing: "{\"a\":[[{}]]}", limits: JSONLimits(depth: 3, bytes: 100))
        }
        #expect(throws: JSONError(.tooLarge, at: 0)) {
            try JSONValue(parsing: "[1234567890]", limits: limits)
        }
        let endless = Array(repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError(.tooDeep, at: 512)) {
            try JSONValue(parsing: endless, limits: JSONLimits(depth: .max, bytes: .max))
        }
    }

    @Test(
        "a repeated key is found however many keys the object has", arguments: [1, 15, 16, 17, 500])
    func duplicatesInLargeObjects(_ count: Int) throws {
        func document(_ extra: String) -> String {
            let members = (0..<count).map { "\"key\($0)\":{\"key\($0)\":0}" }
            return "{" + members.joined(separator: ",") + ",\"\(extra)\":0}"
        }
        #expect(throws: Never.self) { try JSONValue(parsing: document("other")) }
        #expect(throws: Never.self) {
            try JSONValue(parsing: "[\(document("x")),\(document("x"))]")
        }
        for twice in [0, count / 2, count - 1] {
            let error = #expect(throws: JSONError.self) {
                try JSONValue(parsing: document("key\(twice)"))
            }
            #expect(error?.kind == .duplicateKey("key\(twice)"))
        }
    }

    @Test("an error describes itself in printable ASCII, whatever the document holds")
    func descriptions() {
        let error = JSONError(
            .duplicateKey("\u{1B}[2J\n'é" + String(repeating: "x", count: 99)), at: 7)
        #expect(error.description.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(error.description.utf8.count < 130)
        #expect(
            JSONError(.unexpectedByte(0x1B), at: 0).description == "unexpected '\\x1b' at byte 0")
    }
}

/// The range of the one value of a document, as ``JSONCursor/readRaw()`` finds it.
@discardableResult
func raw(_ bytes: [UInt8]) throws -> Range<Int>? {
    try bytes.withUnsafeBufferPointer { buffer in
        var cursor = JSONCursor(buffer)
        let range = try cursor.readRaw()
        try cursor.end()
        return range
    }
}
