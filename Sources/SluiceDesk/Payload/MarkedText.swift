import SluiceTerminal

/// A text with the passages a model points at.
///
/// A mark is drawn as `¹[passage]`: the number leads to the legend, the brackets stay where styles
/// and colours are lost. Where marks overlap without one holding the other, the closing bracket
/// carries its number too.
struct MarkedText: Hashable, Sendable {
    /// One passage.
    struct Mark: Hashable, Sendable {
        /// Its number in the legend, from 1.
        let number: Int
        /// Which code points of the text, not empty and inside of it.
        let range: Range<Int>
        /// Label and score.
        let title: String
    }

    let text: String
    /// In the order of their beginnings.
    let marks: [Mark]

    init(_ text: String, _ marks: [Mark] = []) {
        self.text = text
        self.marks = marks
    }

    /// The text with its marks as it is drawn; holds the line breaks of the text.
    func line(_ style: Style = .plain) -> Line {
        guard !marks.isEmpty else { return Line(text, style) }
        var line = Line()
        walk { step in
            switch step {
            case .text(let part, let active):
                line.append(part, active.last.map { Self.style($0.number, over: style) } ?? style)
            case .open(let mark):
                line.append(
                    Self.superscript(mark.number) + "[", Self.bracketStyle(mark.number))
            case .close(let mark, let isCrossing):
                line.append(
                    "]" + (isCrossing ? Self.superscript(mark.number) : ""),
                    Self.bracketStyle(mark.number))
            }
        }
        return line
    }

    /// The text with its marks spelt out: `[[passage|label 0.93]]`.
    var spelt: String {
        guard !marks.isEmpty else { return text }
        var spelt = ""
        walk { step in
            switch step {
            case .text(let part, _): spelt += part
            case .open: spelt += "[["
            case .close(let mark, _): spelt += "|\(mark.title)]]"
            }
        }
        return spelt
    }

    // MARK: - Looks

    private static let colors: [Color] = [
        .rgb(0xC6, 0x8A, 0x00, or: .yellow), .rgb(0x00, 0x8F, 0xAF, or: .cyan),
        .rgb(0xB0, 0x55, 0xC8, or: .magenta), .rgb(0x3A, 0x96, 0x3A, or: .green),
        .rgb(0x4A, 0x7B, 0xE0, or: .blue), .rgb(0xD0, 0x50, 0x40, or: .red),
    ]

    /// The colour of a number; the sixth after it has the same.
    static func color(_ number: Int) -> Color { colors[(number - 1) % colors.count] }

    /// How the brackets and the number of a mark are drawn.
    static func bracketStyle(_ number: Int) -> Style {
        Style(foreground: color(number), attributes: .bold)
    }

    /// Tells whether a span of a line is the beginning of a mark.
    static func isOpening(_ span: Line.Span) -> Bool {
        guard span.text.hasSuffix("["), let number = Self.number(span.text.dropLast()) else {
            return false
        }
        return span.style == bracketStyle(number)
    }

    private static func style(_ number: Int, over style: Style) -> Style {
        style.adding(.underline).colored(color(number))
    }

    private static let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")

    /// A number in raised digits.
    static func superscript(_ number: Int) -> String {
        String(String(max(0, number)).compactMap { $0.wholeNumberValue.map { digits[$0] } })
    }

    private static func number(_ text: Substring) -> Int? {
        let values = text.compactMap { digits.firstIndex(of: $0) }
        guard !values.isEmpty, values.count == text.count, values.count < 9 else { return nil }
        let number = values.reduce(0) { $0 * 10 + $1 }
        return number > 0 ? number : nil
    }

    // MARK: - Walking

    private enum Step {
        /// A stretch of text under the marks that are open.
        case text(String, [Mark])
        case open(Mark)
        /// The mark is not the last one that was opened.
        case close(Mark, isCrossing: Bool)
    }

    /// Goes through the text from mark to mark, on the boundaries of graphemes: an offset inside
    /// of one counts for all of it.
    private func walk(_ body: (Step) -> Void) {
        let edges = graphemeEdges()
        var open: [Mark] = []
        let opening = marks.sorted { one, other in
            // Of two that begin together the longer one is outside.
            (edges.start(one), -edges.end(one), one.number)
                < (edges.start(other), -edges.end(other), other.number)
        }
        var next = opening[...]
        let places = Set(marks.flatMap { [edges.start($0), edges.end($0)] }).sorted()
        let scalars = text.unicodeScalars
        var position = 0
        var index = scalars.startIndex
        for place in places {
            let end = scalars.index(index, offsetBy: place - position)
            if index < end { body(.text(String(scalars[index..<end]), open)) }
            (index, position) = (end, place)
            while let last = open.lastIndex(where: { edges.end($0) == place }) {
                let mark = open.remove(at: last)
                body(.close(mark, isCrossing: last < open.count))
            }
            while let mark = next.first, edges.start(mark) == place {
                next.removeFirst()
                open.append(mark)
                body(.open(mark))
            }
        }
        if index < scalars.endIndex { body(.text(String(scalars[index...]), open)) }
    }

    private struct Edges {
        /// Where graphemes begin, and the end of the text; ascending.
        let offsets: [Int]

        func start(_ mark: Mark) -> Int { offsets[firstAbove(mark.range.lowerBound) - 1] }

        func end(_ mark: Mark) -> Int { offsets[firstAbove(mark.range.upperBound - 1)] }

        /// The index of the first offset above a value that is below the last offset.
        private func firstAbove(_ value: Int) -> Int {
            var low = 0
            var high = offsets.count - 1
            while low < high {
                let middle = (low + high) / 2
                if offsets[middle] > value { high = middle } else { low = middle + 1 }
            }
            return max(1, low)
        }
    }

    private func graphemeEdges() -> Edges {
        var offsets = [0]
        var offset = 0
        for character in text {
            offset += character.unicodeScalars.count
            offsets.append(offset)
        }
        return Edges(offsets: offsets)
    }
}
