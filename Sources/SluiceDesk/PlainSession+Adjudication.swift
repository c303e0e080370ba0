import SluiceAPI
import SluiceDomain

/// Adjudication, and the reviewer's own figures, in plain mode.
extension PlainSession {
    /// The answer of a letter; nil, with the reason said, when it cannot be given once more.
    mutating func verdict(agreeingWith letter: String, on held: HeldLease) -> Verdict? {
        guard let adjudication = held.lease.adjudication else {
            say(["Only adjudicators see what others answered."])
            return nil
        }
        let wanted = letter.uppercased()
        guard let answer = adjudication.answers.first(where: { $0.by.uppercased() == wanted })
        else {
            say(["There is no answer \(PlainText.safe(letter))."])
            return nil
        }
        if case .label(let name) = answer.verdict, labels.keys.entry(named: name) == nil {
            say(["\(PlainText.safe(name)) is not one of the project's labels."])
            return nil
        }
        switch answer.verdict {
        case .label, .unusable: return answer.verdict
        case .skip, .escalate:
            let said = describe(answer.verdict)
            say(["\(PlainText.safe(answer.by)) \(said) the item: there is nothing to agree with."])
            return nil
        }
    }

    mutating func keep(proposal text: String) {
        guard held.last?.lease.adjudication != nil else {
            return say(["Changes of the guidelines are proposed when adjudicating."])
        }
        var editor = LineEditor(limit: Desk.commentLimit)
        editor.insert(text)
        held[held.count - 1].guidelineNote = editor.text
        say([text.isEmpty ? "No proposal." : "The proposal goes with the answer."])
    }

    /// What the service tells of an answer it took, to follow the answer; mostly empty.
    func passingWord(on reply: ReviewReply) -> String {
        if let gold = reply.gold {
            let right = PlainText.safe(labels.keys.title(of: gold.label))
            let note = gold.note.map { $0.isEmpty ? "" : ": \(PlainText.safe($0))" } ?? ""
            return gold.isCorrect
                ? " (right: this was a test\(note))" : " (this was a test: it is \(right)\(note))"
        }
        switch reply.status {
        case "late": return " (counted, although the lease had expired)"
        case "surplus": return " (others had decided by then; your answer is kept with theirs)"
        default: return ""
        }
    }

    /// Says the reviewer's own figures.
    mutating func showFigures() async {
        let service = self.service
        let figures = await repeated(
            { () async throws(ServiceFailure) -> OwnFigures in try await service.ownFigures() },
            about: "your figures cannot be shown")
        guard let figures else { return }
        var lines = [
            "This session: \(DeskText.count(outcome.done, "answer")).",
            "All sessions: \(DeskText.count(figures.reviews, "answer")).",
            "Agreement with what most others said of the same items: "
                + OwnFigureText.share(figures.agreement, of: "item") + ".",
        ]
        if let gold = figures.gold {
            lines.append("Gold items: \(OwnFigureText.share(gold, of: "gold item")).")
        }
        if let paused = figures.paused {
            lines.append("Paused since \(paused.since.minuteText): \(paused.why)")
        }
        say(lines.map(PlainText.safe))
    }
}
