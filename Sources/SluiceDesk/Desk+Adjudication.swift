import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Deciding what reviewers could not settle, with all answers in sight.
extension Desk {
    /// What reviewers said about the item shown; nil for an item that is not to be adjudicated.
    var adjudication: Adjudication? { leases.first?.lease.adjudication }

    /// Why there are no answers to be read; nil when there are some.
    var obstacleToComparing: String? {
        guard let adjudication else { return "only adjudicators see what others answered" }
        return adjudication.answers.isEmpty ? "nobody has answered this item yet" : nil
    }

    /// Why there is no answer to agree with; nil when there is one.
    var obstacleToAgreeing: String? {
        if let obstacle = obstacleToComparing { return obstacle }
        let answers = adjudication?.answers ?? []
        return answers.contains { obstacle(toAgreeingWith: $0) == nil }
            ? nil : "none of the answers decides anything: choose a label"
    }

    /// Why no change of the guidelines can be proposed; nil when one can.
    var obstacleToProposing: String? {
        adjudication == nil ? "changes of the guidelines are proposed when adjudicating" : nil
    }

    /// Why the item cannot be handed to an adjudicator; nil when it can.
    var obstacleToEscalating: String? {
        guard adjudication != nil else { return nil }
        let skip = keymap.title(of: .skip)
        return "you are the adjudicator"
            + (skip.isEmpty ? "" : "; \(skip) leaves the item to another one")
    }

    /// Answers the item as the reviewer of that letter did; any other key goes back.
    mutating func agree(_ key: Key) -> [Effect] {
        mode = .review
        guard case .character(let character) = key.code, key.modifiers.isEmpty else { return [] }
        let letter = String(character).uppercased()
        guard let answer = adjudication?.answers.first(where: { $0.by.uppercased() == letter })
        else {
            flash = "there is no answer \(letter)"
            return []
        }
        return agree(with: answer)
    }

    /// Answers the item as a reviewer did, or says why that cannot be.
    mutating func agree(with answer: EarlierAnswer) -> [Effect] {
        if let obstacle = obstacle(toAgreeingWith: answer) {
            flash = obstacle
            return []
        }
        return decide(answer.verdict)
    }

    /// The answer that a key agrees with at once: the one of that capital letter, where no label has it.
    func answer(at key: Key) -> EarlierAnswer? {
        guard let letter = key.plainCharacter, leases.first?.lost == nil else { return nil }
        return adjudication?.answers.first { ExactText($0.by) == ExactText(String(letter)) }
    }

    /// The letters that agree at once; empty where there are none.
    var agreeingLetters: String {
        (adjudication?.answers ?? []).filter { answer in
            answer.by.count == 1 && obstacle(toAgreeingWith: answer) == nil
                && answer.by.first.flatMap { labels?.entry(for: $0) } == nil
        }.map(\.by).joined(separator: " ")
    }

    /// Why an answer cannot be given once more; nil when it can.
    func obstacle(toAgreeingWith answer: EarlierAnswer) -> String? {
        switch answer.verdict {
        case .label(let name):
            labels?.entry(named: name) == nil ? "\(name) is not one of the project's labels" : nil
        case .unusable: nil
        case .skip: "\(answer.by) skipped the item: there is nothing to agree with"
        case .escalate: "\(answer.by) escalated the item: there is nothing to agree with"
        }
    }

    /// The letters that may come next.
    var agreeFooter: [(key: String, title: String)] {
        let answers = (adjudication?.answers ?? []).filter { obstacle(toAgreeingWith: $0) == nil }
        return answers.map { ($0.by, describe($0.verdict)) } + [("any other key", "back")]
    }
}

extension Adjudication {
    /// Why the item needs an adjudicator, in a few words.
    var reason: String {
        switch why {
        case .disagreement: return "the answers differ"
        case .escalated:
            let letters = answers.filter { $0.verdict == .escalate }.map(\.by)
            return letters.isEmpty
                ? "escalated" : "escalated by \(letters.joined(separator: " and "))"
        case .skipped:
            let skips = answers.count { $0.verdict == .skip }
            return skips == 0 ? "skipped too often" : "skipped by \(skips)"
        case .limit: return "too few of \(answers.count) agree"
        case nil: return "to be decided"
        }
    }
}
