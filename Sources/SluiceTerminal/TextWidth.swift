/// Display width: how many columns of a terminal a text takes.
///
/// Terminals disagree about combined emoji (a thumb with a skin tone is drawn two or four columns
/// wide), so the answer is the *widest* any of them is known to draw, and such graphemes are
/// reported as uncertain: the renderer places what follows with an absolute move.
public enum TextWidth {
    /// The columns of a text that stands in one line.
    ///
    /// - Complexity: linear in the length of the text.
    public static func columns(_ text: String) -> Int {
        if SimpleText.isASCII(text) { return text.utf8.count }
        var total = 0
        for grapheme in text { total += columns(of: grapheme) }
        return total
    }

    /// The columns of one grapheme, at least 1.
    public static func columns(of grapheme: Character) -> Int {
        var total = 0
        var widened = false
        for scalar in grapheme.unicodeScalars {
            // U+FE0F asks for the emoji form: two columns where the terminal follows it.
            if scalar.value == 0xFE0F { widened = true }
            total += columns(of: scalar)
        }
        if widened { total = max(total, 2) }
        return max(1, total)
    }

    /// Tells whether terminals are known to disagree about the width of a grapheme.
    public static func isUncertain(_ grapheme: Character) -> Bool {
        var drawn = 0
        for scalar in grapheme.unicodeScalars {
            if scalar.value < 0x80 {
                drawn += 1
                continue
            }
            switch scalar.value {
            case 0xFE00...0xFE0F, 0x200C, 0x200D, 0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF:
                return true
            default:
                if columns(of: scalar) > 0 { drawn += 1 }
            }
        }
        return drawn > 1
    }

    /// The columns of a scalar that is drawn on its own: 0 where it combines with the one before.
    static func columns(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        switch value {
        case 0x1160...0x11FF, 0xD7B0...0xD7FF:
            return 0  // Hangul vowels and finals are drawn inside the syllable.
        case 0x200C, 0x200D, 0xFE00...0xFE0F, 0xE0100...0xE01EF:
            return 0
        default:
            break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark:
            return 0
        default:
            let isWide = WideRanges.contains(scalar) || scalar.properties.isEmojiPresentation
            // A regional indicator counts 1: two of them make a flag of two columns.
            return isWide && !(0x1F1E6...0x1F1FF).contains(value) ? 2 : 1
        }
    }
}
