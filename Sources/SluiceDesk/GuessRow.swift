import SluiceTerminal

/// A label the model considers, as a line: its keys, its title, a bar and a percentage.
struct GuessRow {
    /// The label's own key; nil where another key stands for it.
    var ownKey: Character?
    /// The command's key that answers with it.
    let key: String
    let title: String
    let share: Double?

    /// The widest bar.
    private static let widestBar = 24
    /// The bar that titles of other items leave.
    private static let usualBar = 12
    /// A bar of less says nothing.
    private static let narrowestBar = 4

    /// The rows under each other in at most `width` columns, the first in bold.
    ///
    /// The bar gives way to the titles, titles to each other; keys and percentages are never cut.
    ///
    /// - Parameter usual: the columns of the project's longest title: bars begin in the same column for
    ///   every item as far as that leaves room for them.
    static func lines(_ rows: [GuessRow], width: Int, usual: Int = 0) -> [Line] {
        let keyWidth = max(5, rows.map { TextWidth.columns($0.keys) }.max() ?? 0) + 2
        let shares = rows.map { $0.share.map { DeskText.percent($0) } }
        let shareWidth = shares.map { TextWidth.columns($0 ?? "") }.max() ?? 0
        let room = max(1, width - keyWidth - 2 - shareWidth)
        let widest = rows.map { TextWidth.columns(visible($0.title).text) }.max() ?? 0
        let titleWidth = min(max(widest, min(usual, 30, room - usualBar - 2)), room)
        let bar = min(widestBar, room - titleWidth - 2)
        let titles = Titles.fitted(rows.map(\.title), to: titleWidth)
        return rows.indices.map { index in
            let style: Style = index == 0 ? .bold : .plain
            var line = rows[index].keyLine(width: keyWidth)
            line.append(DeskText.fitted(titles[index], to: titleWidth) + "  ", style)
            let hasBar = bar >= narrowestBar
            guard let share = rows[index].share, let percent = shares[index] else {
                let text = "no confidence given"
                let left = shareWidth + (hasBar ? bar + 2 : 0)
                line.append(shareWidth == 0 ? text : DeskText.clipped(text, to: left), style)
                return line
            }
            if hasBar {
                line.append(
                    Frame.barText(width: bar, fraction: share),
                    style.colored(.rgb(0x00, 0x8F, 0xAF, or: .cyan)))
                line.append("  ", style)
            }
            line.append(percent, style)
            return line
        }
    }

    private var keys: String {
        [ownKey.map { String($0) } ?? "", key].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The label's own key as in the list of labels, then the command's.
    private func keyLine(width: Int) -> Line {
        var line = Line()
        if let ownKey {
            line.append(String(ownKey), Style.bold.adding(.underline))
            if !key.isEmpty { line.append(" " + key, .dim) }
        } else {
            line.append(key, .bold)
        }
        line.append(String(repeating: " ", count: max(1, width - TextWidth.columns(keys))))
        return line
    }
}
