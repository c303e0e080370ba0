import SluiceDomain

/// What a session of reviewing came to: the answers that were given and not taken back.
public struct SessionTally: Hashable, Sendable {
    /// How many items were answered.
    public private(set) var reviewed = 0
    /// Of those, how many got another label than the one that was suggested on the screen.
    public private(set) var corrected = 0
    /// How long the reviewer worked on them.
    public private(set) var time: Duration = .zero
    /// How many of them were gold items.
    public private(set) var gold = 0
    /// Of the gold items, how many were answered rightly.
    public private(set) var goldRight = 0

    /// An answer was given.
    mutating func add(_ answered: Desk.Answered) { count(answered, by: 1) }

    /// An answer was taken back, or the service refused it.
    mutating func remove(_ answered: Desk.Answered) { count(answered, by: -1) }

    /// The service told that an item was a gold item.
    mutating func addGold(isRight: Bool) {
        gold += 1
        if isRight { goldRight += 1 }
    }

    private mutating func count(_ answered: Desk.Answered, by step: Int) {
        reviewed = max(0, reviewed + step)
        time = max(.zero, time + answered.held.active * step)
        guard let label = answered.verdict.labelName, let suggestion = answered.held.suggestion,
            ExactText(label) != ExactText(suggestion.label)
        else { return }
        corrected = max(0, corrected + step)
    }

    /// The figures in a line: "214 reviewed, 31 corrected, 6.1 s each, gold 9 of 10".
    public var sentence: String {
        var parts = ["\(reviewed) reviewed"]
        guard reviewed > 0 else { return parts[0] }
        if corrected > 0 { parts.append("\(corrected) corrected") }
        parts.append("\(DeskText.seconds(time.seconds / Double(reviewed))) each")
        if gold > 0 { parts.append("gold \(goldRight) of \(gold)") }
        return parts.joined(separator: ", ")
    }
}
