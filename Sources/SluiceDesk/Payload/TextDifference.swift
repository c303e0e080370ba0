import SluiceDomain

/// What was taken out of a text and what was put in, line by line.
struct TextDifference: Hashable, Sendable {
    /// A part of a line.
    struct Piece: Hashable, Sendable {
        var text: String
        /// Whether the other side's line does not have it.
        let isChanged: Bool
    }

    /// One line.
    enum Entry: Hashable, Sendable {
        case same(String)
        case removed([Piece])
        case added([Piece])
    }

    /// In the order they are read; what was removed stands before what took its place.
    let entries: [Entry]

    /// More lines or words than this on both sides together are not compared one by one: the
    /// effort grows with the square of the difference.
    private static let limit = 1_500

    /// Compares two texts by the bytes of their lines.
    init(from before: String, to after: String) {
        let old = Self.lines(before)
        let new = Self.lines(after)
        var entries: [Entry] = []
        for hunk in Self.hunks(old.map(ExactText.init), new.map(ExactText.init)) {
            switch hunk {
            case .same(let range): entries += new[range.new].map { .same($0) }
            case .change(let range):
                let pairs = zip(old[range.old], new[range.new]).map { Self.words($0, $1) }
                let rest = pairs.count
                entries += pairs.map { .removed($0.old) }
                entries += old[range.old].dropFirst(rest).map {
                    .removed([Piece(text: $0, isChanged: false)])
                }
                entries += pairs.map { .added($0.new) }
                entries += new[range.new].dropFirst(rest).map {
                    .added([Piece(text: $0, isChanged: false)])
                }
            }
        }
        self.entries = entries
    }

    /// How many lines were taken out.
    var removed: Int { entries.count { if case .removed = $0 { true } else { false } } }
    /// How many lines were put in.
    var added: Int { entries.count { if case .added = $0 { true } else { false } } }

    // MARK: - Lines

    /// The lines of a text, with an empty last one where it ends in a line break: texts may differ
    /// by that alone.
    private static func lines(_ text: String) -> [String] {
        // By scalars: "\r\n" is one character of a string, and the carriage return belongs to the
        // line.
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
    }

    private struct Ranges {
        let old: Range<Int>
        let new: Range<Int>
    }

    private enum Hunk {
        case same(Ranges)
        case change(Ranges)
    }

    /// What two sequences share and where they differ, in order.
    private static func hunks<Element: Hashable>(_ old: [Element], _ new: [Element]) -> [Hunk] {
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head,
            old[old.count - 1 - tail] == new[new.count - 1 - tail]
        {
            tail += 1
        }
        let middle = Ranges(old: head..<(old.count - tail), new: head..<(new.count - tail))
        var hunks: [Hunk] = []
        if head > 0 { hunks.append(.same(Ranges(old: 0..<head, new: 0..<head))) }
        if middle.old.count + middle.new.count > limit {
            hunks.append(.change(middle))
        } else {
            hunks += changes(old, new, in: middle)
        }
        if tail > 0 {
            hunks.append(
                .same(
                    Ranges(
                        old: middle.old.upperBound..<old.count,
                        new: middle.new.upperBound..<new.count)))
        }
        return hunks
    }

    private static func changes<Element: Hashable>(
        _ old: [Element], _ new: [Element], in middle: Ranges
    ) -> [Hunk] {
        let difference = Array(new[middle.new]).difference(from: Array(old[middle.old]))
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset + middle.old.lowerBound)
            case .insert(let offset, _, _): inserted.insert(offset + middle.new.lowerBound)
            }
        }
        var hunks: [Hunk] = []
        var one = middle.old.lowerBound
        var other = middle.new.lowerBound
        while one < middle.old.upperBound || other < middle.new.upperBound {
            let start = (one, other)
            while removed.contains(one) { one += 1 }
            while inserted.contains(other) { other += 1 }
            if start != (one, other) {
                hunks.append(.change(Ranges(old: start.0..<one, new: start.1..<other)))
                continue
            }
            while one < middle.old.upperBound, !removed.contains(one), !inserted.contains(other) {
                one += 1
                other += 1
            }
            hunks.append(.same(Ranges(old: start.0..<one, new: start.1..<other)))
        }
        return hunks
    }

    // MARK: - Words

    /// The two lines of a change with the words the other one does not have marked; nothing is
    /// marked where they have next to nothing in common.
    private static func words(_ old: String, _ new: String) -> (old: [Piece], new: [Piece]) {
        let oldWords = tokens(old)
        let newWords = tokens(new)
        var oldPieces: [Piece] = []
        var newPieces: [Piece] = []
        var shared = 0
        for hunk in hunks(oldWords.map(ExactText.init), newWords.map(ExactText.init)) {
            switch hunk {
            case .same(let range):
                shared += oldWords[range.old].count { $0 != " " }
                append(oldWords[range.old], isChanged: false, to: &oldPieces)
                append(newWords[range.new], isChanged: false, to: &newPieces)
            case .change(let range):
                append(oldWords[range.old], isChanged: true, to: &oldPieces)
                append(newWords[range.new], isChanged: true, to: &newPieces)
            }
        }
        let most = max(oldWords.count { $0 != " " }, newWords.count { $0 != " " })
        guard shared * 4 >= most else {
            return ([Piece(text: old, isChanged: false)], [Piece(text: new, isChanged: false)])
        }
        return (oldPieces, newPieces)
    }

    private static func append(
        _ words: ArraySlice<String>, isChanged: Bool, to pieces: inout [Piece]
    ) {
        guard !words.isEmpty else { return }
        let text = words.joined()
        if let last = pieces.indices.last, pieces[last].isChanged == isChanged {
            pieces[last].text += text
        } else {
            pieces.append(Piece(text: text, isChanged: isChanged))
        }
    }

    /// Words, and every other character by itself.
    private static func tokens(_ line: String) -> [String] {
        var tokens: [String] = []
        var isInWord = false
        for character in line {
            let isWord = character.isLetter || character.isNumber
            if isWord, isInWord {
                tokens[tokens.count - 1].append(character)
            } else {
                tokens.append(String(character))
            }
            isInWord = isWord
        }
        return tokens
    }
}
