import SluiceDomain

/// Which key chooses which label.
///
/// Depends on nothing but the project's labels, so a key means the same in every session. A
/// declared key is kept unless a command has it: then the label loses. A label without a key gets
/// the first free letter of its own name, else the first free letter, else a digit.
struct LabelKeys: Hashable, Sendable {
    /// A label with its key.
    struct Entry: Hashable, Sendable {
        let label: Label
        /// Nil when there are more labels than keys; `/` finds it.
        let key: Character?

        /// What reviewers read.
        var title: String { label.title ?? label.name }
    }

    /// The labels in the order they were declared.
    let entries: [Entry]
    private let names: [Character: Int]
    private let positions: [ExactText: Int]

    /// Gives keys to labels, none of them among the `reserved` ones.
    ///
    /// - Parameter kept: the keys that labels had by their ids, kept where nobody declared others: keys are
    ///   not to move under the fingers of somebody at work.
    init(
        _ labels: [Label], reserved: Set<Character>, kept: [ExactText: Character] = [:]
    ) {
        var taken = reserved
        var keys = [Character?](repeating: nil, count: labels.count)
        for (index, label) in labels.enumerated() {
            guard let key = label.key.flatMap(Self.onlyCharacter), taken.insert(key).inserted
            else { continue }
            keys[index] = key
        }
        for (index, label) in labels.enumerated() where keys[index] == nil && label.key == nil {
            guard let key = kept[ExactText(label.id)], taken.insert(key).inserted else { continue }
            keys[index] = key
        }
        // The low digits stay with the model's next guesses for as long as they can.
        let order = Array("abcdefghijklmnopqrstuvwxyz" + "567890" + "1234")
        for (index, label) in labels.enumerated() where keys[index] == nil {
            let own = (label.title ?? label.name).lowercased().filter { ("a"..."z").contains($0) }
            guard let key = (Array(own) + order).first(where: { !taken.contains($0) })
            else { break }
            taken.insert(key)
            keys[index] = key
        }
        entries = zip(labels, keys).map { Entry(label: $0, key: $1) }
        var names: [Character: Int] = [:]
        var positions: [ExactText: Int] = [:]
        for (index, entry) in entries.enumerated() {
            // A lease given before a label was renamed or merged suggests it by the name of then.
            for name in entry.label.formerNames { positions[ExactText(name)] = index }
        }
        for (index, entry) in entries.enumerated() {
            if let key = entry.key { names[key] = index }
            positions[ExactText(entry.label.name)] = index
        }
        self.names = names
        self.positions = positions
    }

    /// The keys by the ids of the labels.
    var byID: [ExactText: Character] {
        Dictionary(
            entries.compactMap { entry in entry.key.map { (ExactText(entry.label.id), $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether some label can only be found by searching.
    var needsSearch: Bool { entries.contains { $0.key == nil } }

    /// The label a key chooses.
    func entry(for key: Character) -> Entry? { names[key].map { entries[$0] } }

    /// The label that has that exact name, or had it.
    func entry(named name: String) -> Entry? { positions[ExactText(name)].map { entries[$0] } }

    /// What reviewers read for a label name, which may be unknown.
    func title(of name: String) -> String { entry(named: name)?.title ?? name }

    /// The labels whose name or title contains a text, ignoring case: those that begin with it first,
    /// among these the recently used ones first, else in the order they were declared.
    func matching(_ text: String, recent: RecentNames = RecentNames()) -> [Entry] {
        let used = recent.names.compactMap { positions[ExactText($0)] }
        let isUsed = Set(used)
        let ordered =
            used.map { entries[$0] }
            + entries.indices.filter { !isUsed.contains($0) }.map { entries[$0] }
        return FilterList.matching(text, in: ordered) { [$0.title, $0.label.name] }
    }

    private static func onlyCharacter(_ text: String) -> Character? {
        text.count == 1 ? text.first : nil
    }
}
