import SluiceTerminal

/// A line of text being edited.
struct LineEditor: Hashable, Sendable {
    /// What a key did to the line.
    enum Outcome: Hashable, Sendable {
        case edited
        case accepted
        case cancelled
        case ignored
    }

    private(set) var text: String
    /// Characters before the cursor.
    private(set) var cursor: Int
    /// The longest text in UTF-8 bytes.
    private let limit: Int

    /// Starts with the cursor behind the text.
    init(_ text: String = "", limit: Int) {
        self.text = text
        self.limit = limit
        cursor = text.count
    }

    /// The text before the cursor.
    var beforeCursor: String { String(text.prefix(cursor)) }

    /// Takes a key.
    mutating func take(_ key: Key) -> Outcome {
        switch key.code {
        case .enter: return .accepted
        case .escape: return .cancelled
        case .left: move(to: cursor - 1)
        case .right: move(to: cursor + 1)
        case .home: move(to: 0)
        case .end: move(to: text.count)
        case .backspace: remove(at: cursor - 1)
        case .delete: remove(at: cursor)
        case .character("a") where key.modifiers == .control: move(to: 0)
        case .character("e") where key.modifiers == .control: move(to: text.count)
        case .character("u") where key.modifiers == .control:
            text.removeFirst(cursor)
            cursor = 0
        case .character("w") where key.modifiers == .control: removeWord()
        case .character(let character) where key.modifiers.isEmpty: insert(String(character))
        default: return .ignored
        }
        return .edited
    }

    /// Inserts typed or pasted text; line breaks and tabs become spaces.
    mutating func insert(_ pasted: String) {
        var line = pasted.replacingLineBreaks()
        while text.utf8.count + line.utf8.count > limit, !line.isEmpty { line.removeLast() }
        guard !line.isEmpty else { return }
        let before = beforeCursor + line
        text = before + text.dropFirst(cursor)
        // A combining mark joins the character before it, so characters are counted again.
        cursor = min(before.count, text.count)
    }

    private mutating func move(to place: Int) { cursor = min(text.count, max(0, place)) }

    private mutating func remove(at place: Int) {
        guard place >= 0, place < text.count else { return }
        text.remove(at: text.index(text.startIndex, offsetBy: place))
        cursor = min(place, text.count)
    }

    private mutating func removeWord() {
        while cursor > 0, beforeCursor.last == " " { remove(at: cursor - 1) }
        while cursor > 0, beforeCursor.last != " " { remove(at: cursor - 1) }
    }
}

extension String {
    /// The text in one line: line breaks and tabs become spaces, other controls go.
    fileprivate func replacingLineBreaks() -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
            case 0..<0x20, 0x7F...0x9F: continue
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
