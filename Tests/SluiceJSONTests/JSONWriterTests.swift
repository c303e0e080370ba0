import SluiceJSON
import Testing

@Suite("Writing")
struct JSONWriterTests {
    @Test("commas and nesting are right, and lines are documents of their own")
    func structure() {
        var writer = JSONWriter(reservingCapacity: 64)
        writer.object { writer in
            writer.member("a", 1)
            writer.member("b", nil as String?)
            writer.memberIfPresent("c", nil as Int?)
            writer.memberIfPresent("d", true)
            writer.key("e")
            writer.array([1.5, 2]) { $0.double($1) }
            writer.key("f" as String)
            writer.beginObject()
            writer.endObject()
            writer.member("g", raw: Array("[1, 2]".utf8))
            writer.member("h", Int64.min)
            writer.member("i", ["x": [nil, "y"]] as JSONValue)
        }
        writer.newline()
        writer.beginArray()
        writer.null()
        writer.string("z")
        writer.raw(Array("{}".utf8))
        writer.endArray()
        #expect(
            writer.text == """
                {"a":1,"b":null,"d":true,"e":[1.5,2],"f":{},"g":[1, 2],"h":-9223372036854775808,\
                "i":{"x":[null,"y"]}}
                [null,"z",{}]
                """)
    }

    @Test("strings are escaped where they must be and where they make trouble, and only there")
    func escaping() {
        let cases = [
            ("\"\\/", #""\"\\/""#), ("\u{8}\u{9}\u{A}\u{C}\u{D}", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{1B}\u{1F}\u{7F}", #""\u0000\u0001\u001b\u001f\u007f""#),
            ("a\u{2028}b\u{2029}", #""a\u2028b\u2029""#),
            ("a\u{85}b\u{A9}\u{2026}\u{B}\u{C}", #""a\u0085b©…\u000b\f""#),
            ("\u{2027}\u{202A}€", "\"\u{2027}\u{202A}€\""),
            ("é😀日本", "\"é😀日本\""), ("", "\"\""),
            ("a long plain text\"with one quote", #""a long plain text\"with one quote""#),
        ]
        for (text, expected) in cases {
            for padding in 0..<9 {
                var writer = JSONWriter()
                writer.string(String(repeating: "x", count: padding) + text)
                let expected = "\"" + String(repeating: "x", count: padding) + expected.dropFirst()
                #expect(Array(writer.text.utf8) == Array(expected.utf8))
            }
        }
    }

    @Test("whole numbers are written in full", arguments: [0, 1, -1, 10, 99, -100, .max, .min])
    func wholeNumbers(_ value: Int) {
        var writer = JSONWriter()
        writer.int(value)
        #expect(writer.text == String(value))
    }

    @Test("a writer can be emptied and used again")
    func reuse() {
        var writer = JSONWriter()
        writer.int(1)
        writer.removeAll()
        writer.int(2)
        #expect(writer.text == "2")
    }
}
