/// Where a text will stand, which decides what line breaks and tabs become.
public enum TextLayout: Sendable {
    /// In one line: a line break is shown as a mark, a tab becomes a space.
    case line
    /// In a block that is wrapped: line breaks and tabs stay.
    case block
}

/// Text that is safe to send to a terminal.
///
/// Only `visible(_:layout:limit:)` makes one. It holds printable characters and, in block layout,
/// line feeds and tabs; everything that could move the cursor, reorder, hide or flood is written
/// out as an escape.
public struct VisibleText: Sendable, Equatable {
    /// A stretch of text that is wholly content or wholly escapes.
    public struct Run: Sendable, Equatable {
        /// Printable text.
        public var text: String
        /// Tells whether this stands for something that could not be shown as it is.
        ///
        /// Shown in reverse video, so that a payload which spells out `\u{1b}` with letters is not
        /// taken for one that holds the control character.
        public let isEscape: Bool
    }

    /// The text in order; neighbours differ in `isEscape`.
    public fileprivate(set) var runs: [Run] = []

    /// The text without the distinction between content and escapes.
    public var text: String { runs.reduce(into: "") { $0 += $1.text } }

    fileprivate init() {}

    /// Text that is shown as it is.
    fileprivate init(plain text: String) {
        if !text.isEmpty { runs = [Run(text: text, isEscape: false)] }
    }

    fileprivate mutating func append(_ scalar: Unicode.Scalar) {
        if let last = runs.indices.last, !runs[last].isEscape {
            runs[last].text.unicodeScalars.append(scalar)
        } else {
            runs.append(Run(text: String(Character(scalar)), isEscape: false))
        }
    }

    fileprivate mutating func append(escape: String) {
        if let last = runs.indices.last, runs[last].isEscape {
            runs[last].text += escape
        } else {
            runs.append(Run(text: escape, isEscape: true))
        }
    }
}

/// Makes any text safe to show: the only way text from outside reaches a terminal.
///
/// It works on unicode scalars, never on graphemes or bytes, and has no mode that lets a control
/// character pass. Escaped are: C0 (as control pictures: `␛`) and C1 controls, delete,
/// bidirectional controls, zero-width and other ignorable characters, line and paragraph
/// separators, tag characters, private use and unassigned code points. A carriage return before a
/// line feed is dropped. Other spaces become U+0020.
///
/// Three things invisible by themselves carry meaning and are treated with care: a joiner between
/// two emoji is dropped and both emoji are shown (the fallback Unicode TS #51 recommends); a
/// joiner between two letters of a script that is spelt with joiners stays; a variation selector
/// stays directly after an emoji or an ideograph.
///
/// At most four combining marks stay on one base; how many were left out is written behind. A mark
/// without a base gets a dotted circle.
///
/// - Parameters:
///   - limit: scalars of `text` looked at; how many were not is written at the end.
/// - Returns: text for which `visible` is the identity.
/// - Complexity: linear in the length of the text.
public func visible(
    _ text: String, layout: TextLayout = .line, limit: Int = 65_536
) -> VisibleText {
    if text.utf8.count <= limit, SimpleText.isASCII(text) { return VisibleText(plain: text) }
    var filter = VisibilityFilter(layout: layout)
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    var seen = 0
    while index < scalars.endIndex, seen < limit {
        let next = scalars.index(after: index)
        filter.take(scalars[index], before: next < scalars.endIndex ? scalars[next] : nil)
        index = next
        seen += 1
    }
    filter.finishBase()
    if index < scalars.endIndex {
        let rest = scalars.distance(from: index, to: scalars.endIndex)
        filter.output.append(escape: "{+\(rest) more characters}")
    }
    return filter.output
}

/// The state `visible` carries from scalar to scalar.
private struct VisibilityFilter {
    static let marksPerBase = 4

    let layout: TextLayout
    var output = VisibleText()
    /// The character combining marks would attach to; nil after a break or an escape.
    private var base: Unicode.Scalar?
    private var previous: Unicode.Scalar?
    private var marks = 0

    init(layout: TextLayout) { self.layout = layout }

    mutating func take(_ scalar: Unicode.Scalar, before next: Unicode.Scalar?) {
        switch ScalarKind(scalar, previous: previous, base: base, next: next) {
        case .printable:
            finishBase()
            output.append(scalar)
            base = scalar
        case .space:
            finishBase()
            output.append(" ")
            base = nil
        case .newline:
            finishBase()
            if layout == .block {
                output.append("\n")
            } else {
                output.append(escape: "␊")
            }
            base = nil
        case .tab:
            finishBase()
            output.append(layout == .block ? "\t" : " ")
            base = nil
        case .mark:
            take(mark: scalar)
        case .selector:
            output.append(scalar)
            marks += 1
        case .joiner:
            output.append(scalar)
        case .dropped:
            break
        case .hidden:
            escape(scalar)
        }
        previous = scalar
    }

    /// Ends the current base, saying how many marks were left out.
    mutating func finishBase() {
        if marks > Self.marksPerBase {
            output.append(escape: "{+\(marks - Self.marksPerBase) marks}")
        }
        marks = 0
        base = nil
    }

    private mutating func take(mark: Unicode.Scalar) {
        if base == nil {
            output.append("\u{25CC}")
            base = "\u{25CC}"
        }
        marks += 1
        if marks <= Self.marksPerBase { output.append(mark) }
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        finishBase()
        switch scalar.value {
        case 0..<0x20:
            let picture = Unicode.Scalar(0x2400 + scalar.value) ?? "\u{2426}"
            output.append(escape: String(Character(picture)))
        case 0x7F:
            output.append(escape: "\u{2421}")
        default:
            output.append(escape: "\\u{" + String(scalar.value, radix: 16) + "}")
        }
    }
}
