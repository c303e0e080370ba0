/// A screen as a grid of cells: a value that can be compared, printed and tested.
///
/// Every text drawn into a frame goes through `visible`, so a frame cannot hold a control
/// character. Drawing outside the frame is clipped; it is never an error.
public struct Frame: Sendable, Equatable {
    /// The extent of the grid.
    public let size: Size
    /// Where the terminal's cursor is shown; nil hides it.
    public var cursor: Position?

    private var cells: [Cell]

    /// Makes an empty frame.
    public init(size: Size) {
        self.size = size
        cells = Array(repeating: .blank(), count: size.columns * size.rows)
    }

    /// The cell at a place inside the frame.
    ///
    /// - Precondition: `row` and `column` lie inside the frame.
    public subscript(row: Int, column: Int) -> Cell { cells[row * size.columns + column] }

    /// The cells of one row, from left to right.
    ///
    /// - Precondition: `row` lies inside the frame.
    public func row(_ row: Int) -> ArraySlice<Cell> {
        cells[(row * size.columns)..<((row + 1) * size.columns)]
    }

    /// The screen as text, one line a row, without trailing spaces and without styles.
    public var text: String {
        (0..<size.rows).map { index in
            var line = ""
            for cell in row(index) where !cell.isContinuation { line.append(cell.grapheme) }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// Draws text in one line, cut to `width` columns with `…` where it does not fit.
    ///
    /// - Parameters:
    ///   - width: columns to use at most; nil is up to the right edge.
    /// - Returns: the columns used.
    @discardableResult
    public mutating func draw(
        _ text: String, row: Int, column: Int, width: Int? = nil, style: Style = .plain
    ) -> Int {
        draw(Line(text, style), row: row, column: column, width: width)
    }

    /// Draws a line, cut to `width` columns with `…` where it does not fit.
    ///
    /// - Returns: the columns used.
    @discardableResult
    public mutating func draw(
        _ line: Line, row: Int, column: Int, width: Int? = nil
    ) -> Int {
        let room = min(width ?? .max, size.columns - column)
        guard (0..<size.rows).contains(row), column >= 0, room > 0 else { return 0 }
        let glyphs = line.glyphs
        let isCut = glyphs.reduce(0) { $0 + $1.width } > room
        var used = 0
        for glyph in glyphs {
            if used + glyph.width > (isCut ? room - 1 : room) { break }
            put(glyph, row: row, column: column + used)
            used += glyph.width
        }
        if isCut {
            let style = glyphs.last?.style ?? .plain
            put(Glyph("…", style: style), row: row, column: column + used)
            used += 1
        }
        return used
    }

    /// Draws a line so that its last column is `right`.
    ///
    /// - Returns: the column it starts at.
    @discardableResult
    public mutating func drawRight(_ line: Line, row: Int, right: Int) -> Int {
        let start = max(0, right + 1 - line.columns)
        draw(line, row: row, column: start, width: right + 1 - start)
        return start
    }

    /// Fills a stretch of one row with one character of one column.
    public mutating func fill(
        row: Int, column: Int = 0, width: Int? = nil, with grapheme: Character = " ",
        style: Style = .plain
    ) {
        guard (0..<size.rows).contains(row), column >= 0 else { return }
        let end = min(size.columns, column + (width ?? size.columns))
        let glyph = Glyph(grapheme, style: style)
        guard glyph.width == 1, column < end else { return }
        for place in column..<end { put(glyph, row: row, column: place) }
    }

    /// Gives a stretch of one row more attributes and leaves its text as it is.
    public mutating func highlight(
        row: Int, column: Int = 0, width: Int? = nil, _ attributes: Style.Attributes
    ) {
        guard (0..<size.rows).contains(row), column >= 0 else { return }
        let end = min(size.columns, column + (width ?? size.columns))
        guard column < end else { return }
        for place in column..<end {
            let old = cells[row * size.columns + place]
            cells[row * size.columns + place] = Cell(
                grapheme: old.grapheme, style: old.style.adding(attributes), width: old.width)
        }
    }

    private mutating func put(_ glyph: Glyph, row: Int, column: Int) {
        let start = row * size.columns
        for place in column..<(column + glyph.width) {
            blankCluster(at: start + place, from: start, to: start + size.columns)
        }
        cells[start + column] = Cell(
            grapheme: glyph.grapheme, style: glyph.style, width: glyph.width)
        for place in (column + 1)..<max(column + 1, column + glyph.width) {
            cells[start + place] = .continuation(glyph.style)
        }
    }

    /// Blanks the whole grapheme a cell belongs to, so that no half of a wide one is left.
    private mutating func blankCluster(at index: Int, from rowStart: Int, to rowEnd: Int) {
        var lead = index
        while lead > rowStart, cells[lead].isContinuation { lead -= 1 }
        let width = max(1, cells[lead].width)
        guard width > 1 else { return }
        for place in lead..<min(rowEnd, lead + width) { cells[place] = .blank(cells[place].style) }
    }
}
