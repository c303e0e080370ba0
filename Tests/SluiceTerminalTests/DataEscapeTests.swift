import Testing

@testable import SluiceTerminal

@Suite("Data on a terminal, and long texts")
struct DataEscapeTests {
    @Test(
        "what acts on a terminal is written out, and stays the same JSON",
        arguments: [
            ("{\"a\": \"b\"}\n", "{\"a\": \"b\"}\n"), ("\u{9B}31m", "\\u009b31m"),
            ("a\u{1B}[2Jb\u{7}", "a\\u001b[2Jb\\u0007"), ("x\r\ny\rz", "x\ny\\u000dz"),
            ("\u{202E}abc", "\\u202eabc"), ("\u{E0041}", "\\udb40\\udc41"),
            ("Ä 漢字 👩\u{200D}🚀 e\u{301}\t", "Ä 漢字 👩\u{200D}🚀 e\u{301}\t"),
        ])
    func escaped(text: String, expected: String) {
        let bytes = Array(text.utf8)
        var whole = DataEscape()
        #expect(String(decoding: whole.escape(bytes), as: UTF8.self) == expected)
        // Cut between any two bytes but those of a line break.
        for cut in bytes.indices where cut == 0 || bytes[cut - 1] != 0x0D {
            var parts = DataEscape()
            let written =
                parts.escape(Array(bytes[..<cut])) + parts.escape(Array(bytes[cut...]))
            #expect(String(decoding: written, as: UTF8.self) == expected, "cut at \(cut)")
        }
    }

    @Test("bytes that are no text cannot act either")
    func noText() {
        var escape = DataEscape()
        let written = escape.escape([0x61, 0x9B, 0xC2, 0x0A, 0xFF, 0x1B])
        #expect(written.allSatisfy { $0 == 0x0A || $0 >= 0x20 })
    }

    @Test("plain paragraphs are broken like any others", arguments: 0..<400 as Range<UInt64>)
    func plainWrap(seed: UInt64) {
        var generator = Numbers(state: seed)
        let pieces = [
            "a", "word", "longer-words", " ", "  ", "\n", "\r\n", "ß", "Ж", "漢", "字", "、", "“",
            "…", "\t", "é", "e\u{301}", "👍", "\u{AD}", "x\u{1B}", "\r",
        ]
        // Half of the texts hold nothing but what is plain.
        let count = seed % 2 == 0 ? pieces.count : 14
        var text = ""
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            text += pieces[Int.random(in: 0..<count, using: &generator)]
        }
        let width = Int.random(in: 8...30, using: &generator)
        let line = Line(text, .bold)
        #expect(
            TextWrap.lines(line, width: width)
                == TextWrap.slowly(line, width: width, limit: .max), "\(text.debugDescription)")
    }

    @Test("texts of any length are broken whole")
    func long() {
        let text = String(repeating: "many words ", count: 30_000)
        #expect(TextWrap.lines(text, width: 78).map(\.text).joined(separator: " ") + " " == text)
        let mixed = String(repeating: "e\u{301}ven this ", count: 10_000)
        #expect(TextWrap.lines(mixed, width: 78).last?.text.hasSuffix("ven this") == true)
    }
}

/// A linear congruential generator, with the constants of MMIX.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
