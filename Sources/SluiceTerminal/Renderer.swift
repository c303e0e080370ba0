/// Turns frames into the bytes that change the terminal from the last frame to the next.
///
/// Each changed stretch begins with an absolute cursor move, and a row that holds a grapheme of
/// uncertain width is drawn whole with a move behind each such grapheme: where the terminal's idea
/// of a width differs, only that grapheme looks wrong. A frame is wrapped in a synchronized update
/// (private mode 2026), which terminals that do not know it ignore.
///
/// It is a value without I/O; the bytes hold no sequences but cursor moves, SGR, erase display,
/// cursor visibility and mode 2026.
public struct Renderer: Sendable {
    private let capabilities: TerminalCapabilities
    private var shown: Frame?

    /// Makes a renderer that knows nothing of what the terminal shows.
    public init(capabilities: TerminalCapabilities = TerminalCapabilities()) {
        self.capabilities = capabilities
    }

    /// Forgets what the terminal shows, so that the next frame is drawn whole.
    public mutating func invalidate() { shown = nil }

    /// Returns the bytes that make the terminal show a frame; empty if it already does.
    public mutating func render(_ frame: Frame) -> [UInt8] {
        if shown == frame { return [] }
        var output = RenderOutput(colors: capabilities.colors)
        output.begin()
        let known = shown.flatMap { $0.size == frame.size ? $0 : nil }
        if known == nil { output.clear() }
        for row in 0..<frame.size.rows {
            drawRow(row, of: frame, over: known, into: &output)
        }
        output.end(cursor: frame.cursor)
        shown = frame
        return output.bytes
    }

    private func drawRow(
        _ row: Int, of frame: Frame, over known: Frame?, into output: inout RenderOutput
    ) {
        let new = Array(frame.row(row))
        let old =
            known.map { Array($0.row(row)) }
            ?? Array(repeating: Cell.blank(), count: new.count)
        if new == old { return }
        if (new + old).contains(where: { TextWidth.isUncertain($0.grapheme) }) {
            output.draw(new[...], row: row, column: 0)
            return
        }
        var column = 0
        while column < new.count {
            guard new[column] != old[column] else {
                column += 1
                continue
            }
            var start = column
            while start > 0, new[start].isContinuation { start -= 1 }
            let end = Self.endOfRun(from: column, new: new, old: old)
            output.draw(new[start..<end], row: row, column: start)
            column = end
        }
    }

    /// The end of a changed stretch, which goes on over gaps shorter than a cursor move.
    private static func endOfRun(from start: Int, new: [Cell], old: [Cell]) -> Int {
        var end = start + 1
        var same = 0
        var column = end
        while column < new.count, same < 6 {
            if new[column] != old[column] || new[column].isContinuation {
                same = 0
                end = column + 1
            } else {
                same += 1
            }
            column += 1
        }
        return end
    }
}

/// The bytes of one frame while they are put together.
private struct RenderOutput {
    let colors: ColorDepth
    var bytes: [UInt8] = []
    private var style = Style.plain

    init(colors: ColorDepth) {
        self.colors = colors
        bytes.reserveCapacity(4_096)
    }

    mutating func begin() { append("\u{1b}[?2026h\u{1b}[?25l\u{1b}[0m") }

    mutating func clear() { append("\u{1b}[2J") }

    mutating func end(cursor: Position?) {
        set(.plain)
        if let cursor {
            move(row: cursor.row, column: cursor.column)
            append("\u{1b}[?25h")
        }
        append("\u{1b}[?2026l")
    }

    mutating func draw(_ cells: ArraySlice<Cell>, row: Int, column: Int) {
        move(row: row, column: column)
        for (index, cell) in zip(cells.indices, cells) where !cell.isContinuation {
            set(cell.style)
            let place = column + index - cells.startIndex
            if TextWidth.isUncertain(cell.grapheme) {
                // Blank all it may cover first: a terminal that draws it narrower leaves a gap.
                append(String(repeating: " ", count: cell.width))
                move(row: row, column: place)
                append(String(cell.grapheme))
                move(row: row, column: place + cell.width)
            } else {
                append(String(cell.grapheme))
            }
        }
    }

    private mutating func move(row: Int, column: Int) {
        append("\u{1b}[\(row + 1);\(column + 1)H")
    }

    private mutating func set(_ next: Style) {
        guard next != style else { return }
        style = next
        var codes = "0"
        if next.attributes.contains(.bold) { codes += ";1" }
        if next.attributes.contains(.dim) { codes += ";2" }
        if next.attributes.contains(.underline) { codes += ";4" }
        if next.attributes.contains(.reverse) { codes += ";7" }
        if let color = next.foreground,
            let parameters = colors.parameters(color, isBackground: false)
        {
            codes += ";" + parameters
        }
        if let color = next.background,
            let parameters = colors.parameters(color, isBackground: true)
        {
            codes += ";" + parameters
        }
        append("\u{1b}[\(codes)m")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
