/// Text of which every scalar is shown as it is and is a grapheme by itself.
///
/// Most texts are, and for them neither escapes nor grapheme clusters have to be looked for: what is
/// long is laid out many times faster.
enum SimpleText {
    /// Whether a text is printable ASCII throughout: one column a byte.
    static func isASCII(_ text: some StringProtocol) -> Bool {
        let found = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.allSatisfy { (0x20...0x7E).contains($0) }
        }
        return found ?? text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Whether a text holds nothing but letters, digits, signs and spaces that never combine.
    static func isPlain(_ text: Substring) -> Bool {
        isASCII(text) || text.unicodeScalars.allSatisfy { width($0) > 0 }
    }

    /// The columns of a scalar that never combines with another and is shown as it is; 0 for any other.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20...0x7E: 1
        // Latin, without the space that does not break and the soft hyphen.
        case 0xA1...0xAC, 0xAE...0x2AF: 1
        // Greek and Cyrillic.
        case 0x391...0x3A1, 0x3A3...0x3CE, 0x400...0x482, 0x48A...0x52F: 1
        // Dashes, quotes, dots, currencies.
        case 0x2010...0x2027, 0x2030...0x203B, 0x20A0...0x20BF: 1
        // Kana, ideographs and their punctuation.
        case 0x3001...0x3029, 0x3041...0x3096, 0x30A1...0x30FA, 0x3400...0x4DBF, 0x4E00...0x9FFF: 2
        case 0xFF01...0xFF60: 2
        default: 0
        }
    }
}

/// Breaks a paragraph of plain text; what `Wrapper` does, on stretches of the text.
struct SimpleWrapper {
    private let text: Substring
    private let width: Int
    private let style: Style
    private(set) var lines: [Line] = []
    private var start: Substring.Index
    private var columns = 0
    /// Where the line may be broken, and the columns up to there.
    private var breakable: (index: Substring.Index, columns: Int)?
    private var isAfterSoftBreak = false

    /// Breaks a paragraph without line breaks into lines of at most `width` columns.
    init(_ text: Substring, width: Int, style: Style) {
        self.text = text
        self.width = width
        self.style = style
        start = text.startIndex
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let next = scalars.index(after: index)
            if scalars[index] == " " {
                take(spaceTo: next, at: index)
            } else {
                take(SimpleText.width(scalars[index]), at: index, to: next)
            }
            index = next
        }
        emit(upTo: scalars.endIndex)
    }

    private mutating func take(spaceTo next: Substring.Index, at index: Substring.Index) {
        if isAfterSoftBreak {
            start = next
        } else if columns + 1 > width {
            emit(upTo: index)
            continueAfterBreak(at: next, columns: 0)
            isAfterSoftBreak = true
        } else {
            columns += 1
            breakable = (next, columns)
        }
    }

    private mutating func take(
        _ glyph: Int, at index: Substring.Index, to next: Substring.Index
    ) {
        while columns + glyph > width, columns > 0 {
            let cut = breakable ?? (index, columns)
            emit(upTo: cut.index)
            continueAfterBreak(at: cut.index, columns: columns - cut.columns)
        }
        isAfterSoftBreak = false
        if glyph > 1, columns > 0 { breakable = (index, columns) }
        columns += glyph
        if glyph > 1 { breakable = (next, columns) }
    }

    private mutating func continueAfterBreak(at index: Substring.Index, columns rest: Int) {
        start = index
        columns = rest
        breakable = nil
    }

    private mutating func emit(upTo end: Substring.Index) {
        let line = text[start..<end]
        if let last = line.unicodeScalars.lastIndex(where: { $0 != " " }) {
            lines.append(Line(String(line.unicodeScalars[...last]), style))
        } else {
            lines.append(Line())
        }
    }
}
