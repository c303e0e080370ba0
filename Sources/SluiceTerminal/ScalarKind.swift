/// What `visible` does with a unicode scalar, given its neighbours.
enum ScalarKind {
    /// Shown as it is and may carry marks.
    case printable
    /// Shown as U+0020.
    case space
    case newline
    case tab
    /// Combines with the character before it.
    case mark
    /// A variation selector in a place where it means something.
    case selector
    /// A joiner in a place where it means something.
    case joiner
    /// Left out without a trace: nothing is lost by it.
    case dropped
    /// Written out as an escape.
    case hidden

    init(
        _ scalar: Unicode.Scalar, previous: Unicode.Scalar?, base: Unicode.Scalar?,
        next: Unicode.Scalar?
    ) {
        switch scalar.value {
        case 0x20: self = .space
        case 0x21...0x7E: self = .printable
        case 0x0A: self = .newline
        case 0x09: self = .tab
        case 0x0D: self = next == "\n" ? .dropped : .hidden
        case 0...0x1F, 0x7F...0x9F: self = .hidden
        case 0x200C, 0x200D:
            self = Self.joinerKind(scalar, previous: previous, base: base, next: next)
        case 0xFE0E, 0xFE0F:
            self = base.map(Self.isEmoji) == true && previous == base ? .selector : .hidden
        case 0xFE00...0xFE0D, 0xE0100...0xE01EF:
            let follows = previous == base && base?.properties.isIdeographic == true
            self = follows ? .selector : .hidden
        case 0x1160...0x11FF, 0xD7B0...0xD7FF:
            if scalar.properties.isDefaultIgnorableCodePoint {
                self = .hidden
            } else {
                self = base.map(Self.isHangul) == true ? .mark : .printable
            }
        default: self = Self.kindByProperties(scalar)
        }
    }

    private static func kindByProperties(_ scalar: Unicode.Scalar) -> ScalarKind {
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return .hidden }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            return .hidden
        case .spaceSeparator:
            return scalar.value == 0x3000 ? .printable : .space
        case .nonspacingMark, .enclosingMark, .spacingMark:
            return .mark
        default:
            let combines = properties.isGraphemeExtend || properties.isEmojiModifier
            return combines ? .mark : .printable
        }
    }

    private static func joinerKind(
        _ scalar: Unicode.Scalar, previous: Unicode.Scalar?, base: Unicode.Scalar?,
        next: Unicode.Scalar?
    ) -> ScalarKind {
        guard let previous, let base, let next else { return .hidden }
        if scalar.value == 0x200D, isEmoji(base), isEmoji(next), base.value > 0x2000 {
            return .dropped
        }
        return isSpeltWithJoiners(previous) && isSpeltWithJoiners(next) ? .joiner : .hidden
    }

    /// Emoji and the characters that become one with U+FE0F, digits included.
    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isEmoji }

    private static func isHangul(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xAC00...0xD7FF: true
        default: false
        }
    }

    /// Arabic, Syriac and the Brahmic scripts, where a joiner changes how a word is spelt.
    private static func isSpeltWithJoiners(_ scalar: Unicode.Scalar) -> Bool {
        let isInBlock =
            switch scalar.value {
            case 0x620...0x77F, 0x8A0...0x8FF, 0x900...0xDFF, 0x1000...0x109F, 0x1780...0x17FF:
                true
            default: false
            }
        guard isInBlock else { return false }
        switch scalar.properties.generalCategory {
        case .otherLetter, .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }
}
