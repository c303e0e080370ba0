import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The review screen.
extension Desk {
    /// Draws the client; depends on nothing but the client and the size.
    public func view(in size: Size) -> Frame {
        var frame = Frame(size: size)
        guard DeskLayout.fits(size) else {
            drawTooSmall(in: &frame)
            return frame
        }
        drawHeader(in: &frame)
        if case .history(let page) = mode {
            drawHistory(page, in: &frame)
        } else if let page = openPage(width: size.columns - 2) {
            draw(page, in: &frame)
        } else {
            let layout = DeskLayout(self, in: size)
            drawNotice(layout, in: &frame)
            drawGuidelines(layout, in: &frame)
            if leases.isEmpty {
                drawWaiting(layout, in: &frame)
            } else {
                drawItem(layout, in: &frame)
            }
            drawEditor(layout, in: &frame)
            drawStatus(row: layout.statusRow, in: &frame)
            drawFooter(footer, row: layout.footerRow, in: &frame)
        }
        return frame
    }

    private func drawTooSmall(in frame: inout Frame) {
        let needed = DeskLayout.minimum
        let text =
            "This terminal has \(frame.size.columns) x \(frame.size.rows) cells; "
            + "\(needed.columns) x \(needed.rows) are needed. Make it larger, or use --plain."
        for (row, line) in TextWrap.lines(text, width: frame.size.columns).enumerated() {
            frame.draw(line, row: row, column: 0)
        }
    }

    // MARK: - Header and footer

    private func drawHeader(in frame: inout Frame) {
        let width = frame.size.columns
        // The item is what is to be read; the header only draws attention when something is wrong.
        let style: Style = if case .offline = connection { .reverse } else { .dim }
        frame.fill(row: 0, style: style)
        let right = headerRight(width: width)
        let start = frame.drawRight(Line(right + " ", style), row: 0, right: width - 1)
        var line = Line(" sluice ", style.adding(.bold))
        line.append(project, style)
        if !options.only.isEmpty { line.append(" · only \(options.only)", style) }
        frame.draw(line, row: 0, column: 0, width: max(8, start - 1))
    }

    /// Queue and connection, as much of them as there is room for.
    private func headerRight(width: Int) -> String {
        let room = width - 20
        var state: String
        switch connection {
        case .connecting: state = "connecting"
        case .online: state = pending.count > 1 ? "\(pending.count) to send" : "online"
        case .offline(let since, _):
            state = "OFFLINE \(DeskText.span(now - since))"
            if pending.keptCount > 0 { state += ", \(pending.keptCount) kept" }
        }
        if let journalNote { state += " · \(journalNote)" }
        guard let figures else { return state }
        let waiting = "\(figures.waiting) waiting"
        let oldest = figures.oldestWaitingSeconds.map {
            ", oldest \(DeskText.span(.seconds($0)))"
        }
        let full = waiting + (oldest ?? "") + " · " + state
        if full.count <= room { return full }
        let short = waiting + " · " + state
        return short.count <= room ? short : state
    }

    /// The keys that do something now, the most important first.
    private var footer: [(key: String, title: String)] {
        switch mode {
        case .comment, .proposal:
            return [("Enter", "keep"), ("Esc", "discard"), ("Ctrl-X", "in your editor")]
        case .agree: return agreeFooter
        case .reason: return [("Enter", "answer"), ("Esc", "cancel")]
        case .tags(let picker):
            return picker.list.text.isEmpty
                ? [("Enter", "keep"), ("Tab", "mark"), ("arrows", "choose"), ("Esc", "discard")]
                : [("Enter", "mark"), ("arrows", "choose"), ("Esc", "discard")]
        case .paused: return [("any key", "go on")]
        case .search:
            return [("Enter", "answer")] + (picksByDigit ? [("1-9", "answer at once")] : [])
                + [("Up Down", "choose"), ("Esc", "cancel")]
        case .findInText: return [("Enter", "next"), ("Up Down", "last, next"), ("Esc", "back")]
        case .confirmQuit:
            return [(keymap.title(of: .quit), "quit all the same"), ("any other key", "stay")]
        default:
            return keymap.bindings.compactMap { binding in
                guard let title = binding.title, !binding.keys.isEmpty,
                    obstacle(to: binding.command) == nil
                else {
                    return nil
                }
                let letters = binding.command == .agree ? agreeingLetters : ""
                return (letters.isEmpty ? binding.keyTitle : letters, title)
            }
        }
    }

    func drawFooter(
        _ entries: [(key: String, title: String)], row: Int, in frame: inout Frame
    ) {
        var column = 1
        for entry in entries {
            let width = TextWidth.columns(entry.key) + 1 + TextWidth.columns(entry.title)
            guard column + width <= frame.size.columns else { break }
            column += frame.draw(entry.key, row: row, column: column, style: .bold)
            column += 1 + frame.draw(entry.title, row: row, column: column + 1) + 2
        }
    }

    private func drawStatus(row: Int, in frame: inout Frame) {
        // A column is free at either side, and three between the two texts.
        let width = frame.size.columns - 2
        let status = statusText
        let said = TextWidth.columns(status)
        let figures = sessionText(
            room: min(max(12, width / 2), said == 0 ? width : width - said - 3))
        let start =
            figures.isEmpty
            ? width + 1 : frame.drawRight(Line(figures, .dim), row: row, right: width) - 2
        frame.draw(status, row: row, column: 1, width: max(0, start - 1))
    }

    private var statusText: String {
        if isLeaving { return leavingText }
        if mode == .confirmQuit {
            return "not sent yet and lost by leaving: " + DeskText.count(pending.count, "answer")
        }
        if mode == .agree { return "agree with which answer?" }
        return [flash, backgroundText, figures?.alert.map(PlainText.safe) ?? ""]
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }
}
