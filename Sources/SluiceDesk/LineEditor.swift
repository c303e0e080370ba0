import SluiceTerminal

/// A line of text being edited, with the keys of readline.
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
    /// The text cut last, which control-Y inserts.
    private var cut = ""
    /// Whether the last key cut, so that the next cut joins it.
    private var isCutting = false
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
        let wasCutting = isCutting
        isCutting = false
        switch key.code {
        case .enter: return .accepted
        case .escape: return .cancelled
        case .left where key.modifiers.isEmpty: move(to: cursor - 1)
        case .right where key.modifiers.isEmpty: move(to: cursor + 1)
        case .left: move(to: wordStart)
        case .right: move(to: wordEnd)
        case .home: move(to: 0)
        case .end: move(to: text.count)
        case .backspace where key.modifiers == .alt:
            remove(from: wordStart, to: cursor, joining: wasCutting)
        case .backspace: remove(at: cursor - 1)
        case .delete: remove(at: cursor)
        case .character(let character) where key.modifiers == .control:
            return takeControl(character, wasCutting)
        case .character(let character) where key.modifiers == .alt:
            return takeAlt(character, wasCutting)
        case .character(let character) where key.modifiers.isEmpty: insert(String(character))
        default: return .ignored
        }
        return .edited
    }

    private mutating func takeControl(_ character: Character, _ wasCutting: Bool) -> Outcome {
        switch character {
        case "a": move(to: 0)
        case "e": move(to: text.count)
        case "b": move(to: cursor - 1)
        case "f": move(to: cursor + 1)
        case "d": remove(at: cursor)
        case "h": remove(at: cursor - 1)
        case "k": remove(from: cursor, to: text.count, joining: wasCutting)
        case "u": remove(from: 0, to: cursor, joining: wasCutting)
        case "w": remove(from: blankStart, to: cursor, joining: wasCutting)
        case "y": insert(cut)
        case "g": return .cancelled
        default: return .ignored
        }
        return .edited
    }

    private mutating func takeAlt(_ character: Character, _ wasCutting: Bool) -> Outcome {
        switch character {
        case "b": move(to: wordStart)
        case "f": move(to: wordEnd)
        case "d": remove(from: cursor, to: wordEnd, joining: wasCutting)
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

    /// Cuts a stretch on either side of the cursor; cuts in a row are one text.
    private mutating func remove(from start: Int, to end: Int, joining: Bool) {
        isCutting = true
        let taken = String(text.prefix(end).dropFirst(start))
        if !joining { cut = "" }
        cut = end <= cursor ? taken + cut : cut + taken
        text = String(text.prefix(start)) + text.dropFirst(end)
        cursor = min(start, text.count)
    }

    // MARK: - Words

    /// Where the word before the cursor begins; words are letters and digits, as in readline.
    private var wordStart: Int {
        let before = Array(beforeCursor)
        let end = before.lastIndex { $0.isLetter || $0.isNumber } ?? -1
        return (before[...end].lastIndex { !$0.isLetter && !$0.isNumber } ?? -1) + 1
    }

    /// Where the word behind the cursor ends.
    private var wordEnd: Int {
        let behind = Array(text.dropFirst(cursor))
        guard let start = behind.firstIndex(where: { $0.isLetter || $0.isNumber }) else {
            return text.count
        }
        let rest = behind[start...]
        return cursor + (rest.firstIndex { !$0.isLetter && !$0.isNumber } ?? behind.count)
    }

    /// Where what stands between blanks before the cursor begins.
    private var blankStart: Int {
        let before = Array(beforeCursor)
        let end = before.lastIndex { $0 != " " } ?? -1
        return (before[...end].lastIndex { $0 == " " } ?? -1) + 1
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
