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
        let shown = suggestion.guesses.prefix(guesses)
        let titles = [suggestion.label] + shown.map(\.label)
        let widest = titles.map { TextWidth.columns(visible(title(of: $0)).text) }.max() ?? 0
        let barWidth = max(6, min(24, width - 40))
        let titleWidth = min(widest, max(8, width - barWidth - 19))
        var lines = [
            guessLine(
                key: "Enter", label: suggestion.label, score: suggestion.confidence,
                titleWidth: titleWidth, barWidth: barWidth, style: .bold)
        ]
        for (index, guess) in shown.enumerated() {
            lines.append(
                guessLine(
                    key: guessKey(index), label: guess.label, score: guess.score,
                    titleWidth: titleWidth, barWidth: barWidth, style: .plain))
        }
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

    /// The key that answers with a next guess.
    private func guessKey(_ index: Int) -> String {
        let digit = Character(String(index + 1))
        let isFree = labels?.entry(for: digit) == nil
        let keys = (index == 0 ? ["Tab"] : []) + (isFree && index < 4 ? [String(digit)] : [])
        return keys.joined(separator: " ")
    }

    private func guessLine(
        key: String, label: String, score: Double?, titleWidth: Int, barWidth: Int, style: Style
    ) -> Line {
        var line = Line(key, .bold)
        line.append(String(repeating: " ", count: max(1, 7 - key.count)))
        let text = DeskText.fitted(title(of: label), to: titleWidth)
        line.append(text, style)
        line.append("  ")
        if let score {
            line.append(
                Frame.barText(width: barWidth, fraction: score),
                style.colored(.rgb(0x00, 0x8F, 0xAF, or: .cyan)))
            line.append("  " + DeskText.percent(score), style)
        } else {
            line.append("no confidence given", style)
        }
        return line
    }

    // MARK: - Labels

    /// The labels with their keys, or the ones found, in columns.
    func labelLines(width: Int, rows: Int) -> [Line] {
        guard leases.first?.lost == nil, !leases.isEmpty else { return [] }
        guard let labels else { return [Line("The labels are not known yet.")] }
        if case .tags(let picker) = mode { return tagLines(picker, width: width, rows: rows) }
        var entries = labels.entries
        var selected: Int?
        if case .search(let editor, let index) = mode {
            entries = labels.matching(editor.text, recent: recentLabels)
            selected = index
            if entries.isEmpty { return [Line("no label has this in its name")] }
        }
        let cellWidth = min(
            width - 2, (entries.map { TextWidth.columns(visible($0.title).text) }.max() ?? 0) + 4)
        let columns = max(1, (width - 2) / (cellWidth + 2))
        let capacity = columns * rows
        let first = selected.map { max(0, $0 - capacity + 2) } ?? 0
        var shown = Array(entries.enumerated().dropFirst(first).prefix(capacity))
        if entries.count - first > capacity { shown.removeLast() }
        var cells = shown.map { index, entry in
            labelCell(entry, isSelected: index == selected, width: cellWidth)
        }
        let left = entries.count - first - shown.count
        if left > 0 { cells.append(Line(left == 1 ? "/ 1 more" : "/ \(left) more", .dim)) }
        return stride(from: 0, to: cells.count, by: columns).map { start in
            var line = Line()
            for (index, cell) in cells[start..<min(start + columns, cells.count)].enumerated() {
                if index > 0 { line.append("  ") }
                line.spans += cell.spans
            }
            return line
        }
    }

    private func labelCell(_ entry: LabelKeys.Entry, isSelected: Bool, width: Int) -> Line {
        let suggested = leases.first?.suggestion.map { ExactText($0.label) }
        let isSuggested = suggested == ExactText(entry.label.name)
        let former = leases.first?.former?.labelName.map { ExactText($0) }
        let mark = former == ExactText(entry.label.name) ? "*" : " "
        let key = entry.key.map { String($0) } ?? " "
        var line = Line(isSelected ? "›" : mark, .bold)
        line.append(key, Style.bold.adding(.underline))
        let style: Style = isSelected ? .reverse : (isSuggested ? .bold : .plain)
        line.append(" ")
        line.append(DeskText.fitted(entry.title, to: width - 3), style)
        return line
    }
}
