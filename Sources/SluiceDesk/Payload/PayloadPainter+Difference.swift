import SluiceTerminal

/// The lines of a difference: `-` was taken out, `+` was put in, a space is on both sides.
extension PayloadPainter {
    /// Equal lines around a change that are always shown.
    private static let context = 2

    func difference(_ difference: PayloadDifference) -> [Line] {
        let removed = difference.removed
        let added = difference.added
        guard removed + added > 0 else {
            return [Line("before and after are the same", .bold)] + parts(difference)
        }
        var head = Line("before → after: ", .dim)
        head.append("-" + DeskText.count(removed, "line"), Self.removedStyle)
        head.append(", ", .dim)
        head.append("+" + DeskText.count(added, "line"), Self.addedStyle)
        return [head] + parts(difference)
    }

    private static var removedStyle: Style {
        Style(foreground: .rgb(0xD0, 0x50, 0x40, or: .red))
    }

    private static var addedStyle: Style {
        Style(foreground: .rgb(0x3A, 0x96, 0x3A, or: .green))
    }

    private func parts(_ difference: PayloadDifference) -> [Line] {
        let widest = difference.parts.compactMap { $0.name.map { Line($0).columns } }.max() ?? 0
        let nameWidth = min(widest, max(8, width / 3))
        return difference.parts.flatMap { part in
            lines(part.difference.entries, name: part.name, nameWidth: nameWidth)
        }
    }

    private func lines(
        _ entries: [TextDifference.Entry], name: String?, nameWidth: Int
    ) -> [Line] {
        let indent = 2 + (name == nil ? 0 : nameWidth + 2)
        let room = max(8, width - indent)
        var lines: [Line] = []
        var lastSign: String?
        for step in Self.folded(entries, isFolded: (view.levels ?? 0) == 0) {
            let (sign, style, text): (String, Style, Line)
            switch step {
            case .entry(.same(let line)): (sign, style, text) = (" ", .plain, Line(line))
            case .entry(.removed(let pieces)):
                (sign, style) = ("-", Self.removedStyle)
                text = Self.line(pieces, style)
            case .entry(.added(let pieces)):
                (sign, style) = ("+", Self.addedStyle)
                text = Self.line(pieces, style)
            case .folded(let count):
                lines.append(Line("⋯ " + DeskText.count(count, "equal line"), .dim))
                lastSign = nil
                continue
            }
            var head = Line(sign + " ", style.adding(.bold))
            // The name stands once for each side.
            if let name, sign != lastSign {
                head.append(DeskText.fitted(name, to: nameWidth), .dim)
            }
            lastSign = sign
            let isEmpty = name != nil && text.text.isEmpty
            let wrapped =
                isEmpty
                ? [Line(PayloadDocument.empty, .dim)]
                : TextWrap.lines(text, width: room)
            // Every line carries the sign, so that none is taken for an equal one.
            lines += wrapped.enumerated().map { index, rest in
                var line = index == 0 ? head : Line(sign + " ", style.adding(.bold))
                line.append(String(repeating: " ", count: max(0, indent - line.columns)))
                line.spans += rest.spans
                return line
            }
        }
        return lines
    }

    /// Words of one side only are bold and underlined.
    private static func line(_ pieces: [TextDifference.Piece], _ style: Style) -> Line {
        Line(
            pieces.map { piece in
                Line.Span(
                    piece.text, piece.isChanged ? style.adding([.bold, .underline]) : style)
            })
    }

    private enum Step {
        case entry(TextDifference.Entry)
        case folded(Int)
    }

    /// Long stretches of equal lines become one line that says how many they are.
    private static func folded(_ entries: [TextDifference.Entry], isFolded: Bool) -> [Step] {
        guard isFolded else { return entries.map { .entry($0) } }
        var steps: [Step] = []
        var index = 0
        while index < entries.count {
            var end = index
            while end < entries.count, case .same = entries[end] { end += 1 }
            guard end > index else {
                steps.append(.entry(entries[index]))
                index += 1
                continue
            }
            let before = index == 0 ? 0 : context
            let after = end == entries.count ? 0 : context
            let hidden = end - index - before - after
            // Folding one line would save nothing; a text without any change stays whole.
            if hidden > 1, end - index < entries.count {
                steps += entries[index..<(index + before)].map { .entry($0) }
                steps.append(.folded(hidden))
                steps += entries[(end - after)..<end].map { .entry($0) }
            } else {
                steps += entries[index..<end].map { .entry($0) }
            }
            index = end
        }
        return steps
    }
}
