import SluiceTerminal
import Testing

@Suite("Colours")
struct ColorTests {
    private func sequence(_ color: Color, _ colors: ColorDepth) -> String {
        var frame = Frame(size: Size(columns: 1, rows: 1))
        frame.draw("x", row: 0, column: 0, style: Style(foreground: color, background: color))
        var renderer = Renderer(capabilities: TerminalCapabilities(colors: colors))
        let output = String(decoding: renderer.render(frame), as: UTF8.self)
        // The last sequence before the character: "[0;31mx".
        let before = output.prefix { $0 != "x" }
        guard let start = before.lastIndex(of: "["), before.last == "m" else { return "" }
        return String(before[before.index(after: start)...].dropLast())
    }

    @Test("each depth sends what it can show")
    func depths() {
        let shade = Color.rgb(0xC6, 0x8A, 0x00, or: .yellow)
        #expect(sequence(shade, .trueColor) == "0;38;2;198;138;0;48;2;198;138;0")
        #expect(sequence(shade, .indexed) == "0;38;5;172;48;5;172")
        #expect(sequence(shade, .sixteen) == "0;33;43")
        #expect(sequence(shade, .none) == "0")
        #expect(sequence(.brightBlue, .trueColor) == "0;94;104")
    }

    @Test("a colour of the palette of 256 is found again")
    func palette() {
        // Some greys are in the cube too; then either of them is right.
        for number in UInt8(16)...255 {
            let color = Color.indexed(number)
            let parts = sequence(color, .indexed).split(separator: ";")
            let found = parts.count > 3 ? UInt8(parts[3]) ?? 0 : 0
            #expect(Color.indexed(found).shade == color.shade)
        }
        #expect(Color.indexed(9) == .brightRed)
    }

    @Test("the nearest of the sixteen stands in where none is named")
    func nearest() {
        #expect(Color.rgb(250, 10, 5).basic == Color.brightRed.basic)
        #expect(Color.rgb(3, 3, 3).basic == Color.black.basic)
        #expect(Color.indexed(255).basic == Color.white.basic)
    }
}

@Suite("Other programs' output")
struct StyledOutputTests {
    private func text(_ output: String) -> [String] {
        StyledOutput.lines(output, columns: 10, rows: 3).map(\.text)
    }

    @Test("colours and attributes become styles")
    func styles() {
        let lines = StyledOutput.lines(
            "\u{1b}[1;31;44ma\u{1b}[22;39mb\u{1b}[0;7mc\u{1b}[m\u{1b}[92md", columns: 10, rows: 3)
        #expect(
            lines == [
                Line([
                    .init("a", Style(foreground: .red, background: .blue, attributes: .bold)),
                    .init("b", Style(background: .blue)), .init("c", .reverse),
                    .init("d", Style(foreground: .brightGreen)),
                ])
            ])
    }

    @Test("what is no text and no style is dropped, however it is broken off")
    func dropped() {
        #expect(
            text("a\u{1b}[2J\u{1b}[?25lb\u{1b}]0;t\u{07}c\u{1b}Pq\u{1b}\\d\r\u{08}\u{9b}e") == [
                "abcde"
            ])
        #expect(text("a\u{1b}") == ["a"])
        #expect(text("a\u{1b}[38;2;1m b\u{1b}[38") == ["a b"])
        #expect(text("a\u{1b}]never ends") == ["a"])
    }

    @Test("it is cut to the size asked for, repeats included")
    func size() {
        #expect(text("0123456789abc\nx\ny\nz") == ["0123456789", "x", "y"])
        #expect(text("ab\u{1b}[999999999999b") == ["abbbbbbbbb"])
        #expect(text("ab\u{1b}[900b") == ["abbbbbbbbb"])
        #expect(text("") == [])
    }
}
