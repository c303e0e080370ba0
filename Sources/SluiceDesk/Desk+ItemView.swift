import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The parts of the review screen that belong to an item.
extension Desk {
    func drawItem(_ layout: DeskLayout, in frame: inout Frame) {
        guard let held = leases.first else { return }
        let width = layout.contentWidth
        let note = leaseNote(held)
        frame.rule(row: layout.titleRow, width: width, title: itemTitle, style: .dim)
        if !note.isEmpty {
            frame.drawRight(
                Line(" \(note) ", Style.reverse), row: layout.titleRow, right: width - 2)
        }
        let start = min(scroll, layout.maximumScroll)
        for (row, line) in layout.payload.dropFirst(start).prefix(layout.payloadRows).enumerated() {
            frame.draw(line, row: layout.payloadRow + row, column: 1, width: width - 2)
            highlightFound(line, row: layout.payloadRow + row, column: 1, in: &frame)
        }
        drawScrollNote(layout, start: start, in: &frame)
        for (row, line) in layout.suggestionLines.enumerated() {
            frame.draw(line, row: layout.suggestionRow + row, column: 1, width: width - 2)
        }
        for (row, line) in layout.labelLines.enumerated() {
            frame.draw(line, row: layout.labelRow + row, column: 1, width: width - 2)
        }
    }

    /// The rules around the suggestion, with how much of the payload is out of sight.
    private func drawScrollNote(_ layout: DeskLayout, start: Int, in frame: inout Frame) {
        let width = layout.contentWidth
        let below = max(0, layout.payload.count - start - layout.payloadRows)
        var parts: [String] = []
        if start > 0 { parts.append("↑ \(start)") }
        if below > 0 { parts.append("↓ " + DeskText.count(below, "more line")) }
        if layout.hasFolds { parts.append("→ unfolds") }
        let note = parts.joined(separator: "  ")
        if layout.hasRules {
            let title = layout.suggestionTitle
            frame.rule(
                row: layout.suggestionRow - 1, width: width,
                title: title.isEmpty ? nil : Line(title, .dim),
                style: .dim)
            if !layout.labelLines.isEmpty {
                frame.rule(
                    row: layout.labelRow - 1, width: width, title: Line(labelTitle, .dim),
                    style: .dim)
            }
        }
        guard !note.isEmpty else { return }
        if layout.hasRules {
            let row = layout.suggestionRow - 1
            frame.drawRight(Line(" \(note) ", .bold), row: row, right: width - 2)
            return
        }
        // The note gives way to the title it shares its row with.
        let room = width - 7 - itemTitle.columns
        let short = [start > 0 ? "↑ \(start)" : "", below > 0 ? "↓ \(below)" : ""]
            .filter { !$0.isEmpty }.joined(separator: " ")
        let fitting = TextWidth.columns(note) <= room || short.isEmpty ? note : short
        frame.drawRight(Line(" \(fitting) ", .bold), row: layout.titleRow, right: width - 2)
    }

    /// The name of the item, and why an adjudicator has it.
    private var itemTitle: Line {
        var title = Line(leases.first?.externalID ?? "", .bold)
        if let reason = adjudication?.reason { title.append(" · \(reason)") }
        return title
    }

    private var labelTitle: String {
        switch mode {
        case .search: return "labels found"
        case .tags: return "tags"
        default: return "labels"
        }
    }

    /// What has to be known about the lease; nothing while it is safe.
    private func leaseNote(_ held: HeldLease) -> String {
        if held.lost != nil { return "LEASE LOST" }
        if held.awaitedUndo != nil { return "being taken back" }
        let left = held.expiresAt - now
        if left <= .zero { return "lease expired" }
        return left < .seconds(60) ? "lease \(Int(left.seconds.rounded(.up))) s" : ""
    }

    /// The guidelines beside the item.
    func drawGuidelines(_ layout: DeskLayout, in frame: inout Frame) {
        guard let column = layout.guidelinesColumn else { return }
        let rows = layout.statusRow - layout.titleRow - 1
        for row in layout.titleRow..<layout.statusRow {
            frame.draw("│", row: row, column: column - 1, style: .dim)
        }
        frame.rule(
            row: layout.titleRow, column: column, title: Line(guidelinesTitle, .bold), style: .dim)
        frame.draw("┬", row: layout.titleRow, column: column - 1, style: .dim)
        if layout.hasRules {
            for row in [layout.suggestionRow - 1, layout.labelRow - 1] {
                frame.draw("┤", row: row, column: column - 1, style: .dim)
            }
        }
        let room = frame.size.columns - column - 2
        let lines = TextWrap.lines(guidelines.paragraphs, width: room)
        let isCut = lines.count > rows
        for (row, line) in lines.prefix(isCut ? rows - 1 : rows).enumerated() {
            frame.draw(line, row: layout.titleRow + 1 + row, column: column + 1, width: room)
        }
        if isCut {
            let more = DeskText.count(lines.count - rows + 1, "more line")
            frame.draw(
                "↓ \(more): g", row: layout.titleRow + rows, column: column + 1, style: .bold)
        }
    }

    func drawWaiting(_ layout: DeskLayout, in frame: inout Frame) {
        let lines: [Line]
        switch connection {
        case _ where isIdle: lines = idleLines
        case _ where mode == .paused: lines = pausedLines
        case .connecting: lines = [Line("Connecting…", .bold)]
        case .offline:
            lines = [
                Line("No connection to the service.", .bold),
                Line("Trying again; nothing you answered is lost."),
            ]
        case .online where stoppedBy != nil:
            lines = stoppedLines(width: min(72, frame.size.columns - 2))
        case .online where !foundNothing: lines = [Line("Fetching the next item…")]
        case .online:
            let text = DeskText.emptyQueue(figures, only: options.only)
            lines =
                TextWrap.lines(text, width: frame.size.columns - 2, style: .bold)
                + [Line("Looking again every 2 seconds.")]
        }
        let first = max(layout.titleRow + 1, (frame.size.rows - lines.count) / 2 - 1)
        for (row, line) in lines.enumerated() {
            let column = max(1, (frame.size.columns - line.columns) / 2)
            frame.draw(line, row: first + row, column: column)
        }
    }

    func drawNotice(_ layout: DeskLayout, in frame: inout Frame) {
        for (row, line) in layout.noticeLines.enumerated() {
            frame.fill(row: layout.noticeRow + row, style: .reverse)
            frame.draw(line, row: layout.noticeRow + row, column: 1)
        }
    }

    /// The oldest notice not yet put away; empty when there is none.
    func noticeLines(width: Int, details: Int) -> [Line] {
        guard let notice = notices.first else { return [] }
        let more = notices.count > 1 ? " (1 of \(notices.count))" : ""
        let style = Style.reverse.adding(.bold)
        let end = "Esc puts this away\(more)"
        var wrapped = TextWrap.lines(notice.detail, width: width - 2, style: .reverse)
        if wrapped.count > details {
            // The whole text still stands on one line, cut where it does not fit.
            let rest = wrapped[(details - 1)...].map(\.text).joined(separator: " ")
            wrapped = wrapped[..<(details - 1)] + [Line(rest, .reverse)]
        }
        return [Line("! \(notice.title)", style)] + wrapped + [Line(end, .reverse)]
    }

    // MARK: - Editor

    /// Whether the line above the status is used.
    var hasEditorLine: Bool {
        editing != nil || !noteLine.spans.isEmpty
    }

    func drawEditor(_ layout: DeskLayout, in frame: inout Frame) {
        guard let row = layout.editorRow else { return }
        if let editing {
            drawEditor(editing.editor, prompt: editing.prompt, row: row, in: &frame)
        } else {
            frame.draw(noteLine, row: row, column: 1, width: frame.size.columns - 2)
        }
    }

    func drawEditor(
        _ editor: LineEditor, prompt: String, row: Int, in frame: inout Frame
    ) {
        let start = 1 + frame.draw(prompt, row: row, column: 1, style: .bold)
        let room = max(1, frame.size.columns - start - 2)
        // Shows the end of what is before the cursor, and as much behind it as fits.
        let before = DeskText.clippedLeft(editor.beforeCursor, to: max(1, room - 1))
        let used = frame.draw(before, row: row, column: start)
        let after = String(editor.text.dropFirst(editor.cursor))
        frame.draw(after, row: row, column: start + used, width: room - used)
        frame.cursor = Position(row: row, column: start + used)
    }
}
