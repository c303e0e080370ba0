import SluiceAPI
import SluiceDomain

/// The label set while it changes under a running session.
extension Desk {
    /// Whether the labels on the screen are not those in force.
    var isBehindLabelSet: Bool {
        guard let announcedLabelSet else { return false }
        return announcedLabelSet != labelSetVersion
    }

    /// Takes the labels a session begins with, and says which keys of the reviewer's own they own.
    mutating func meet(_ first: [Label]) {
        let keys = LabelKeys(first, keymap: options.keymap)
        labels = keys
        let moves = keys.keymap.moves(from: options.keymap).filter(\.isOwn)
        guard !moves.isEmpty else { return }
        notices.append(
            Notice(
                title: "Labels own keys of your keys.json", detail: LabelSetNews.words(moves)))
    }

    /// Takes the labels of now in place of those of before: what waits here is shown with them, and a
    /// suggestion that nobody can give any more is shown no more.
    mutating func take(labelSet reply: ProjectReply) -> [Effect] {
        reached()
        // An instance that has not heard of the change yet answers as before: it is asked again.
        guard reply.labelSetVersion != labelSetVersion else {
            projectCall.finish(dueAt: now + Self.emptyQueuePoll)
            return []
        }
        let before = labels?.entries.map(\.label) ?? []
        let former = keymap
        let keys = LabelKeys(reply.labels, keymap: former, kept: labels?.byID ?? [:])
        labels = keys
        labelSetVersion = reply.labelSetVersion
        for index in leases.indices {
            if let suggestion = leases[index].suggestion,
                keys.entry(named: suggestion.label) == nil
            {
                leases[index].suggestion = nil
            }
            leases[index].suggestion?.guesses.removeAll { keys.entry(named: $0.label) == nil }
        }
        let moved = LabelSetNews.words(keys.keymap.moves(from: former))
        let changed = LabelSetNews.words(from: before, to: reply.labels)
        notices.append(
            Notice(
                title: "The labels have changed",
                detail: moved.isEmpty ? changed : "\(changed); \(moved)"))
        return []
    }
}

/// What has changed in a label set, in words for reviewers.
enum LabelSetNews {
    /// Which commands have other keys, `; ` between them.
    static func words(_ moves: [Keymap.Move]) -> String {
        moves.map { move in
            "\(move.former) is a label's key; "
                + (move.key.isEmpty ? "\(move.name) has none" : "\(move.name) is \(move.key)")
        }.joined(separator: "; ")
    }

    /// What was renamed, added and taken away, `; ` between them; keys and titles where it was neither.
    static func words(from before: [Label], to after: [Label]) -> String {
        let old = Dictionary(
            before.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(
            after.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first })
        var words: [String] = []
        for label in after {
            guard let former = old[ExactText(label.id)] else {
                words.append("new: \(label.title ?? label.name)")
                continue
            }
            if ExactText(former.name) != ExactText(label.name) {
                words.append("\(former.name) is \(label.name) now")
            } else if former.title != label.title || former.key != label.key {
                words.append("\(label.name) has another title or key")
            }
        }
        for label in before where new[ExactText(label.id)] == nil {
            let target = after.first { other in
                other.formerNames.contains { ExactText($0) == ExactText(label.name) }
            }
            words.append(
                target.map { "\(label.name) is \($0.name) now" }
                    ?? "\(label.name) is not given any more")
        }
        return words.isEmpty ? "look at the keys before you answer" : words.joined(separator: "; ")
    }
}
