import SluiceDomain

/// The labels as plain mode offers and reads them.
struct PlainLabels: Sendable {
    let keys: LabelKeys

    /// Gives each label the key it has in full screen with this keymap.
    ///
    /// - Parameter kept: the keys labels had in this session, by their ids.
    init(
        _ labels: [Label], keymap: Keymap = .standard, kept: [ExactText: Character] = [:]
    ) {
        keys = LabelKeys(labels, keymap: keymap, kept: kept)
    }

    /// How a label is offered: "fraud [f]"; only its title where that is its key.
    func offer(_ entry: LabelKeys.Entry) -> String {
        let key = entry.key.map { String($0) } ?? ""
        return entry.title + (key.isEmpty || key == entry.title ? "" : " [\(key)]")
    }

    /// The label a line means: the one of that name, the one whose key it is, the one of that title; else
    /// the only one whose name or title it is in another case.
    func entry(for text: String) -> LabelKeys.Entry? {
        if let entry = keys.entries.first(where: { ExactText($0.label.name) == ExactText(text) }) {
            return entry
        }
        if text.count == 1, let key = text.first, let entry = keys.entry(for: key) {
            return entry
        }
        if let entry = keys.entries.first(where: { ExactText($0.title) == ExactText(text) }) {
            return entry
        }
        let wanted = text.lowercased()
        let named = keys.entries.filter { $0.label.name.lowercased() == wanted }
        if !named.isEmpty { return named.count == 1 ? named.first : nil }
        let titled = keys.entries.filter { $0.title.lowercased() == wanted }
        return titled.count == 1 ? titled.first : keys.entry(named: text)
    }
}
