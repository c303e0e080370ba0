import SluiceTerminal

/// Keys as people write them: "s", "Enter", "Ctrl-L", "Alt-f", "F5", "Space".
extension Key {
    private static let codes: [(name: String, code: Code)] =
        [
            ("Enter", .enter), ("Tab", .tab), ("Backspace", .backspace), ("Esc", .escape),
            ("Up", .up), ("Down", .down), ("Left", .left), ("Right", .right), ("Home", .home),
            ("End", .end), ("PgUp", .pageUp), ("PgDn", .pageDown), ("Insert", .insert),
            ("Delete", .delete), ("Space", .character(" ")),
        ] + (1...20).map { ("F\($0)", .function($0)) }

    private static let prefixes: [(name: String, modifier: Modifiers)] = [
        ("Ctrl-", .control), ("Alt-", .alt), ("Shift-", .shift),
    ]

    /// What a key name may be, for error messages.
    static let nameForms =
        "one character, "
        + codes.prefix { $0.name != "F1" }.map(\.name).joined(separator: ", ")
        + ", F1 to F20, each also after Ctrl-, Alt- or Shift-"

    /// The key of that name; nil when there is none.
    ///
    /// Names of keys are read in any case, characters in the case they are typed in. A terminal
    /// cannot tell shift with a character from the other case, so that is no name.
    init?(name: String) {
        var rest = Substring(name)
        var modifiers: Modifiers = []
        while let prefix = Self.prefixes.first(where: {
            rest.count > $0.name.count
                && rest.prefix($0.name.count).lowercased() == $0.name.lowercased()
        }) {
            guard modifiers.insert(prefix.modifier).inserted else { return nil }
            rest = rest.dropFirst(prefix.name.count)
        }
        if let named = Self.codes.first(where: { $0.name.lowercased() == rest.lowercased() }) {
            self.init(named.code, modifiers)
        } else if rest.count == 1, let character = rest.first, !character.isWhitespace,
            character.unicodeScalars.allSatisfy({ !$0.properties.isDefaultIgnorableCodePoint }),
            !modifiers.contains(.shift)
        {
            let isControl = modifiers.contains(.control)
            self.init(
                .character(isControl ? Character(character.lowercased()) : character), modifiers)
        } else {
            return nil
        }
    }

    /// The key's name; `Key(name:)` reads it back.
    var name: String {
        var text = Self.prefixes.filter { modifiers.contains($0.modifier) }.map(\.name).joined()
        if let named = Self.codes.first(where: { $0.code == code }) {
            text += named.name
        } else if case .character(let character) = code {
            text += modifiers.contains(.control) ? character.uppercased() : String(character)
        }
        return text
    }
}
