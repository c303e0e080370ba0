import SluiceDomain
import SluiceTerminal

/// What the reviewer adds to an answer: comment, reason, tags; and what an item said before.
extension Desk {
    /// The line being edited, with what stands before it; nil while none is.
    var editing: (prompt: String, editor: LineEditor)? {
        switch mode {
        case .comment(let editor): ("comment: ", editor)
        case .proposal(let editor): ("guidelines should say: ", editor)
        case .reason(let verdict, let editor): ("why \(describe(verdict)): ", editor)
        case .search(let editor, _): ("/", editor)
        case .findInText(let editor, _): ("in the item: ", editor)
        case .tags(let picker):
            (
                "tags: " + picker.chosen.map { visible($0).text + ", " }.joined(),
                picker.list.editor
            )
        default: nil
        }
    }

    /// Whether a key belongs to an editor of the item shown, which must not change under it.
    var isEditingItem: Bool {
        switch mode {
        case .agree, .answers: true
        default: editing != nil
        }
    }

    /// The line above the status: what goes with the answer, and the answer that was taken back.
    var noteLine: Line {
        guard let held = leases.first else { return Line() }
        var parts: [(title: String, text: String)] = []
        if let former = held.former { parts.append(("your answer was: ", describe(former))) }
        if !held.tags.isEmpty { parts.append(("tags: ", held.tags.joined(separator: ", "))) }
        if !held.comment.isEmpty { parts.append(("comment: ", held.comment)) }
        if !held.guidelineNote.isEmpty { parts.append(("proposal: ", held.guidelineNote)) }
        var line = Line()
        for (index, part) in parts.enumerated() {
            if index > 0 { line.append("  ") }
            line.append(part.title, .dim)
            line.append(part.text)
        }
        return line
    }

    /// Opens the line of a text that goes with the answer.
    mutating func open(_ note: NoteKind) {
        let editor = LineEditor(text(of: note), limit: Self.commentLimit)
        switch note {
        case .comment: mode = .comment(editor)
        case .proposal: mode = .proposal(editor)
        }
    }

    mutating func edit(_ note: NoteKind, _ editor: LineEditor, _ key: Key) -> [Effect] {
        var editor = editor
        if key == .control("x") {
            mode = .review
            return [.editText(note, editor.text, limit: Self.commentLimit)]
        }
        switch editor.take(key) {
        case .accepted: keep(note, editor.text)
        case .cancelled: mode = .review
        case .edited, .ignored: mode = note == .comment ? .comment(editor) : .proposal(editor)
        }
        return []
    }

    /// A text as an editor program left it.
    mutating func take(edited note: NoteKind, _ result: Result<String, EditFailure>) {
        lastKeyAt = now
        switch result {
        case .success(let text):
            var text = text
            while let last = text.last, last.isWhitespace { text.removeLast() }
            guard text.utf8.count <= Self.commentLimit else {
                flash =
                    "the \(note.rawValue) was not kept: it is longer than \(Self.commentLimit) bytes"
                return
            }
            keep(note, text)
        case .failure(let failure): flash = failure.description
        }
    }

    private func text(of note: NoteKind) -> String {
        switch note {
        case .comment: leases.first?.comment ?? ""
        case .proposal: leases.first?.guidelineNote ?? ""
        }
    }

    private mutating func keep(_ note: NoteKind, _ text: String) {
        if !leases.isEmpty {
            switch note {
            case .comment: leases[0].comment = text
            case .proposal: leases[0].guidelineNote = text
            }
        }
        mode = .review
        flash = text.isEmpty ? "no \(note.rawValue)" : "the \(note.rawValue) goes with the answer"
    }

    /// Opens the line for the reason of an answer that is no label.
    mutating func openReason(_ verdict: Verdict) {
        mode = .reason(
            verdict, LineEditor(leases.first?.comment ?? "", limit: Self.commentLimit))
    }

    mutating func edit(reason editor: LineEditor, _ verdict: Verdict, _ key: Key) -> [Effect] {
        var editor = editor
        switch editor.take(key) {
        case .accepted:
            if !leases.isEmpty { leases[0].comment = editor.text }
            return decide(verdict)
        case .cancelled: mode = .review
        case .edited, .ignored: mode = .reason(verdict, editor)
        }
        return []
    }
}

/// Why a text could not be edited in a program of its own.
public enum EditFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither VISUAL nor EDITOR names a program.
    case noEditor
    /// The program could not be run, or its file not be used.
    case failed(program: String, reason: String)
    /// The program ended with that status: the text is not taken.
    case status(program: String, status: Int32)

    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .noEditor: "set VISUAL or EDITOR to the editor you want, or press c"
        case .failed(let program, let reason): "\(program): \(reason)"
        case .status(let program, let status):
            "\(program) ended with status \(status): the text is as before"
        }
    }
}
