import SluiceTerminal

/// The answers an adjudicator chooses between, with the model's as one more, laid out in lines.
///
/// Side by side where each gets enough columns, else one below the other; what does not fit is cut
/// evenly, so that a long comment hides no other answer.
struct AnswerPanel {
    /// One answer.
    struct Entry {
        /// The letter, or what else says whose it is.
        let mark: String
        /// Who it was, where that is known.
        let name: String
        /// What was said.
        let title: String
        /// The key that says the same; empty for none.
        let key: String
        /// Short facts, the most important first.
        let facts: [String]
        /// The same facts where there is little room.
        let shortFacts: [String]
        let tags: [String]
        /// What else there is to read: the comment, or the model's next guesses.
        let texts: [String]
        /// When it was given; empty for the model.
        let time: String
    }

    /// What is shown, and whether something of it is not.
    struct Layout {
        var lines: [Line] = []
        var isCut = false
    }

    let entries: [Entry]

    /// From here on an answer is read well beside others.
    private static let narrowest = 22
    private static let gap = " │ "

    /// The answers in at most `rows` lines of at most `width` columns.
    func layout(width: Int, rows: Int) -> Layout {
        let count = entries.count
        guard count > 0, rows > 0 else { return Layout(isCut: count > 0) }
        let each = (width - Self.gap.count * (count - 1)) / count
        return each >= Self.narrowest && rows >= 3
            ? columns(width: each, rows: rows) : stack(width: width, rows: rows)
    }

    /// Every answer with all that is known of it, one below the other.
    func whole(width: Int) -> [Line] {
        var lines: [Line] = []
        for entry in entries {
            if !lines.isEmpty { lines.append(Line()) }
            lines.append(headline(entry))
            let facts = entry.facts + (entry.time.isEmpty ? [] : [entry.time])
            lines += indented(facts.joined(separator: " · "), width: width, style: .dim)
            if !entry.tags.isEmpty {
                lines += indented("tags: " + entry.tags.joined(separator: ", "), width: width)
            }
            for text in entry.texts { lines += indented(text, width: width) }
        }
        return lines
    }

    /// The mark and the answer, then who gave it.
    private func headline(_ entry: Entry, title: String? = nil) -> Line {
        var line = Line(entry.mark + "  ", .bold)
        line.append(title ?? entry.title, .bold)
        if !entry.key.isEmpty { line.append(" [\(entry.key)]", .dim) }
        if !entry.name.isEmpty { line.append("  " + entry.name) }
        return line
    }

    private func indented(_ text: String, width: Int, style: Style = .plain) -> [Line] {
        TextWrap.lines(text, width: width - 3, style: style).map { line in
            var indented = Line("   ")
            indented.spans += line.spans
            return indented
        }
    }

    // MARK: - Side by side

    private func columns(width: Int, rows: Int) -> Layout {
        var layout = Layout()
        let titles = Titles.fitted(entries.map(\.title), to: max(8, width - 7))
        let columns = zip(entries, titles).map { entry, title in
            var lines = [headline(entry, title: title)]
            lines += TextWrap.lines(
                entry.facts.joined(separator: " · "), width: width, style: .dim)
            if !entry.tags.isEmpty {
                lines += TextWrap.lines(
                    "tags: " + entry.tags.joined(separator: ", "), width: width)
            }
            for text in entry.texts { lines += TextWrap.lines(text, width: width) }
            guard lines.count > rows else { return lines }
            layout.isCut = true
            return lines.prefix(rows - 1) + [Line("…", .dim)]
        }
        for row in 0..<(columns.map(\.count).max() ?? 0) {
            var line = Line()
            for (index, column) in columns.enumerated() {
                if index > 0 { line.append(Self.gap, .dim) }
                let cell = column.indices.contains(row) ? column[row] : Line()
                line.spans += fitted(cell, to: width).spans
            }
            layout.lines.append(line)
        }
        return layout
    }

    /// A line in exactly that many columns.
    private func fitted(_ line: Line, to width: Int) -> Line {
        let used = line.columns
        var fitted = line
        if used > width {
            // Only a headline is not wrapped before: its spans give way from the end.
            fitted = Line()
            var room = width
            for span in line.spans where room > 0 {
                let text = DeskText.clipped(span.text, to: room)
                fitted.append(text, span.style)
                room -= TextWidth.columns(text)
            }
        }
        fitted.append(String(repeating: " ", count: max(0, width - fitted.columns)))
        return fitted
    }

    // MARK: - One below the other

    private func stack(width: Int, rows: Int) -> Layout {
        let shown = entries.count > rows ? Array(entries.prefix(rows - 1)) : entries
        var layout = Layout()
        let markWidth = shown.map { TextWidth.columns($0.mark) }.max() ?? 0
        let titleWidth = min(
            max(8, width / 3), shown.map { TextWidth.columns(visible($0.title).text) }.max() ?? 0)
        let titles = Titles.fitted(shown.map(\.title), to: titleWidth)
        let keyWidth = shown.map { TextWidth.columns($0.key) }.max() ?? 0
        let isNarrow = width < 60
        let texts = shown.map { entry in
            entry.texts.isEmpty
                ? []
                : TextWrap.lines(
                    entry.texts.joined(separator: ", "), width: max(8, width - markWidth - 1))
        }
        let left = shown.count < entries.count ? 0 : rows - shown.count
        let room = Self.share(left, among: texts.map(\.count))
        for (index, entry) in shown.enumerated() {
            var line = Line(DeskText.fitted(entry.mark, to: markWidth), .bold)
            line.append(" ")
            line.append(DeskText.fitted(titles[index], to: titleWidth), .bold)
            if keyWidth > 0, !isNarrow {
                let key = entry.key.isEmpty ? "" : "[\(entry.key)]"
                line.append(" " + DeskText.fitted(key, to: keyWidth + 2), .dim)
            }
            let names = entry.name.isEmpty ? [] : [entry.name]
            let facts = names + (isNarrow ? entry.shortFacts : entry.facts)
            line.append("  " + facts.joined(separator: " · "), .dim)
            if !entry.tags.isEmpty { line.append("  [\(entry.tags.joined(separator: ", "))]") }
            let lines = texts[index]
            let given = room[index]
            if given == 0, let text = entry.texts.first { line.append("  \"\(text)\"") }
            if line.columns > width || given < lines.count { layout.isCut = true }
            layout.lines.append(line)
            for (row, text) in lines.prefix(given).enumerated() {
                var indented = Line(String(repeating: " ", count: markWidth + 1))
                indented.spans += text.spans
                if row == given - 1, given < lines.count { indented.append(" …", .dim) }
                layout.lines.append(indented)
            }
        }
        if shown.count < entries.count {
            layout.isCut = true
            layout.lines.append(Line("\(entries.count - shown.count) more", .dim))
        }
        return layout
    }

    /// Divides rows: one each in turn to all that want more, until none are left.
    static func share(_ rows: Int, among wanted: [Int]) -> [Int] {
        var given = [Int](repeating: 0, count: wanted.count)
        var left = rows
        while left > 0 {
            let hungry = wanted.indices.filter { given[$0] < wanted[$0] }
            if hungry.isEmpty { break }
            for index in hungry.prefix(left) { given[index] += 1 }
            left -= min(left, hungry.count)
        }
        return given
    }
}
