import SluiceTerminal
import Testing

@Suite("Visible text")
struct VisibleTextTests {
    /// What must never reach a terminal, whatever the input.
    static func isDangerous(_ scalar: Unicode.Scalar, layout: TextLayout) -> Bool {
        switch scalar.value {
        case 0x0A, 0x09: return layout == .line
        case 0..<0x20, 0x7F...0x9F, 0xAD, 0x200B, 0x200E...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0xFEFF, 0xE0000...0xE007F, 0xE000...0xF8FF, 0x061C, 0x034F:
            return true
        default: return false
        }
    }

    @Test(
        "attacks are written out",
        arguments: [
            ("\u{1b}[2J", "␛[2J"), ("\u{1b}]52;c;aGk=\u{07}", "␛]52;c;aGk=␇"),
            ("a\u{9b}31mb", "a\\u{9b}31mb"), ("a\u{08}b\u{7f}", "a␈b␡"), ("one\rtwo", "one␍two"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"), ("pay\u{200b}pal", "pay\\u{200b}pal"),
            ("a\u{2028}b", "a\\u{2028}b"), ("x\u{e0041}", "x\\u{e0041}"),
            ("\u{e000}\u{0378}", "\\u{e000}\\u{378}"), ("a\u{feff}b", "a\\u{feff}b"),
            ("ab\u{200d}cd", "ab\\u{200d}cd"), ("\u{3164}", "\\u{3164}"), ("s\u{ad}t", "s\\u{ad}t"),
            ("a\u{fe0f}b", "a\\u{fe0f}b"), ("a\u{a0}b\u{2009}c", "a b c"),
        ])
    func attacks(input: String, expected: String) {
        #expect(visible(input).text == expected)
    }

    @Test("escapes are told apart from a payload that spells them")
    func runs() {
        let runs = visible("␛\u{1b}x").runs
        #expect(runs.map(\.text) == ["␛", "␛", "x"])
        #expect(runs.map(\.isEscape) == [false, true, false])
    }

    @Test("a block keeps its lines and tabs, a line does not")
    func layouts() {
        #expect(visible("a\r\n\tb\n", layout: .block).text == "a\n\tb\n")
        #expect(visible("a\r\n\tb", layout: .line).text == "a␊ b")
    }

    @Test(
        "honest text of many scripts stays as it is",
        arguments: [
            "Grüße, naïve café", "re\u{301}sume\u{301}", "漢字かな混じり文", "한국어", "हिन्दी क्षि",
            "می\u{200c}خواهم", "ไทยก็ดี", "😀🇫🇮❤\u{fe0f}👍🏽", "葛\u{e0100}", "1\u{fe0f}\u{20e3}",
            "Tiếng Việt",
        ])
    func honest(text: String) {
        #expect(Array(visible(text).text.unicodeScalars) == Array(text.unicodeScalars))
        #expect(visible(text).runs.allSatisfy { !$0.isEscape })
    }

    @Test("an emoji family is shown as its members, with no joiner")
    func family() {
        #expect(visible("👩\u{200d}👩\u{200d}👧").text == "👩👩👧")
    }

    @Test("a flood of combining marks is capped and counted")
    func marks() {
        let flood = "a" + String(repeating: "\u{301}", count: 40) + "b"
        let kept = "a" + String(repeating: "\u{301}", count: 4)
        #expect(
            Array(visible(flood).text.unicodeScalars)
                == Array((kept + "{+36 marks}b").unicodeScalars))
        #expect(Array(visible("\u{301}x").text.unicodeScalars) == ["\u{25CC}", "\u{301}", "x"])
    }

    @Test("text beyond the limit is said to be missing")
    func limit() {
        #expect(visible("abcdef", limit: 4).text == "abcd{+2 more characters}")
        #expect(visible("abcd", limit: 4).text == "abcd")
    }

    @Test("text made of hostile fragments is harmless, and making it visible twice changes nothing")
    func random() {
        let fragments: [String] = [
            "\u{1b}[", "\u{1b}]0;", "\u{9b}", "31m", "\u{07}", "\r", "\n", "\t", "\u{08}", "a", " ",
            "漢", "😀", "\u{200d}", "\u{200c}", "\u{fe0f}", "\u{301}", "\u{202e}", "\u{2066}", "क",
            "\u{94d}", "\u{e0020}", "\u{e0100}", "\u{feff}", "\u{1160}", "\u{1100}", "\u{1161}",
            "🏽", "🇫", "\u{2029}", "\u{85}", "\u{34f}", "م", "\u{10fffe}", "\u{fff9}",
        ]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let count = Int.random(in: 0..<40, using: &generator)
            let text = (0..<count).map { _ in
                fragments.randomElement(using: &generator) ?? ""
            }.joined()
            for layout in [TextLayout.line, .block] {
                let once = visible(text, layout: layout).text
                #expect(!once.unicodeScalars.contains { Self.isDangerous($0, layout: layout) })
                let twice = visible(once, layout: layout).text
                #expect(Array(once.unicodeScalars) == Array(twice.unicodeScalars))
            }
        }
    }
}
