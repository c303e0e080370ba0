import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The suggestion and the labels of the review screen.
extension Desk {
    // MARK: - Suggestion

    /// What the model suggests, with `guesses` lines for its next best labels at most.
    func suggestionLines(width: Int, guesses: Int) -> [Line] {
        guard let held = leases.first else { return [] }
        if let code = held.lost {
            let text = "The lease was lost: somebody else may have this item by now (\(code))."
            return TextWrap.lines(text, width: width - 2, style: .bold).prefix(2)
                + [Line("Any answer key goes on with the next item; nothing is sent.")]
        }
        guard let suggestion = held.suggestion else {
            let text =
                held.lease.isBlind
                ? "Blind review: the suggestion is withheld. Choose a label."
                : "No prediction: no model has seen this item. Choose a label."
            return [Line(text)]
        }
        let shown = suggestion.guesses(among: labels).prefix(guesses)
        let isKnown = labels?.entry(named: suggestion.label) != nil
        var rows = [
            GuessRow(
                key: isKnown || labels == nil ? keymap.title(of: .accept) : "",
                title: title(of: suggestion.label), share: suggestion.confidence)
        ]
        for (index, guess) in shown.enumerated() {
            rows.append(
                GuessRow(
                    ownKey: labels?.entry(named: guess.label)?.key,
                    key: keymap.title(of: .guess(index)), title: title(of: guess.label),
                    share: guess.score))
        }
        var lines = GuessRow.lines(rows, width: width - 2, usual: labels?.widest ?? 0)
        if guesses > 0, let evidence = evidenceLine(held.document.evidence, width: width - 2) {
            lines.append(evidence)
        }
        return lines
    }

    /// The marks of the payload in one line: as many as fit, and how many do not.
    private func evidenceLine(_ evidence: Evidence, width: Int) -> Line? {
        guard !evidence.entries.isEmpty else { return nil }
        var line = Line("marked ", .dim)
        for (index, entry) in evidence.entries.enumerated() {
            let number = entry.number.map { MarkedText.superscript($0) } ?? "–"
            let title = DeskText.clipped(entry.title, to: 30)
            let rest = evidence.entries.count - index
            let more = rest > 1 ? "  +\(rest - 1) more".count : 0
            guard line.columns + 2 + TextWidth.columns(number + title) + more <= width else {
                line.append("  +\(rest) more", .dim)
                break
            }
            line.append(index == 0 ? "" : "  ")
            line.append(number, entry.number.map { MarkedText.bracketStyle($0) } ?? .dim)
            line.append(title)
        }
        return line
    }

    func title(of label: String) -> String { labels?.title(of: label) ?? label }

    // MARK: - Labels

    /// The labels, what was found of them, or the tags, in at least as many rows as the labels take:
    /// nothing moves while something is looked for.
    func paddedLabelLines(width: Int, rows: Int, least: Int) -> [Line] {
        guard leases.first?.lost == nil, !leases.isEmpty else { return [] }
        var usual = self
        usual.mode = .review
        let count = max(least, usual.labelLines(width: width, rows: rows).count)
        var lines = labelLines(width: width, rows: count)
        while lines.count < count { lines.append(Line()) }
        return lines
    }

    /// The labels with their keys, or the ones found, in columns.
    func labelLines(width: Int, rows: Int) -> [Line] {
        guard leases.first?.lost == nil, !leases.isEmpty else { return [] }
        guard let labels else { return [Line("The labels are not known yet.")] }
        if case .tags(let picker) = mode { return tagLines(picker, width: width, rows: rows) }
        var entries = labels.entries
        var selected: Int?
        if case .search(let editor, let index) = mode {
            entries = found(editor.text)
            selected = index
            if entries.isEmpty { return [Line("no label has this in its name")] }
        }
        let picks = selected != nil && picksByDigit
        let grid = LabelGrid(entries.map(\.columns), width: width - 2, rows: rows)
        let capacity = grid.columns * rows
        var first = selected.map { max(0, $0 / grid.columns - rows + 1) * grid.columns } ?? 0
        // The last cell says how many more there are.
        if let selected, selected == first + capacity - 1, selected + 1 < entries.count {
            first += grid.columns
        }
        let left = entries.count - first - capacity
        let shown = entries[first..<(left > 0 ? first + capacity - 1 : entries.count)]
        let titles = Titles.fitted(
            shown.map(\.title), to: grid.narrowest(shown.map(\.columns)))
        var cells = zip(shown.indices, titles).map { index, title in
            labelCell(
                entries[index], title, pick: picks ? index + 1 : nil, isSelected: index == selected,
                width: grid.titleWidth(at: index - first))
        }
        if left > 0 { cells.append(Line("/ \(left + 1) more", .dim)) }
        return grid.lines(cells)
    }

    private func labelCell(
        _ entry: LabelKeys.Entry, _ title: String, pick: Int?, isSelected: Bool, width: Int
    ) -> Line {
        let suggested = leases.first?.suggestion.map { ExactText($0.label) }
        let isSuggested = suggested == ExactText(entry.label.name)
        let former = leases.first?.former?.labelName.map { ExactText($0) }
        let mark = former == ExactText(entry.label.name) ? "*" : " "
        let own = entry.key.map { String($0) } ?? " "
        let key = pick.map { $0 < 10 ? "\($0)" : " " } ?? own
        var line = Line(isSelected ? "›" : mark, .bold)
        line.append(key, Style.bold.adding(.underline))
        let style: Style = isSelected ? .reverse : (isSuggested ? .bold : .plain)
        line.append(" ")
        line.append(DeskText.fitted(title, to: width), style)
        return line
    }
}
