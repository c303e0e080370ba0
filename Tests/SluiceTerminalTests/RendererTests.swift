import SluiceTerminal
import Testing

@Suite("Renderer")
struct RendererTests {
    private func frame(_ lines: [String], columns: Int = 12, style: Style = .plain) -> Frame {
        var frame = Frame(size: Size(columns: columns, rows: lines.count))
        for (row, line) in lines.enumerated() {
            frame.draw(line, row: row, column: 0, style: style)
        }
        return frame
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("the first frame clears the screen, the same frame again sends nothing")
    func first() {
        var renderer = Renderer()
        let bytes = text(renderer.render(frame(["hello", ""])))
        #expect(bytes == "\u{1b}[?2026h\u{1b}[?25l\u{1b}[0m\u{1b}[2J\u{1b}[1;1Hhello\u{1b}[?2026l")
        #expect(renderer.render(frame(["hello", ""])).isEmpty)
        renderer.invalidate()
        #expect(!renderer.render(frame(["hello", ""])).isEmpty)
    }

    @Test("only what changed is sent, each stretch behind an absolute move")
    func difference() {
        var renderer = Renderer()
        _ = renderer.render(frame(["aaaaaaaaaaaa", "same"]))
        let bytes = text(renderer.render(frame(["baaaaaaaaaab", "same"])))
        #expect(bytes.contains("\u{1b}[1;1Hb\u{1b}[1;12Hb"))
        #expect(!bytes.contains("same"))
        #expect(!bytes.contains("\u{1b}[2J"))
    }

    @Test("a new size draws everything anew")
    func resize() {
        var renderer = Renderer()
        _ = renderer.render(frame(["a"]))
        #expect(text(renderer.render(frame(["a"], columns: 20))).contains("\u{1b}[2J"))
    }

    @Test("without colour attributes stay and colours go")
    func noColor() {
        let style = Style(foreground: .red, background: .brightBlue, attributes: [.bold, .reverse])
        var plain = Renderer(capabilities: TerminalCapabilities(colors: .none))
        #expect(text(plain.render(frame(["x"], style: style))).contains("\u{1b}[0;1;7mx"))
        var colored = Renderer()
        #expect(text(colored.render(frame(["x"], style: style))).contains("\u{1b}[0;1;7;31;104mx"))
    }

    @Test("what follows a grapheme of uncertain width is placed by an absolute move")
    func uncertain() {
        var renderer = Renderer()
        let bytes = text(renderer.render(frame(["❤\u{fe0f}b"])))
        #expect(bytes.contains("\u{1b}[1;1H  \u{1b}[1;1H❤\u{fe0f}\u{1b}[1;3Hb"))
    }

    @Test("the cursor is shown where the frame says, else hidden")
    func cursor() {
        var renderer = Renderer()
        var shown = frame(["x", "y"])
        shown.cursor = Position(row: 1, column: 1)
        #expect(text(renderer.render(shown)).hasSuffix("\u{1b}[2;2H\u{1b}[?25h\u{1b}[?2026l"))
    }

    @Test("replaying the bytes of random changes shows the last frame")
    func replay() {
        var generator = SeededGenerator(seed: 5)
        let pieces = ["a", "b", " ", "漢", "字", "x"]
        var renderer = Renderer()
        let columns = 30
        let rows = 4
        var screen = ReplayScreen(columns: columns, rows: rows)
        for _ in 0..<200 {
            var next = Frame(size: Size(columns: columns, rows: rows))
            for row in 0..<rows {
                let line = (0..<Int.random(in: 0..<25, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
                next.draw(line, row: row, column: 0)
            }
            screen.take(text(renderer.render(next)))
            #expect(screen.text == next.text)
        }
    }

    @Test("the environment decides about colour and the cursor")
    func capabilities() {
        func read(_ values: [String: String]) -> TerminalCapabilities {
            TerminalCapabilities { values[$0] }
        }
        #expect(read(["TERM": "xterm"]).colors == .sixteen)
        #expect(read(["TERM": "xterm-256color"]).colors == .indexed)
        #expect(read(["TERM": "xterm", "COLORTERM": "truecolor"]).colors == .trueColor)
        #expect(read(["TERM": "xterm-256color", "COLORTERM": "24bit"]).colors == .trueColor)
        #expect(read(["TERM": "xterm-direct"]).colors == .trueColor)
        #expect(read(["TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"]).colors == .none)
        #expect(read(["TERM": "xterm", "NO_COLOR": "1"]).colors == .none)
        #expect(read(["TERM": "xterm", "NO_COLOR": ""]).colors == .sixteen)
        #expect(read(["TERM": "vt100-m"]).colors == .none)
        #expect(read(["TERM": "dumb", "COLORTERM": "truecolor"]).colors == .none)
        #expect(read(["TERM": "xterm", "NO_COLOR": "1"]).canMoveCursor)
        #expect(!read(["TERM": "dumb"]).canMoveCursor)
        #expect(!read([:]).canMoveCursor)
    }
}

/// The least of a terminal: cursor moves, erase, text of one or two columns.
private struct ReplayScreen {
    private var cells: [[String]]
    private var row = 0
    private var column = 0

    init(columns: Int, rows: Int) {
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    var text: String {
        cells.map { line in
            var text = line.joined()
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }

    mutating func take(_ output: String) {
        var rest = output[...]
        while let next = rest.first {
            rest.removeFirst()
            guard next == "\u{1b}" else {
                put(next)
                continue
            }
            rest.removeFirst()
            let parameters = rest.prefix { !$0.isLetter }
            rest = rest.dropFirst(parameters.count)
            switch rest.removeFirst() {
            case "H":
                let numbers = parameters.split(separator: ";").compactMap { Int($0) }
                row = numbers[0] - 1
                column = numbers[1] - 1
            case "J":
                cells = cells.map { $0.map { _ in " " } }
            default: break
            }
        }
    }

    private mutating func put(_ character: Character) {
        // As a terminal does: writing on one half of a wide character blanks the other.
        let width = TextWidth.columns(of: character)
        for place in column..<(column + width) where cells[row][place] == "" {
            cells[row][place - 1] = " "
            cells[row][place] = " "
        }
        let after = column + width
        if after < cells[row].count, cells[row][after] == "" { cells[row][after] = " " }
        cells[row][column] = String(character)
        if width == 2 { cells[row][column + 1] = "" }
        column += width
    }
}
