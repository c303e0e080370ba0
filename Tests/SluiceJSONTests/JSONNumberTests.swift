import SluiceJSON
import Testing

@Suite("Numbers")
struct JSONNumberTests {
    private func double(_ text: String) throws -> Double {
        try Array(text.utf8).withUnsafeBufferPointer { buffer in
            var cursor = JSONCursor(buffer)
            let value = try cursor.readDouble()
            try cursor.end()
            return value
        }
    }

    private func int64(_ text: String) throws -> Int64 {
        try Array(text.utf8).withUnsafeBufferPointer { buffer in
            var cursor = JSONCursor(buffer)
            return try cursor.readInt64()
        }
    }

    @Test(
        "decimals are rounded to the nearest double",
        arguments: [
            ("0.1", 0.1), ("1e22", 1e22), ("1e23", 1e23), ("9007199254740993", 0x1p53),
            ("9007199254740993.00000000000000000001", 9007199254740994),
            ("123456789012345678901234567890", 123456789012345677877719597056),
            ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
            ("5e-324", .leastNonzeroMagnitude),
            ("2e-324", 0), ("1e-400", 0), ("0e999999999999999999999", 0),
            ("179769313486231570000e288", 1.7976931348623157e308), ("0.3e1", 3), ("1e0", 1),
            ("0.000000000000000000000000000000000001e36", 1),
        ] as [(String, Double)])
    func nearest(_ text: String, _ expected: Double) throws {
        #expect(try double(text) == expected)
        #expect(try double("-" + text) == -expected)
        #expect(try JSONValue(parsing: text).double == expected)
    }

    @Test("every double is written so that it reads back the same")
    func shortestRoundTrip() throws {
        var random = SeededGenerator(seed: 3)
        for index in 0..<20_000 {
            let value =
                index % 2 == 0
                ? Double(bitPattern: random.next())
                : Double(Int64.random(in: -9999...9999, using: &random)) / 1000
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.double(value)
            #expect(try double(writer.text).bitPattern == value.bitPattern)
        }
    }

    @Test("the sign of zero survives, and whole doubles are written without a point")
    func wholeDoubles() throws {
        #expect(try double("-0.0").sign == .minus)
        let cases: [(Double, String)] = [
            (1, "1"), (-0.0, "-0"), (0, "0"), (0.5, "0.5"), (1e15, "1000000000000000"),
            (-42, "-42"), (0x1p53, "9007199254740992"), (.nan, "null"), (.infinity, "null"),
        ]
        for (value, text) in cases {
            var writer = JSONWriter()
            writer.double(value)
            #expect(writer.text == text)
        }
    }

    @Test("a number with a million digits is read or refused, by its true value")
    func longNumbers() throws {
        let zeros = String(repeating: "0", count: 1_000_009)
        #expect(throws: JSONError(.numberNotFinite, at: 0)) { try double("0.\(zeros)5e9999999") }
        #expect(throws: JSONError(.numberNotFinite, at: 0)) { try double("1\(zeros)") }
        #expect(try double("1\(zeros)e-1000009") == 1)
        #expect(throws: JSONError(.numberNotFinite, at: 0)) { try raw(Array("1\(zeros)".utf8)) }
    }

    @Test("whole numbers are read up to the last of 64 bits, and only if written as such")
    func wholeNumbers() throws {
        #expect(try int64("9223372036854775807") == .max)
        #expect(try int64("-9223372036854775808") == .min)
        #expect(try int64("-0") == 0)
        for text in [
            "9223372036854775808", "-9223372036854775809", "1.0", "1e2", "18446744073709551617",
        ] {
            #expect(throws: JSONError(.notAnInteger, at: 0)) { try int64(text) }
            #expect(try JSONValue(parsing: text).int64 == nil)
        }
        #expect(throws: JSONError(.notA(.number), at: 0)) { try int64("\"1\"") }
    }
}
