import SluiceTerminal

/// Titles of labels in little room, cut so that they can still be told apart.
enum Titles {
    /// The titles in at most `width` columns each.
    ///
    /// Cut at the end where that leaves them different; else without the beginning they share; else at
    /// the beginning; else from where each differs from the one most like it.
    static func fitted(_ titles: [String], to width: Int) -> [String] {
        let shown = titles.map { visible($0).text }
        guard shown.contains(where: { TextWidth.columns($0) > width }) else { return shown }
        let distinct = Set(shown).count
        let prefix = sharedBeginning(shown)
        let forms: [(String) -> String] = [
            { DeskText.clipped($0, to: width) },
            { clipped($0, from: prefix, to: width) },
            { DeskText.clippedLeft($0, to: width) },
        ]
        for form in forms {
            let cut = shown.map(form)
            if Set(cut).count == distinct { return cut }
        }
        let characters = shown.map { Array($0) }
        return shown.indices.map { index in
            let shared =
                characters.indices.filter { shown[$0] != shown[index] }
                .map { common(characters[index], characters[$0]) }.max() ?? 0
            return clipped(shown[index], from: max(0, shared - width / 3), to: width)
        }
    }

    /// A text from that character on, with `…` before it, in at most `width` columns.
    private static func clipped(_ text: String, from start: Int, to width: Int) -> String {
        guard start > 1, TextWidth.columns(text) > width else {
            return DeskText.clipped(text, to: width)
        }
        return DeskText.clipped("…" + text.dropFirst(start), to: width)
    }

    /// The characters that all titles begin with, up to the end of a word.
    private static func sharedBeginning(_ titles: [String]) -> Int {
        guard titles.count > 1, let first = titles.first.map({ Array($0) }) else { return 0 }
        let shared = titles.dropFirst().reduce(first.count) { shared, title in
            min(shared, common(first, Array(title)))
        }
        let end = first[..<shared].lastIndex { !$0.isLetter && !$0.isNumber }
        return end.map { $0 + 1 } ?? 0
    }

    private static func common(_ one: [Character], _ other: [Character]) -> Int {
        zip(one, other).prefix { $0 == $1 }.count
    }
}
