import SluiceAPI
import SluiceDomain

/// What plain mode shows: what is long comes in portions.
extension PlainSession {
    /// Lines shown at once.
    static let portion = 40
    /// Lines of each item after `:brief`.
    static let briefPortion = 4

    /// Shows an item: its payload, as much of it as is shown at once, and what is needed to answer it.
    mutating func show(_ held: HeldLease) {
        say(["", "Item \(PlainText.safe(held.externalID))"])
        sayPortion(
            PlainText.payload(held, image: image(of: held)),
            limit: isBrief ? Self.briefPortion : Self.portion)
        say(PlainText.facts(held, labels: labels))
    }

    /// Does what concerns only what is shown.
    mutating func show(_ command: PlainCommand) {
        switch command {
        case .labels: sayLabels(labels.keys.entries)
        case .find(let words):
            let guesses = held.last?.suggestion?.guesses(among: labels.keys) ?? []
            sayLabels(labels.keys.matching(words, guesses: guesses.map(\.label)))
        case .more:
            if unshown.isEmpty { return say(["There is no more."]) }
            sayPortion(unshown, limit: Self.portion)
        case .brief:
            isBrief.toggle()
            say([
                isBrief
                    ? "Items are cut after \(Self.briefPortion) lines; :more shows the rest."
                    : "Items are shown whole."
            ])
        default: return
        }
    }

    /// Lists labels, each with the number that chooses it.
    private mutating func sayLabels(_ entries: [LabelKeys.Entry]) {
        if entries.isEmpty { return say(["No label has these words in its name."]) }
        let numbers = Dictionary(
            labels.keys.entries.enumerated().map { (ExactText($1.label.name), $0 + 1) },
            uniquingKeysWith: { first, _ in first })
        sayPortion(
            entries.map { entry in
                let number = numbers[ExactText(entry.label.name)] ?? 0
                return "  :\(number) \(PlainText.safe(labels.offer(entry)))"
            }, limit: Self.portion)
    }

    /// Says the first lines; the others wait for `:more`.
    private mutating func sayPortion(_ lines: [String], limit: Int) {
        // One line more is said rather than announced.
        let shown = lines.count <= limit + 1 ? lines.count : limit
        say(Array(lines.prefix(shown)))
        unshown = Array(lines.dropFirst(shown))
        if !unshown.isEmpty {
            say(["\(DeskText.count(unshown.count, "more line")); :more shows them."])
        }
    }

    /// What is known of an item's picture; nil where it has none to look at.
    private func image(of held: HeldLease) -> DrawnImage? {
        guard let source = held.document.image, source.isDrawable else { return nil }
        return ImageDrawer().facts(source)
    }

    /// What a line asks for while an item is shown: among answers to be adjudicated, the letter of one is
    /// enough where no label is called so.
    func command(_ line: String, on held: HeldLease) -> PlainCommand {
        let command = PlainCommand(line, labels: labels)
        guard case .unknown = command, let adjudication = held.lease.adjudication else {
            return command
        }
        let letter = line.filter { $0 != " " }
        return adjudication.answers.contains { ExactText($0.by) == ExactText(letter) }
            ? .agree(letter) : command
    }
}
