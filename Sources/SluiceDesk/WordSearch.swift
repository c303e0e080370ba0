/// What is looked for in texts: words in any order, in any case.
struct WordSearch {
    /// How well texts hold what is looked for.
    enum Rank {
        /// A text is what is looked for.
        case exact
        /// A text begins with it.
        case beginning
        /// Each word begins a word of the texts.
        case words
        /// Each word is somewhere in the texts.
        case holding
    }

    /// What is looked for, in lower case.
    let text: String
    let words: [Substring]

    init(_ wanted: String) {
        text = wanted.lowercased()
        words = text.split(separator: " ")
    }

    /// How well texts hold all words; nil when they do not.
    func rank(_ texts: [String]) -> Rank? {
        let texts = texts.map { $0.lowercased() }
        if texts.contains(text) { return .exact }
        guard words.allSatisfy({ word in texts.contains { $0.contains(word) } }) else { return nil }
        if texts.contains(where: { $0.hasPrefix(text) }) { return .beginning }
        let begun = texts.flatMap { text in
            text.split { !$0.isLetter && !$0.isNumber }
        }
        return words.allSatisfy { word in begun.contains { $0.hasPrefix(word) } }
            ? .words : .holding
    }
}
