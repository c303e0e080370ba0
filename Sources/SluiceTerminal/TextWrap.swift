/// Breaks text into lines that fit.
public enum TextWrap {
    /// Columns between tab stops.
    static let tabWidth = 4

    /// Makes a text visible and breaks it at spaces into lines of at most `width` columns.
    ///
    /// Line breaks and leading spaces of the text stay; spaces at a break are dropped; tabs advance
    /// to the next multiple of four. Between wide characters a line may break anywhere. A word
    /// longer than a line is cut.
    ///
    /// - Parameters:
    ///   - width: columns; less than 8 counts as 8, so that every grapheme fits.
    ///   - limit: scalars looked at, see `visible`.
    /// - Returns: at least one line.
    /// - Complexity: linear in the length of the text.
    public static func lines(
        _ text: String, width: Int, style: Style = .plain, limit: Int = .max
    ) -> [Line] {
        lines(Line(text, style), width: width, limit: limit)
    }

    /// Makes the text of a line, which may hold line breaks, visible, and breaks it like any text.
    ///
    /// Where one span ends and the next begins is no place to break. A grapheme must not be cut in
    /// two by the end of a span: its parts would be shown apart.
    ///
    /// - Parameters:
    ///   - width: columns; less than 8 counts as 8, so that every grapheme fits.
    ///   - limit: scalars looked at in all spans together, see `visible`.
    /// - Returns: at least one line.
    public static func lines(_ line: Line, width: Int, limit: Int = .max) -> [Line] {
        let width = max(width, Glyph.widest)
        let length = line.spans.reduce(0) { $0 + $1.text.utf8.count }
        guard length > 0, length <= limit else { return slowly(line, width: width, limit: limit) }
        return paragraphs(of: line).flatMap { spans -> [Line] in
            guard spans.count == 1, SimpleText.isPlain(spans[0].text[...]) else {
                return slowly(Line(spans), width: width, limit: limit)
            }
            return SimpleWrapper(spans[0].text[...], width: width, style: spans[0].style).lines
        }
    }

    /// The spans between line breaks; nothing carries over from one paragraph to the next.
    private static func paragraphs(of line: Line) -> [[Line.Span]] {
        var paragraphs: [[Line.Span]] = [[]]
        for span in line.spans where !span.text.isEmpty {
            let bytes = span.text.utf8
            var start = bytes.startIndex
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                var part = span.text[start..<end]
                // The carriage return of a line break is no part of the line.
                if part.utf8.last == 0x0D {
                    part = span.text[start..<bytes.index(before: end)]
                }
                if !part.isEmpty {
                    paragraphs[paragraphs.count - 1].append(.init(String(part), span.style))
                }
                paragraphs.append([])
                start = bytes.index(after: end)
            }
            if start < bytes.endIndex {
                paragraphs[paragraphs.count - 1].append(
                    .init(String(span.text[start...]), span.style))
            }
        }
        return paragraphs
    }

    /// Breaks any text, grapheme by grapheme.
    static func slowly(_ line: Line, width: Int, limit: Int) -> [Line] {
        var wrapper = Wrapper(width: width)
        var left = limit
        for span in line.spans where left > 0 {
            for run in visible(span.text, layout: .block, limit: left).runs {
                let style = run.isEscape ? span.style.adding(.reverse) : span.style
                Glyph.split(run.text, style: style) { wrapper.take($0) }
            }
            left -= span.text.unicodeScalars.count
        }
        wrapper.breakLine()
        return wrapper.lines
    }
}

/// The line being filled.
private struct Wrapper {
    let width: Int
    var lines: [Line] = []
    private var glyphs: [Glyph] = []
    private var columns = 0
    /// The number of glyphs of the line after which it may be broken; 0 is nowhere.
    private var breakable = 0
    /// Set by a break inside a paragraph: the spaces that follow belong to the break.
    private var isAfterSoftBreak = false

    init(width: Int) { self.width = width }

    mutating func take(_ glyph: Glyph) {
        switch glyph.grapheme {
        case "\n":
            breakLine()
        case "\t":
            let stop = (columns / TextWrap.tabWidth + 1) * TextWrap.tabWidth
            for _ in columns..<stop { take(space: Glyph(" ", style: glyph.style)) }
        case " ":
            take(space: glyph)
        default:
            take(word: glyph)
        }
    }

    /// Ends the line as the text itself asks for.
    mutating func breakLine() {
        emit(glyphs[...])
        glyphs = []
        columns = 0
        breakable = 0
        isAfterSoftBreak = false
    }

    private mutating func take(space: Glyph) {
        if isAfterSoftBreak { return }
        if columns + 1 > width {
            emit(glyphs[...])
            startAfterSoftBreak(with: [])
            return
        }
        append(space)
        breakable = glyphs.count
    }

    private mutating func take(word glyph: Glyph) {
        // Twice where the part after the break is nearly a line itself.
        while columns + glyph.width > width, !glyphs.isEmpty {
            let cut = breakable > 0 ? breakable : glyphs.count
            emit(glyphs[..<cut])
            startAfterSoftBreak(with: Array(glyphs[cut...]))
        }
        isAfterSoftBreak = false
        if glyph.width > 1, !glyphs.isEmpty { breakable = glyphs.count }
        append(glyph)
        if glyph.width > 1 { breakable = glyphs.count }
    }

    private mutating func append(_ glyph: Glyph) {
        glyphs.append(glyph)
        columns += glyph.width
    }

    private mutating func startAfterSoftBreak(with rest: [Glyph]) {
        glyphs = rest
        columns = rest.reduce(0) { $0 + $1.width }
        breakable = 0
        isAfterSoftBreak = rest.isEmpty
    }

    private mutating func emit(_ line: ArraySlice<Glyph>) {
        let end = line.lastIndex { $0.grapheme != " " }
        lines.append(Line(glyphs: end.map { line[...$0] } ?? []))
    }
}
