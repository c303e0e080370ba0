import SluiceDomain
import SluiceJSON
import SluiceTerminal

/// A payload's `before` and `after`, compared: texts line by line, objects member by member.
struct PayloadDifference: Hashable, Sendable {
    /// One member of the objects, or the whole of what is compared.
    struct Part: Hashable, Sendable {
        /// The member's name; nil where texts or whole values are compared.
        let name: String?
        let difference: TextDifference
    }

    let parts: [Part]

    init(before: JSONValue, after: JSONValue) {
        guard let old = before.object, let new = after.object else {
            parts = [
                Part(
                    name: nil,
                    difference: TextDifference(from: Self.text(before), to: Self.text(after)))
            ]
            return
        }
        let names = old.keys + new.keys.filter { old[$0] == nil }
        parts = names.map { name in
            Part(name: name, difference: Self.difference(from: old[name], to: new[name]))
        }
    }

    var removed: Int { parts.reduce(0) { $0 + $1.difference.removed } }
    var added: Int { parts.reduce(0) { $0 + $1.difference.added } }

    /// A member that only one side has is all removed or all added.
    private static func difference(from old: JSONValue?, to new: JSONValue?) -> TextDifference {
        switch (old, new) {
        case (.some(let old), .some(let new)):
            // A text and a number that are written alike differ all the same.
            let isTyped = (old.string == nil) != (new.string == nil)
            return TextDifference(
                from: isTyped ? laidOut(old) : text(old),
                to: isTyped ? laidOut(new) : text(new))
        case (.some(let old), nil): return TextDifference(removing: text(old))
        case (nil, .some(let new)): return TextDifference(adding: text(new))
        case (nil, nil): return TextDifference(from: "", to: "")
        }
    }

    /// What is short stands in one line, whatever else is around it.
    private static func laidOut(_ value: JSONValue) -> String {
        JSONText.lines(value, width: 40, levels: .max).map(\.text).joined(separator: "\n")
    }

    private static func text(_ value: JSONValue) -> String {
        value.string ?? laidOut(value)
    }
}

extension TextDifference {
    /// A text that was there and is no more.
    init(removing text: String) {
        entries = TextDifference(from: text, to: text).entries.map { entry in
            guard case .same(let line) = entry else { return entry }
            return .removed([Piece(text: line, isChanged: false)])
        }
    }

    /// A text that was not there before.
    init(adding text: String) {
        entries = TextDifference(from: text, to: text).entries.map { entry in
            guard case .same(let line) = entry else { return entry }
            return .added([Piece(text: line, isChanged: false)])
        }
    }
}
