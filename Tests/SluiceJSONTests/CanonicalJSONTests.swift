import Testing

@testable import SluiceJSON

@Suite("One value, however it is spelt")
struct CanonicalJSONTests {
    private func areEqual(_ one: String, _ other: String) -> Bool {
        Array(one.utf8).withUnsafeBufferPointer { one in
            Array(other.utf8).withUnsafeBufferPointer { CanonicalJSON.areEqual(one, $0) }
        }
    }

    @Test(
        "the same value",
        arguments: [
            (#"{"a":1,"b":2}"#, #" { "b" : 2, "a" : 1 } "#), ("1", "1.0"), ("1", "10e-1"),
            ("100", "1E+2"), ("-0", "0"), ("0.0e7", "-0.000"), ("1e400", "10E399"),
            ("1e-400", "0.1e-399"), ("0.1", "1e-0000000000000000000000001"),
            ("123456789012345678901234567890", "123456789012345678901234567890.0"),
            (#""\u00e9""#, #""é""#), (#""\ud83d\ude00\/""#, "\"\u{1F600}/\""),
            (#"{"\u0061":[{"y":1,"x":[]}]}"#, #"{"a":[{"x":[],"y":1.00}]}"#),
            (#"{"b":{"d":1,"c":2},"a":{"f":3,"e":4}}"#, #"{"a":{"e":4,"f":3},"b":{"c":2,"d":1}}"#),
        ])
    func same(_ one: String, _ other: String) {
        #expect(areEqual(one, other) && areEqual(other, one))
    }

    @Test(
        "another value",
        arguments: [
            ("1", "10"), ("1", "-1"), ("1", #""1""#), ("0", "false"), ("null", "false"),
            ("9007199254740993", "9007199254740992"), ("0.1", "0.10000000000000000001"),
            ("1e400", "1e401"), ("1e400", "1e-400"), ("[1,2]", "[2,1]"), ("[[],1]", "[[1]]"),
            ("[]", "{}"), (#"{"a":1}"#, #"{"a":1,"b":null}"#), (#"{"a":"b"}"#, #"{"b":"a"}"#),
            ("\"e\u{301}\"", "\"\u{E9}\""), (#""a,1""#, #""a""#), (#"["1\"2"]"#, #"["1","2"]"#),
            ("1e1000000000000000000", "10e999999999999999999"), ("01", "1"), ("", "null"),
        ])
    func other(_ one: String, _ other: String) {
        #expect(!areEqual(one, other) && !areEqual(other, one))
    }

    @Test("a document written again in any order has the value it had, and another one changed")
    func random() throws {
        var generator = JSONGenerator(random: SeededGenerator(seed: 14))
        var different = 0
        var former = "null"
        for _ in 0..<2_000 {
            let text = generator.document()
            let value = try JSONValue(parsing: text)
            #expect(
                areEqual(text, String(decoding: reversed(value).bytes, as: UTF8.self)), "\(text)")
            if !areEqual(text, former) { different += 1 }
            former = text
        }
        #expect(different > 1_000)
    }

    @Test("many small objects out of order cost no more than their bytes", .timeLimit(.minutes(1)))
    func isLinear() throws {
        let object = #"{"b":1,"a":2},"#
        let count = 200_000
        let text = "[" + String(repeating: object, count: count) + "0]"
        let ordered = "[" + String(repeating: #"{"a":2,"b":1},"#, count: count) + "0]"
        #expect(areEqual(text, ordered))
    }

    /// The same value with the members of every object the other way round.
    private func reversed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(reversed))
        case .object(let object):
            .object(
                JSONObject(
                    distinct: object.members.reversed().map {
                        JSONObject.Member($0.key, reversed($0.value))
                    }))
        case .null, .bool, .number, .string: value
        }
    }
}
