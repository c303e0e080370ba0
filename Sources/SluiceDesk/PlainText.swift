import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// What plain mode writes: lines of words, without drawing, colour or cursor.
enum PlainText {
    /// Columns of wrapped text; a screen reader or a pipe does not care, a narrow terminal does.
    static let width = 76

    /// The payload of an item.
    ///
    /// Everything is unfolded, and marks are spelt out: `[[passage|label 0.93]]`.
    ///
    /// - Parameter image: what is known of the payload's picture; it is never drawn.
    static func payload(_ held: HeldLease, image: DrawnImage?) -> [String] {
        let view = PayloadView(width: width, rows: .max, levels: .max, spellsMarks: true)
        return held.document.lines(view, image: image).map { trimmed("  " + safe($0.text)) }
    }

    /// What is needed beside its payload to answer an item, up to the prompt.
    static func facts(_ held: HeldLease, labels: PlainLabels) -> [String] {
        var lines = answers(held, labels: labels)
        lines.append(suggestion(held, labels: labels))
        if !held.tags.isEmpty { lines.append("Tags: \(safe(held.tags.joined(separator: ", ")))") }
        if !held.comment.isEmpty { lines.append("Comment: \(safe(held.comment))") }
        if !held.guidelineNote.isEmpty { lines.append("Proposal: \(safe(held.guidelineNote))") }
        return lines
    }

    /// The labels in a few lines: said once, and when they change.
    static func labels(_ labels: PlainLabels) -> [String] {
        let offers = labels.keys.entries.prefix(50).map { safe(labels.offer($0)) }
        let more = labels.keys.entries.count - offers.count
        let rest = more > 0 ? ", and \(more) more; :labels lists them" : ""
        return TextWrap.lines("Labels: " + offers.joined(separator: ", ") + rest, width: width)
            .map(\.text)
    }

    /// The one-line prompt.
    static func prompt(_ held: HeldLease, labels: PlainLabels) -> String {
        guard let suggestion = held.suggestion else { return "Answer, or :help" }
        return "Answer, empty for \(safe(labels.keys.title(of: suggestion.label))), or :help"
    }

    static func help() -> [String] {
        PlainCommand.rows.map { "  \($0.line): \($0.help)" }
    }

    static func guidelines(_ text: String) -> [String] {
        text.isEmpty ? ["The project has no guidelines."] : block(Reflow.paragraphs(text))
    }

    /// A text on indented lines.
    static func block(_ text: String) -> [String] {
        TextWrap.lines(text, width: width).map { trimmed("  " + $0.text) }
    }

    /// Why an adjudicator has the item, and what each reviewer said; empty for other items.
    private static func answers(_ held: HeldLease, labels: PlainLabels) -> [String] {
        guard let adjudication = held.lease.adjudication else { return [] }
        var lines = ["Adjudication: \(safe(adjudication.reason))."]
        for answer in adjudication.answers {
            let name = answer.reviewer.map { " of \(safe($0))" } ?? ""
            var parts = [safe(words(answer.verdict, labels))]
            parts.append(answer.seconds.map { DeskText.seconds($0) } ?? "no time told")
            parts.append(answer.isShown ? "saw the model" : "blind")
            if !answer.tags.isEmpty {
                parts.append("tags \(safe(answer.tags.joined(separator: ", ")))")
            }
            lines.append("Answer \(safe(answer.by))\(name): \(parts.joined(separator: ", "))")
            if let comment = answer.comment, !comment.isEmpty { lines += block(comment) }
        }
        return lines
    }

    /// What an answer says, in a few words.
    static func words(_ verdict: Verdict, _ labels: PlainLabels) -> String {
        switch verdict {
        case .label(let name): labels.keys.title(of: name)
        case .skip: "skipped"
        case .escalate: "escalated"
        case .unusable: "unusable"
        }
    }

    /// Text from outside in one line that is safe to show.
    static func safe(_ text: String) -> String { visible(text).text }

    private static func suggestion(_ held: HeldLease, labels: PlainLabels) -> String {
        guard let suggestion = held.suggestion else {
            return held.lease.isBlind
                ? "Blind review: the suggestion is withheld."
                : "No prediction: no model has seen this item."
        }
        let title = safe(labels.keys.title(of: suggestion.label))
        let confidence = suggestion.confidence.map { DeskText.share($0) } ?? "no confidence given"
        let guesses = suggestion.guesses(among: labels.keys).prefix(4).enumerated().map {
            let title = safe(labels.keys.title(of: $1.label))
            return (labels.keys.ownsDigits ? "" : "\($0 + 1) ")
                + "\(title) \(DeskText.share($1.score))"
        }
        let next = guesses.isEmpty ? "" : "; next \(guesses.joined(separator: ", "))"
        return "Suggestion: \(title), \(confidence)\(next)"
    }

    static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
