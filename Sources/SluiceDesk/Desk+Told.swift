import SluiceAPI
import SluiceDomain

/// What the service tells of an answer it took: in passing, for the work goes on.
extension Desk {
    /// What was told of a gold item.
    struct Gold: Hashable, Sendable {
        let externalID: String
        let verdict: Verdict?
        let feedback: GoldFeedback
    }

    /// How many gold items are remembered.
    private static let goldLimit = 20

    /// One line on an answer that was taken; nil when there is nothing to say.
    mutating func passingWord(on reply: ReviewReply, to operation: PendingOperation?) -> String? {
        if let feedback = reply.gold {
            var verdict: Verdict?
            if case .answer(_, let answer) = operation?.action { verdict = answer.verdict }
            let gold = Gold(externalID: reply.externalID, verdict: verdict, feedback: feedback)
            tally.addGold(isRight: feedback.isCorrect)
            golds = Array(([gold] + golds).prefix(Self.goldLimit))
            if feedback.isCorrect { return describe(gold) }
            // What is to be learnt from a mistake stays until it is put away.
            notices.append(
                Notice(title: "\(reply.externalID) was a test", detail: describe(gold)))
            return nil
        }
        switch reply.status {
        case "late": return "\(reply.externalID): counted, although the lease had expired"
        case "surplus":
            let name = reply.externalID
            return "\(name): others had decided by then; your answer is kept with theirs"
        default: return nil
        }
    }

    /// What was told of a gold item, in a line.
    func describe(_ gold: Gold) -> String {
        let right = labels?.title(of: gold.feedback.label) ?? gold.feedback.label
        var text =
            gold.feedback.isCorrect
            ? "right: \(gold.externalID) was a test, and is \(right)"
            : "\(gold.externalID) was a test: it is \(right)"
                + (gold.verdict.map { ", you said \(describe($0))" } ?? "")
        if let note = gold.feedback.note, !note.isEmpty { text += " · \(note)" }
        return text
    }
}
