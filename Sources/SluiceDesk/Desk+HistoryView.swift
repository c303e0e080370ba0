import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The page of the reviewer's own last answers.
extension Desk {
    func drawHistory(_ page: HistoryPage, in frame: inout Frame) {
        if let shown = page.shown {
            drawAnswer(shown, scroll: page.scroll, in: &frame)
        } else {
            drawAnswers(page, in: &frame)
        }
    }

    private func drawAnswers(_ page: HistoryPage, in frame: inout Frame) {
        let width = frame.size.columns
        let rows = max(1, frame.size.rows - 5)
        let answers = matching(page)
        frame.rule(row: 1, title: Line("Your last answers", .bold), style: .dim)
        if answers.isEmpty {
            frame.draw(emptyHistory(page), row: 2, column: 1, width: width - 2)
        }
        let selected = min(page.list.selected, max(0, answers.count - 1))
        let first = max(0, selected - rows + 1)
        let shown = answers.dropFirst(first).prefix(rows)
        let nameWidth = min(
            max(12, width / 3),
            shown.map { TextWidth.columns(visible($0.externalID).text) }.max() ?? 0)
        for (row, answer) in shown.enumerated() {
            let isSelected = first + row == selected
            let style: Style = isSelected ? .reverse : .plain
            if isSelected { frame.fill(row: 2 + row, style: .reverse) }
            var line = Line(isSelected ? "›" : " ", style)
            line.append(DeskText.fitted(answer.externalID, to: nameWidth) + "  ", style)
            line.append(summary(of: answer), style)
            let time = answer.review.map { $0.reviewedAt.minuteText } ?? "this session"
            let start =
                width >= 60
                ? frame.drawRight(Line(time + " ", style), row: 2 + row, right: width - 1) : width
            frame.draw(line, row: 2 + row, column: 0, width: max(0, start - 1))
        }
        var status = ""
        if past.isLoading { status = "loading" }
        if !past.failure.isEmpty { status = "earlier answers cannot be shown: \(past.failure)" }
        frame.draw(status, row: frame.size.rows - 3, column: 1, width: width - 2)
        drawEditor(
            page.list.editor, prompt: "find: ", row: frame.size.rows - 2, in: &frame)
        drawFooter(
            [("Enter", "show"), ("Up Down", "choose"), ("Esc", "back")],
            row: frame.size.rows - 1, in: &frame)
    }

    private func emptyHistory(_ page: HistoryPage) -> String {
        if !page.list.text.isEmpty { return "no answer has this in it" }
        return past.isLoading || !past.failure.isEmpty ? "" : "You have given no answers yet."
    }

    /// An answer in a line: what was said, what the model had said if it was something else.
    private func summary(of answer: PastAnswer) -> String {
        var text = describe(answer.verdict)
        if let predicted = answer.predicted, let label = answer.verdict.labelName,
            ExactText(predicted) != ExactText(label)
        {
            text += " (model: \(labels?.title(of: predicted) ?? predicted))"
        }
        if !answer.tags.isEmpty { text += " [\(answer.tags.joined(separator: ", "))]" }
        if !answer.comment.isEmpty { text += " \"\(answer.comment)\"" }
        return text
    }

    private func drawAnswer(_ answer: PastAnswer, scroll: Int, in frame: inout Frame) {
        let width = frame.size.columns
        frame.rule(row: 1, title: Line(answer.externalID, .bold), style: .dim)
        let lines = lines(of: answer, width: width)
        let rows = frame.size.rows - 3
        for (row, line) in lines.dropFirst(scroll).prefix(rows).enumerated() {
            frame.draw(line, row: 2 + row, column: 1, width: width - 2)
        }
        let below = lines.count - scroll - rows
        if below > 0 {
            let note = Line(" ↓ \(DeskText.count(below, "more line")) ", .bold)
            frame.drawRight(note, row: 1, right: width - 2)
        }
        let isLate = answer.review?.isUndoable == false
        drawFooter(
            [
                (keymap.title(of: .undo), isLate ? "try all the same" : "take back"),
                ("Esc", "back"),
            ],
            row: frame.size.rows - 1, in: &frame)
    }

    /// What was said, whether it can be taken back, and the item itself.
    private func lines(of answer: PastAnswer, width: Int) -> [Line] {
        var rows: [(String, String)] = [("answer", describe(answer.verdict))]
        rows.append(
            ("model", answer.predicted.map { labels?.title(of: $0) ?? $0 } ?? "not shown to you"))
        rows.append(("tags", answer.tags.isEmpty ? "none" : answer.tags.joined(separator: ", ")))
        rows.append(("comment", answer.comment.isEmpty ? "none" : answer.comment))
        if let review = answer.review {
            rows.append(("given", review.reviewedAt.minuteText))
            if ["surplus", "lapsed"].contains(review.status) {
                rows.append(("counted", "no: others were first"))
            }
        } else {
            rows.append(("given", "in this session"))
        }
        var lines: [Line] = []
        for (title, text) in rows {
            for (index, wrapped) in TextWrap.lines(text, width: max(1, width - 12)).enumerated() {
                var line = Line(DeskText.fitted(index == 0 ? title : "", to: 9), .dim)
                line.spans += wrapped.spans
                lines.append(line)
            }
        }
        lines.append(Line())
        let note =
            answer.review?.isUndoable == false
            ? "It is too late to take it back: others have the item or have settled it by now."
            : "Taken back, the item comes to the screen again, to be answered anew."
        lines += TextWrap.lines(note, width: width - 2)
        guard let document = answer.document else { return lines }
        lines.append(Line())
        return lines
            + document.lines(PayloadView(width: max(8, width - 2), rows: .max, levels: .max))
    }

    /// Where scrolling leads in an answer that is shown.
    func target(of scroll: Command.Scroll, _ answer: PastAnswer, from first: Int) -> Int {
        let rows = max(1, size.rows - 3)
        let last = max(0, lines(of: answer, width: size.columns).count - rows)
        let target =
            switch scroll {
            case .up: first - 1
            case .down: first + 1
            case .pageUp: first - rows + 1
            case .pageDown: first + rows - 1
            case .top: 0
            case .bottom: last
            }
        return min(max(0, target), last)
    }
}

extension Timestamp {
    /// The moment to the minute, in UTC: "2026-11-21 08:12 UTC".
    var minuteText: String {
        let text = rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC"
    }
}
