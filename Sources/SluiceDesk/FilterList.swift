import SluiceDomain
import SluiceTerminal

/// A list that typing narrows: what was typed, and which of the rows that are left is chosen.
struct FilterList: Hashable, Sendable {
    /// What a key did.
    enum Outcome: Hashable, Sendable {
        case changed
        case accepted
        case cancelled
        case ignored
    }

    private(set) var editor: LineEditor
    private let limit: Int
    /// The row Enter takes; may lie behind the last one after the list has shrunk.
    private(set) var selected = 0

    /// Starts with everything and the first row.
    ///
    /// - Parameter limit: the longest text in UTF-8 bytes.
    init(limit: Int = 200) {
        self.limit = limit
        editor = LineEditor(limit: limit)
    }

    /// What was typed.
    var text: String { editor.text }

    /// Takes a key, with `count` rows shown and `page` of them at a time.
    mutating func take(_ key: Key, count: Int, page: Int = 10) -> Outcome {
        let last = max(0, count - 1)
        selected = min(selected, last)
        switch key.code {
        case .up: selected = max(0, selected - 1)
        case .down: selected = min(last, selected + 1)
        case .pageUp: selected = max(0, selected - page)
        case .pageDown: selected = min(last, selected + page)
        case .character("p") where key.modifiers == .control: selected = max(0, selected - 1)
        case .character("n") where key.modifiers == .control: selected = min(last, selected + 1)
        default:
            switch editor.take(key) {
            case .accepted: return .accepted
            case .cancelled: return .cancelled
            case .ignored: return .ignored
            case .edited: selected = 0
            }
        }
        return .changed
    }

    /// Chooses a row.
    mutating func choose(_ row: Int) { selected = row }

    /// Moves the selection, as far as there are rows.
    mutating func move(by step: Int, count: Int) {
        let last = max(0, count - 1)
        let target = min(selected, last) + step
        if (0...last).contains(target) { selected = target }
    }

    /// Inserts pasted text.
    mutating func insert(_ pasted: String) {
        editor.insert(pasted)
        selected = 0
    }

    /// Starts over with an empty line.
    mutating func clear() {
        editor = LineEditor(limit: limit)
        selected = 0
    }

    /// The values whose texts hold every word that is wanted, in any order and ignoring case.
    ///
    /// First those of which a text is just what is wanted; then those in which its words begin words,
    /// the preferred ones before those that begin with it; then those that only hold it.
    ///
    /// - Parameter preferred: how many of the first values go before the others.
    static func matching<Value>(
        _ wanted: String, in values: [Value], preferred: Int = 0, texts: (Value) -> [String]
    ) -> [Value] {
        let search = WordSearch(wanted)
        guard !search.words.isEmpty else { return values }
        // Exact, preferred, beginning, words, holding.
        var found: [[Value]] = Array(repeating: [], count: 5)
        for (index, value) in values.enumerated() {
            switch search.rank(texts(value)) {
            case .exact: found[0].append(value)
            case .beginning where index < preferred: found[1].append(value)
            case .words where index < preferred: found[1].append(value)
            case .beginning: found[2].append(value)
            case .words: found[3].append(value)
            case .holding: found[4].append(value)
            case nil: continue
            }
        }
        return found.flatMap { $0 }
    }
}

/// Names in the order they were last used, each once.
struct RecentNames: Hashable, Sendable {
    /// The most names kept.
    private static let limit = 50

    private(set) var names: [String] = []

    /// Puts a name first.
    mutating func use(_ name: String) {
        names.removeAll { ExactText($0) == ExactText(name) }
        names.insert(name, at: 0)
        if names.count > Self.limit { names.removeLast() }
    }

    /// Adds names used before all those known, the latest first.
    mutating func addEarlier(_ earlier: [String]) {
        for name in earlier
        where names.count < Self.limit
            && !names.contains(where: { ExactText($0) == ExactText(name) })
        {
            names.append(name)
        }
    }
}
