import SluiceDomain
import SluiceTerminal

/// Which key chooses which label, and which keys that leaves to the commands.
///
/// Depends on nothing but the project's labels and the reviewer's keymap, so a key means the same in
/// every session. A label of one character is chosen by that character, whatever command had it; so
/// is a label by the key it declares. Of the keys that are left, labels take the first letter of what
/// reviewers read, then what remains.
struct LabelKeys: Sendable {
    /// A label with its key.
    struct Entry: Hashable, Sendable {
        let label: Label
        /// Nil when there are more labels than keys; the search finds it.
        let key: Character?

        /// The columns of the title.
        let columns: Int

        /// What reviewers read.
        var title: String { label.title ?? label.name }

        init(label: Label, key: Character?) {
            self.label = label
            self.key = key
            columns = TextWidth.columns(visible(label.title ?? label.name).text)
        }
    }

    /// The labels in the order they were declared.
    let entries: [Entry]
    /// Whether a digit may be part of what is looked for.
    let namesHaveDigits: Bool
    /// The columns of the longest title.
    let widest: Int
    /// The commands with the keys that the labels leave them.
    let keymap: Keymap
    /// Whether digits choose labels; where they do not, they choose the model's guesses.
    let ownsDigits: Bool
    private let owners: [Character: Int]
    private let positions: [ExactText: Int]

    /// Gives keys to labels.
    ///
    /// - Parameters:
    ///   - keymap: the commands; they keep their keys unless a label owns them.
    ///   - kept: the keys that labels had by their ids, kept where no label owns them: keys do not move
    ///     under the fingers of somebody at work.
    init(_ labels: [Label], keymap: Keymap, kept: [ExactText: Character] = [:]) {
        let own = OwnKeys(labels)
        ownsDigits = own.hasDigits
        let commands = keymap.yielding(Set(own.owners.keys), digits: own.hasDigits)
        var allocation = KeyAllocation(labels, own: own, keymap: commands)
        allocation.keep(kept)
        allocation.giveFirstLetters()
        allocation.giveTheRest()
        entries = zip(labels, allocation.keys).map { Entry(label: $0, key: $1) }
        owners = allocation.owners
        self.keymap = commands.yielding(Set(owners.keys), digits: own.hasDigits)
        namesHaveDigits = entries.contains { entry in
            (entry.title + entry.label.name).utf8.contains { (0x30...0x39).contains($0) }
        }
        widest = entries.map(\.columns).max() ?? 0
        var positions: [ExactText: Int] = [:]
        for (index, label) in labels.enumerated() {
            // A lease given before a label was renamed or merged suggests it by its former name.
            for name in label.formerNames { positions[ExactText(name)] = index }
        }
        for (index, label) in labels.enumerated() { positions[ExactText(label.name)] = index }
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
    func entry(for key: Character) -> Entry? { owners[key].map { entries[$0] } }

    /// The label that has that exact name, or had it.
    func entry(named name: String) -> Entry? { positions[ExactText(name)].map { entries[$0] } }

    /// What reviewers read for a label name, which may be unknown.
    func title(of name: String) -> String { entry(named: name)?.title ?? name }

    /// The labels whose name and title hold the words of a text: the model's guesses first, then
    /// the recently used ones, then the others as they were declared.
    func matching(
        _ text: String, guesses: [String] = [], recent: RecentNames = RecentNames()
    ) -> [Entry] {
        var preferred: [Int] = []
        var isPreferred: Set<Int> = []
        for name in guesses + recent.names {
            guard let index = positions[ExactText(name)], isPreferred.insert(index).inserted
            else { continue }
            preferred.append(index)
        }
        let others = entries.indices.filter { !isPreferred.contains($0) }
        return FilterList.matching(
            text, in: (preferred + others).map { entries[$0] }, preferred: preferred.count
        ) { [$0.title, $0.label.name] }
    }

}

/// The keys that labels own before any command: characters they are called, and keys they declare.
struct OwnKeys {
    /// The position of the label by the character that chooses it, in either case where no other label
    /// is called by the other one.
    private(set) var owners: [Character: Int] = [:]
    /// The key to show for each label: the declared one, else its name, title or number; nil for a
    /// label that owns none.
    private(set) var keys: [Character?]
    /// Whether digits choose labels: one is named or numbered by a digit, or declares one.
    private(set) var hasDigits = false

    init(_ labels: [Label]) {
        keys = Array(repeating: nil, count: labels.count)
        own(labels.map(\.name))
        for (index, label) in labels.enumerated() {
            // Sets from before such keys were refused may declare what another label is called.
            guard let key = label.key.flatMap(Self.onlyCharacter),
                owners[key, default: index] == index
            else { continue }
            owners[key] = index
            keys[index] = key
        }
        own(labels.map { $0.title ?? "" })
        for (index, label) in labels.enumerated() {
            guard let digit = Self.number(label.title ?? label.name) else { continue }
            hasDigits = true
            if owners[digit] == nil, keys[index] == nil {
                owners[digit] = index
                keys[index] = digit
            }
        }
        hasDigits = hasDigits || owners.keys.contains { $0.isASCII && $0.isNumber }
    }

    /// Gives labels the characters they are called by: exactly those, then the other case.
    private mutating func own(_ names: [String]) {
        let characters = names.map(Self.onlyCharacter)
        for (index, character) in characters.enumerated() {
            guard let character, owners[character] == nil else { continue }
            owners[character] = index
            keys[index] = keys[index] ?? character
        }
        for (index, character) in characters.enumerated() {
            guard let character, owners[character] == index else { continue }
            for text in [character.lowercased(), character.uppercased()] {
                guard let other = Self.onlyCharacter(text), owners[other] == nil else { continue }
                owners[other] = index
            }
        }
    }

    /// The character of a text that a keyboard sends as one; nil for other texts.
    private static func onlyCharacter(_ text: String) -> Character? {
        guard text.utf8.count <= 32, text.count == 1, let character = text.first,
            !character.isWhitespace,
            character.unicodeScalars.count == 1 || character.isLetter
        else { return nil }
        return character
    }

    /// The first digit of a numbered title such as "5 stars", "1: bad" or "10"; nil for "3d".
    private static func number(_ title: String) -> Character? {
        guard let digit = title.first, digit.isASCII, digit.isNumber else { return nil }
        return title.dropFirst().first?.isLetter == true ? nil : digit
    }
}

/// Keys while they are given to the labels that own none.
struct KeyAllocation {
    private(set) var keys: [Character?]
    private(set) var owners: [Character: Int]
    private let labels: [Label]
    /// What no label gets.
    private let reserved: Set<Character>
    /// Keys of labels that were there a moment ago.
    private var orphaned: Set<Character> = []
    /// What a label gets for its first letter only.
    private let yielding: Set<Character>

    /// The order in which the keys that remain are given: letters, then signs; last the letters of
    /// answers, which agree with them where somebody adjudicates.
    private static let order = Array(
        "abcdefghijklmnopqrstuvwxyz" + "FGHIJKLMNOPQRSTUVWXYZ" + ",;-'`\\+*#!" + "ABCDE")

    init(_ labels: [Label], own: OwnKeys, keymap: Keymap) {
        self.labels = labels
        keys = own.keys
        owners = own.owners
        yielding = keymap.yielding
        reserved = keymap.reserved.subtracting(yielding)
    }

    /// Gives labels the keys they had before; keys of labels that are gone mean no other label yet.
    mutating func keep(_ kept: [ExactText: Character]) {
        let ids = Set(labels.map { ExactText($0.id) })
        orphaned = Set(kept.filter { !ids.contains($0.key) }.values)
        for (index, label) in labels.enumerated() where keys[index] == nil {
            guard let key = kept[ExactText(label.id)] else { continue }
            give([key], to: index)
        }
    }

    /// Gives labels the first letter of what reviewers read, each letter to the first that begins so.
    mutating func giveFirstLetters() {
        for index in labels.indices where keys[index] == nil {
            give(letters(of: index).prefix(1), to: index, isFirst: true)
        }
    }

    /// Gives the other labels a letter of theirs, else what is left.
    mutating func giveTheRest() {
        for index in labels.indices where keys[index] == nil {
            let order = Self.order
            give(letters(of: index) + order[..<26], to: index)
            if keys[index] == nil {
                let capitals = letters(of: index).filter { $0 > "e" }
                    .map { Character($0.uppercased()) }
                give(capitals + order, to: index)
            }
            if keys[index] == nil { break }
        }
    }

    /// The letters of a label in lower case.
    private func letters(of index: Int) -> [Character] {
        (labels[index].title ?? labels[index].name).lowercased().filter {
            $0.isASCII && $0.isLetter
        }.map { $0 }
    }

    /// Gives a label the first key that is free.
    private mutating func give(
        _ candidates: some Sequence<Character>, to index: Int, isFirst: Bool = false
    ) {
        let key = candidates.first { key in
            owners[key] == nil && !reserved.contains(key) && !orphaned.contains(key)
                && (isFirst || !yielding.contains(key))
        }
        guard let key else { return }
        owners[key] = index
        keys[index] = key
    }
}
