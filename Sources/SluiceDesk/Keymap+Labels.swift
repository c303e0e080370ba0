import SluiceDomain
import SluiceTerminal

/// The keys of commands beside those of labels.
extension Keymap {
    /// A command whose key a label owns.
    struct Move: Hashable, Sendable {
        /// The command's name in a file of keys.
        let name: String
        /// The key that the label owns.
        let former: Character
        /// The key the command has instead.
        let key: String
        /// Whether the reviewer's file of keys gave it the former key.
        let isOwn: Bool
    }

    /// The keys of a project: the commands with what its labels leave them, and its labels with theirs.
    public func keys(
        in labels: [Label]
    ) -> (commands: Keymap, labels: [(key: String, title: String)]) {
        let keys = LabelKeys(labels, keymap: self)
        return (
            keys.keymap,
            keys.entries.map { ($0.key.map { String($0) } ?? "", $0.title) }
        )
    }

    /// The table without the keys that labels own: a command left without a key gets another one.
    ///
    /// - Parameter digits: whether digits choose labels, and so none of them a guess.
    func yielding(_ owned: Set<Character>, digits: Bool) -> Keymap {
        func isLost(_ key: Key) -> Bool {
            guard let character = key.plainCharacter else { return false }
            if owned.contains(character) { return true }
            return digits && character.isASCII && character.isNumber
        }
        var bindings = bindings
        for index in bindings.indices {
            bindings[index].keys.removeAll(where: isLost)
        }
        var taken = Set(bindings.flatMap(\.keys))
        for (index, former) in self.bindings.enumerated() where bindings[index].keys.isEmpty {
            guard let lost = former.keys.first?.plainCharacter,
                let key = Self.substitutes(for: lost).first(where: { !taken.contains($0) })
            else { continue }
            taken.insert(key)
            bindings[index].keys = [key]
        }
        return Keymap(bindings, templates: templates.filter { !isLost($0.key) })
    }

    /// What a command may have in place of a character: with control where a terminal can tell that from
    /// another key, with alt, else a function key.
    private static func substitutes(for character: Character) -> [Key] {
        let isTold = ("a"..."z").contains(character) && !"chijmlz".contains(character)
        return (isTold ? [.control(character)] : []) + [Key(.character(character), .alt)]
            + (2...12).map { Key(.function($0)) }
    }

    /// The commands that lost keys to labels, compared with the table before.
    func moves(from former: Keymap) -> [Move] {
        let lost = former.templates.filter { !templates.contains($0) }.compactMap { template in
            template.key.plainCharacter.map {
                Move(name: "its comment", former: $0, key: "", isOwn: true)
            }
        }
        return lost
            + zip(former.bindings, bindings).flatMap { before, after -> [Move] in
                before.keys.filter { !after.keys.contains($0) }.compactMap { key in
                    key.plainCharacter.map { character in
                        Move(
                            name: before.name, former: character, key: after.keyTitle,
                            isOwn: !Self.isStandard(key, of: before.command))
                    }
                }
            }
    }

    private static func isStandard(_ key: Key, of command: Command) -> Bool {
        standard.command(for: key) == command
    }
}
