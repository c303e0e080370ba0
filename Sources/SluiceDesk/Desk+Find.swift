import SluiceDomain
import SluiceTerminal

/// Finding a text in the item, and what else helps with long and repeated ones.
extension Desk {
    /// The label given last in this session that can still be given.
    var lastLabel: String? {
        history.last { $0.verdict.labelName != nil }?.verdict.labelName
            .flatMap { labels?.entry(named: $0)?.label.name }
    }

    /// Writes a comment of the reviewer's own, behind what there is.
    mutating func comment(with text: String) {
        if let obstacle = obstacle(to: .comment) {
            flash = obstacle
            return
        }
        let before = leases[0].comment
        var editor = LineEditor(before, limit: Self.commentLimit)
        editor.insert(before.isEmpty ? text : "; " + text)
        leases[0].comment = editor.text
        flash = "the comment goes with the answer"
    }

    /// Puts the item behind the others that are here.
    mutating func putOff() {
        if let haste {
            flash = haste
            return
        }
        let held = leases.removeFirst()
        leases.append(held)
        scroll = 0
        isEnlarged = false
        flash = "\(held.externalID): kept for later"
    }

    /// Takes a key while a text is looked for in the item.
    mutating func find(_ editor: LineEditor, _ place: Int, _ key: Key) {
        var editor = editor
        let count = linesHolding(editor.text).count
        var target = place
        switch key.code {
        case .enter, .down: target = count == 0 ? 0 : (place + 1) % count
        case .up: target = count == 0 ? 0 : (place + count - 1) % count
        default:
            switch editor.take(key) {
            case .cancelled:
                mode = .review
                return
            case .edited: target = 0
            case .accepted, .ignored: return
            }
        }
        mode = .findInText(editor, place: target)
        goToFound(editor.text, target)
    }

    /// Brings a line that holds the text on the screen.
    private mutating func goToFound(_ text: String, _ place: Int) {
        guard !text.isEmpty else { return }
        let found = linesHolding(text)
        guard found.indices.contains(place) else {
            flash = "the item does not hold this text"
            return
        }
        let layout = DeskLayout(self, in: size)
        let shown = scroll..<(scroll + layout.payloadRows)
        if !shown.contains(found[place]) {
            scroll = min(max(0, found[place] - 1), layout.maximumScroll)
        }
        flash = "line \(place + 1) of \(found.count) that hold it"
    }

    /// The lines of the item that hold a text, in any case.
    private func linesHolding(_ text: String) -> [Int] {
        let wanted = text.lowercased()
        guard !wanted.isEmpty else { return [] }
        let lines = DeskLayout(self, in: size).payload
        return lines.indices.filter { lines[$0].text.lowercased().contains(wanted) }
    }

    /// Shows in reverse video where a drawn line holds the text looked for.
    func highlightFound(_ line: Line, row: Int, column: Int, in frame: inout Frame) {
        guard case .findInText(let editor, _) = mode, !editor.text.isEmpty else { return }
        let wanted = Array(editor.text.lowercased())
        let text = Array(line.text)
        let lower = text.map { $0.lowercased() }
        guard text.count >= wanted.count else { return }
        for start in 0...(text.count - wanted.count)
        where zip(wanted, lower[start...]).allSatisfy({ String($0) == $1 }) {
            let before = TextWidth.columns(String(text[..<start]))
            let width = TextWidth.columns(String(text[start..<(start + wanted.count)]))
            frame.highlight(row: row, column: column + before, width: width, .reverse)
        }
    }
}
