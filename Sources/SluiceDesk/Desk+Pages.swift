import SluiceDomain
import SluiceTerminal

/// Pages of text that cover the item: keys, guidelines, answers, figures.
extension Desk {
    /// A text that is scrolled.
    struct Page {
        let title: String
        let lines: [Line]
        let scroll: Int
    }

    /// The page that is open; nil when none is.
    func openPage(width: Int) -> Page? {
        switch mode {
        case .help(let scroll): Page(title: "Keys", lines: helpLines(width: width), scroll: scroll)
        case .guidelines(let scroll):
            Page(
                title: guidelinesTitle, lines: guidelineLines(width: width), scroll: scroll)
        case .answers(let scroll):
            Page(title: answersTitle, lines: wholeAnswers(width: width), scroll: scroll)
        case .figures(let scroll):
            Page(title: "Your figures", lines: figureLines(width: width), scroll: scroll)
        default: nil
        }
    }

    /// The last scroll position of the page that is open.
    func maximumPageScroll(in size: Size) -> Int {
        let lines = openPage(width: size.columns - 2)?.lines.count ?? 0
        return max(0, lines - (size.rows - 3))
    }

    mutating func page(
        _ key: Key, _ scroll: Int, closedBy command: Command, _ make: (Int) -> Mode
    ) {
        let rows = max(1, size.rows - 3)
        let last = maximumPageScroll(in: size)
        let target: Int
        switch keymap.command(for: key) {
        case command, .acknowledge, .quit, .accept:
            mode = .review
            return
        case .scroll(.up): target = scroll - 1
        case .scroll(.down): target = scroll + 1
        case .scroll(.pageUp): target = scroll - rows
        case .scroll(.pageDown): target = scroll + rows
        case .scroll(.top): target = 0
        case .scroll(.bottom): target = last
        default: return
        }
        mode = make(min(max(0, target), last))
    }

    func draw(_ page: Page, in frame: inout Frame) {
        let rows = frame.size.rows - 3
        frame.rule(row: 1, title: Line(page.title, .bold), style: .dim)
        let start = min(page.scroll, max(0, page.lines.count - rows))
        for (row, line) in page.lines.dropFirst(start).prefix(rows).enumerated() {
            frame.draw(line, row: 2 + row, column: 1)
        }
        let below = page.lines.count - start - rows
        let more = below > 0 ? [("Up Down", DeskText.count(below, "more line"))] : []
        drawFooter([("Esc", "back")] + more, row: frame.size.rows - 1, in: &frame)
    }

    private func helpLines(width: Int) -> [Line] {
        let rows = keymap.rows
        let keyWidth = rows.map { $0.key.count }.max() ?? 0
        var lines: [Line] = []
        for row in rows {
            let texts = TextWrap.lines(row.help, width: width - keyWidth - 2)
            for (index, text) in texts.enumerated() {
                let key = index == 0 ? row.key : ""
                var line = Line(key, .bold)
                line.append(String(repeating: " ", count: keyWidth - key.count + 2))
                line.spans += text.spans
                lines.append(line)
            }
        }
        lines.append(Line())
        lines.append(Line("Labels", .bold))
        for entry in labels?.entries ?? [] {
            var line = Line(entry.key.map { String($0) } ?? "/", .bold)
            line.append("  " + entry.title)
            if entry.label.isBorderline { line.append("  (a person cannot tell either)", .dim) }
            lines.append(line)
        }
        return lines
    }
}
