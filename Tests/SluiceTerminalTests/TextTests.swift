import SluiceTerminal
import Testing

@Suite("Width and wrapping")
struct TextTests {
    @Test(
        "width is that of the widest terminal",
        arguments: [
            ("abc", 3), ("漢字", 4), ("é", 1), ("e\u{301}", 1), ("😀", 2), ("🇫🇮", 2), ("👍🏽", 4),
            ("❤\u{fe0f}", 2), ("क्षि", 3), ("한", 2), ("\u{1112}\u{1161}\u{11ab}", 2), ("─█", 2),
            ("ｱ", 1),
            ("", 0), ("🫠", 2),
        ])
    func width(text: String, columns: Int) {
        #expect(TextWidth.columns(text) == columns)
    }

    @Test("graphemes terminals disagree about are known")
    func uncertain() {
        for grapheme: Character in ["👍🏽", "❤\u{fe0f}", "🇫🇮", "कि"] {
            #expect(TextWidth.isUncertain(grapheme), "\(grapheme)")
        }
        for grapheme: Character in ["a", "e\u{301}", "漢", "😀", "\u{1112}\u{1161}"] {
            #expect(!TextWidth.isUncertain(grapheme), "\(grapheme)")
        }
    }

    private func wrap(_ text: String, _ width: Int) -> [String] {
        TextWrap.lines(text, width: width).map(\.text)
    }

    @Test("words move whole to the next line")
    func words() {
        #expect(wrap("the quick brown fox", 10) == ["the quick", "brown fox"])
        #expect(wrap("the quick brown fox", 9) == ["the quick", "brown fox"])
        #expect(wrap("a   b", 8) == ["a   b"])
        #expect(wrap("aaaaaaaa    bb", 8) == ["aaaaaaaa", "bb"])
    }

    @Test("line breaks, empty lines and indents of the text stay")
    func paragraphs() {
        #expect(wrap("one\n\n  two\n", 20) == ["one", "", "  two", ""])
        #expect(wrap("", 20) == [""])
        #expect(wrap("a\tb\n\tc", 20) == ["a   b", "    c"])
    }

    @Test("a word longer than the line is cut")
    func longWord() {
        #expect(wrap("abcdefghijkl mn", 8) == ["abcdefgh", "ijkl mn"])
    }

    @Test("ideographs may break anywhere and never pass the edge")
    func ideographs() {
        #expect(wrap("漢字漢字漢字", 9) == ["漢字漢字", "漢字"])
        #expect(wrap("abc漢字def", 8) == ["abc漢字", "def"])
    }

    @Test("no line is wider than asked and no word is lost, whatever the text")
    func property() {
        let pieces = [
            "a", "word", " ", "  ", "漢", "😀", "\n", "\t", "e\u{301}", "👍🏽", "\u{1b}", "longerword",
        ]
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<400 {
            let text = (0..<Int.random(in: 0..<50, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let width = Int.random(in: 8...30, using: &generator)
            let lines = TextWrap.lines(text, width: width)
            #expect(lines.allSatisfy { $0.columns <= width })
            let before = visible(text, layout: .block).text.filter { !$0.isWhitespace }
            let after = lines.map(\.text).joined().filter { !$0.isWhitespace }
            #expect(before == after)
        }
    }

    @Test("a cluster without end is cut and still fits")
    func endlessCluster() {
        let flood = String(repeating: "क\u{94d}", count: 500)
        #expect(TextWrap.lines(flood, width: 20).allSatisfy { $0.columns <= 20 })
    }
}

@Suite("Frame")
struct FrameTests {
    @Test("text that does not fit ends in an ellipsis")
    func clipped() {
        var frame = Frame(size: Size(columns: 10, rows: 3))
        #expect(frame.draw("0123456789AB", row: 0, column: 0) == 10)
        #expect(frame.draw("漢字漢字", row: 1, column: 0, width: 6) == 5)
        #expect(frame.draw("outside", row: 9, column: 0) == 0)
        #expect(frame.draw("ab", row: 2, column: 9) == 1)
        #expect(frame.text == "012345678…\n漢字…\n         …")
    }

    @Test("overwriting half of a wide character leaves no other half")
    func halves() {
        var frame = Frame(size: Size(columns: 6, rows: 1))
        frame.draw("漢字x", row: 0, column: 0)
        frame.draw("a", row: 0, column: 1)
        frame.draw("b", row: 0, column: 2)
        #expect(frame.text == " ab x")
        #expect(!(0..<6).contains { frame[0, $0].isContinuation })
    }

    @Test("control characters cannot be drawn")
    func safe() {
        var frame = Frame(size: Size(columns: 20, rows: 1))
        frame.draw("a\u{1b}[31m\nb", row: 0, column: 0)
        #expect(frame.text == "a␛[31m␊b")
        #expect(frame[0, 1].style.attributes.contains(.reverse))
        #expect(!frame[0, 2].style.attributes.contains(.reverse))
    }

    @Test("boxes, rules and bars")
    func shapes() {
        var frame = Frame(size: Size(columns: 16, rows: 5))
        frame.box(row: 0, column: 0, width: 16, height: 3, title: Line("Title"))
        frame.bar(row: 1, column: 1, width: 8, fraction: 0.5)
        frame.rule(row: 3, title: Line("a long long title"))
        frame.bar(row: 4, column: 0, width: 4, fraction: .nan)
        frame.drawRight(Line("right"), row: 4, right: 15)
        #expect(
            frame.text == """
                ┌─ Title ──────┐
                │████░░░░      │
                └──────────────┘
                ── a long lo… ──
                ░░░░       right
                """)
    }

    @Test("a bar shows eighths and is clamped")
    func bars() {
        #expect(Frame.barText(width: 2, fraction: 0.3125) == "▋░")
        #expect(Frame.barText(width: 2, fraction: 7) == "██")
        #expect(Frame.barText(width: 2, fraction: -1) == "░░")
        #expect(Frame.barText(width: 0, fraction: 1) == "")
    }
}
