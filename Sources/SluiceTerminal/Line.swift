/// A line of text in which each stretch has its own style.
public struct Line: Sendable, Equatable {
    /// A stretch of text in one style.
    public struct Span: Sendable, Equatable {
        /// The text, from anywhere: it is made safe when it is drawn.
        public var text: String
        /// How it is drawn.
        public var style: Style

        /// Makes a span.
        public init(_ text: String, _ style: Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    /// The stretches from left to right.
    public var spans: [Span]

    /// Makes a line of spans.
    public init(_ spans: [Span] = []) { self.spans = spans }

    /// Makes a line of one span.
    public init(_ text: String, _ style: Style = .plain) { spans = [Span(text, style)] }

    /// The text without styles.
    public var text: String { spans.reduce(into: "") { $0 += $1.text } }

    /// The columns the line takes when drawn.
    public var columns: Int {
        guard spans.allSatisfy({ SimpleText.isASCII($0.text) }) else {
            return glyphs.reduce(0) { $0 + $1.width }
        }
        return spans.reduce(0) { $0 + $1.text.utf8.count }
    }

    /// Appends a span.
    public mutating func append(_ text: String, _ style: Style = .plain) {
        spans.append(Span(text, style))
    }

    /// What is drawn, cell by cell: escapes are in reverse video.
    var glyphs: [Glyph] {
        var glyphs: [Glyph] = []
        for span in spans {
            for run in visible(span.text).runs {
                let style = run.isEscape ? span.style.adding(.reverse) : span.style
                Glyph.split(run.text, style: style) { glyphs.append($0) }
            }
        }
        return glyphs
    }

    /// Makes a line of glyphs, joining neighbours of one style.
    init(glyphs: some Sequence<Glyph>) {
        spans = []
        for glyph in glyphs {
            if let last = spans.indices.last, spans[last].style == glyph.style {
                spans[last].text.append(glyph.grapheme)
            } else {
                spans.append(Span(String(glyph.grapheme), glyph.style))
            }
        }
    }
}

/// A grapheme with its style and width: what stands in a cell.
struct Glyph: Equatable {
    /// More columns than any honest grapheme takes.
    static let widest = 8

    let grapheme: Character
    let style: Style
    let width: Int

    init(_ grapheme: Character, style: Style) {
        self.grapheme = grapheme
        self.style = style
        width = TextWidth.columns(of: grapheme)
    }

    /// Cuts text that went through `visible` into glyphs.
    ///
    /// A cluster wider than `widest`, which only a flood of conjoining letters makes, is cut before
    /// each scalar that takes columns.
    static func split(_ text: String, style: Style, into body: (Glyph) -> Void) {
        for grapheme in text {
            let glyph = Glyph(grapheme, style: style)
            guard glyph.width > widest else {
                body(glyph)
                continue
            }
            var part = String.UnicodeScalarView()
            for scalar in grapheme.unicodeScalars {
                if TextWidth.columns(of: scalar) > 0, !part.isEmpty {
                    body(Glyph(Character(String(part)), style: style))
                    part = String.UnicodeScalarView()
                }
                part.append(scalar)
            }
            if !part.isEmpty { body(Glyph(Character(String(part)), style: style)) }
        }
    }
}
