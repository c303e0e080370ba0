import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The answers beside each other, on the item's screen and on a page of their own.
extension Desk {
    /// The answers of the item shown, the model's last; nil where no answers are to be shown.
    var answerPanel: AnswerPanel? {
        guard let held = leases.first, held.lost == nil, let adjudication else { return nil }
        let entries = adjudication.answers.map(entry(of:))
        return AnswerPanel(entries: entries + (held.suggestion.map { [entry(of: $0)] } ?? []))
    }

    /// The title of the answers' part of the screen.
    func answersHeading(isCut: Bool) -> String {
        let count = adjudication?.answers.count ?? 0
        var text = count == 0 ? "no answers" : DeskText.count(count, "answer")
        if leases.first?.suggestion == nil, leases.first?.lease.isBlind == true {
            text += ", the model's is withheld"
        }
        let key = keymap.title(of: .answers)
        if isCut, !key.isEmpty { text += ", whole: \(key)" }
        return text
    }

    /// The title of the answers' page.
    var answersTitle: String {
        guard let held = leases.first else { return "Answers" }
        return "Answers to \(held.externalID): \(held.lease.adjudication?.reason ?? "")"
    }

    /// All answers with all that is known of them.
    func wholeAnswers(width: Int) -> [Line] { answerPanel?.whole(width: width) ?? [] }

    /// Rows the answers may take: enough is left to read the item.
    static func panelRows(in size: Size) -> Int {
        size.rows >= 20 ? (size.rows - 8) / 2 : (size.rows - 4) / 2
    }

    private func entry(of answer: EarlierAnswer) -> AnswerPanel.Entry {
        let time = answer.seconds.map { DeskText.seconds($0) }
        return AnswerPanel.Entry(
            mark: answer.by, name: answer.reviewer ?? "", title: describe(answer.verdict),
            key: key(of: answer.verdict),
            facts: [time ?? "no time told", answer.isShown ? "saw the model" : "blind"],
            shortFacts: [time ?? "?", answer.isShown ? "shown" : "blind"], tags: answer.tags,
            texts: answer.comment.map { $0.isEmpty ? [] : [$0] } ?? [],
            time: answer.reviewedAt.minuteText)
    }

    private func entry(of suggestion: Suggestion) -> AnswerPanel.Entry {
        let next = suggestion.guesses(among: labels).prefix(3).enumerated().map { index, guess in
            (index == 0 ? "next " : "") + title(of: guess.label) + " "
                + DeskText.share(guess.score)
        }
        let confidence = suggestion.confidence.map { DeskText.share($0) }
        let known = labels?.entry(named: suggestion.label) != nil
        return AnswerPanel.Entry(
            mark: "model", name: "", title: title(of: suggestion.label),
            key: known ? keymap.title(of: .accept) : "",
            facts: [confidence ?? "no confidence given", suggestion.model],
            shortFacts: [confidence ?? "?"], tags: [], texts: next, time: "")
    }

    /// The key that gives the same answer; empty when only the search finds it.
    private func key(of verdict: Verdict) -> String {
        switch verdict {
        case .label(let name): labels?.entry(named: name)?.key.map { String($0) } ?? ""
        case .unusable: keymap.title(of: .unusable)
        case .skip, .escalate: ""
        }
    }
}
