import SluiceDomain
import SluiceTerminal

/// The choice of error tags for one item: known ones are found by typing, new ones are typed.
struct TagPicker: Hashable, Sendable {
    /// A line of the list.
    enum Row: Hashable, Sendable {
        case known(String, isChosen: Bool)
        /// What was typed, as a tag of its own.
        case new(String)
    }

    /// What a key did.
    enum Outcome: Hashable, Sendable {
        case changed
        /// A space before anything else: no tag begins with one.
        case spaceFirst
        /// One tag more would be too many.
        case full
        case kept
        case cancelled
    }

    private(set) var list = FilterList(limit: TagList.maximumBytes)
    private(set) var chosen: [String]
    private let known: [String]

    /// Starts with the tags the item has.
    ///
    /// - Parameter known: the tags that can be chosen without typing, in order.
    init(chosen: [String], known: [String]) {
        self.chosen = chosen
        var all = RecentNames()
        all.addEarlier(known)
        all.addEarlier(chosen)
        self.known = all.names
    }

    /// What can be chosen now, the best match first.
    var rows: [Row] {
        let others = chosen.filter { tag in
            !known.contains { ExactText($0) == ExactText(tag) }
        }
        let names = FilterList.matching(list.text, in: known + others) { [$0] }
        var rows = names.map { Row.known($0, isChosen: isChosen($0)) }
        let typed = Self.trimmed(list.text)
        if !typed.isEmpty, !names.contains(where: { ExactText($0) == ExactText(typed) }) {
            rows.append(.new(typed))
        }
        return rows
    }

    /// Takes a key.
    ///
    /// Tab marks what is selected; so does Enter while something is typed, and keeps the tags when
    /// nothing is. Arrows move the selection. Space is part of a tag's name, and nothing else.
    ///
    /// - Parameter columns: how many tags stand side by side.
    mutating func take(_ key: Key, columns: Int = 1) -> Outcome {
        if key.code == .tab || key.code == .enter && !list.text.isEmpty { return mark() }
        if key == .character(" "), list.text.isEmpty { return .spaceFirst }
        let steps: [Key.Code: Int] = [.left: -1, .right: 1, .up: -columns, .down: columns]
        if key.modifiers.isEmpty, let step = steps[key.code] {
            list.move(by: step, count: rows.count)
            return .changed
        }
        if key.code == .backspace, list.text.isEmpty, !chosen.isEmpty {
            chosen.removeLast()
            return .changed
        }
        switch list.take(key, count: rows.count) {
        case .accepted: return .kept
        case .cancelled: return .cancelled
        case .changed, .ignored: return .changed
        }
    }

    /// Inserts pasted text.
    mutating func insert(_ pasted: String) { list.insert(pasted) }

    /// Marks the selected row, or takes its mark away.
    private mutating func mark() -> Outcome {
        let rows = rows
        guard rows.indices.contains(list.selected) else { return .changed }
        switch rows[list.selected] {
        case .known(let tag, isChosen: true):
            chosen.removeAll { ExactText($0) == ExactText(tag) }
        case .known(let tag, isChosen: false), .new(let tag):
            guard chosen.count < TagList.maximumCount else { return .full }
            chosen.append(tag)
        }
        // The selection stays where nothing was typed, so that several can be marked in a row.
        if !list.text.isEmpty { list.clear() }
        return .changed
    }

    private func isChosen(_ tag: String) -> Bool {
        chosen.contains { ExactText($0) == ExactText(tag) }
    }

    /// Tags as a person writes them in one line: separated by commas, blanks around them dropped.
    ///
    /// Each tag once, at most as many and as long as the service takes.
    static func parse(_ text: String) -> [String] {
        var tags = RecentNames()
        let parts = text.split(separator: ",").map { part in
            var editor = LineEditor(limit: TagList.maximumBytes)
            editor.insert(trimmed(String(part)))
            return editor.text
        }
        tags.addEarlier(parts.filter { !$0.isEmpty })
        return Array(tags.names.prefix(TagList.maximumCount))
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0 == " " }
        guard let end = start.lastIndex(where: { $0 != " " }) else { return "" }
        return String(start[...end])
    }
}
