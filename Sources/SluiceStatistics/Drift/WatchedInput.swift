/// What stood at one place of the items of a window.
public struct WatchedInput: Hashable, Sendable {
    /// How many items there were.
    public var items = 0
    /// At how many of them nothing stood, or null.
    public var missing = 0
    /// The numbers.
    public var numbers = ValueSample()
    /// The words: texts of at most ``longestWord`` bytes and truth values.
    public var words = CategoryCounts()
    /// How many characters the texts had.
    public var lengths = ValueSample()

    /// The longest text that may be a category, in bytes.
    public static let longestWord = 64

    /// Begins without an item.
    public init() {}

    /// One item's value, as far as it matters here.
    public enum Value: Hashable, Sendable {
        /// Nothing, or null.
        case missing
        /// A number.
        case number(Double)
        /// A word that may be a category.
        case word(String)
        /// A text.
        case text(String)
        /// A list or an object: present, and no more.
        case other
    }

    /// Adds an item's value.
    public mutating func add(_ value: Value, key: Int64) {
        items += 1
        switch value {
        case .missing: missing += 1
        case .number(let number): numbers.add(number, key: key)
        case .word(let word): words.add(word)
        case .text(let text):
            lengths.add(Double(text.count), key: key)
            if text.utf8.count <= Self.longestWord { words.add(text) } else { words.add("(long)") }
        case .other: break
        }
    }

    /// What the values mostly are, by which they are compared.
    enum Kind {
        case numbers, words, texts, nothing
    }

    /// Numbers where at least half of what is present is a number; words where at most fifty
    /// different ones occur; else texts, of which only the length is compared.
    var kind: Kind {
        let present = items - missing
        if present == 0 { return .nothing }
        if 2 * numbers.n >= present { return .numbers }
        if words.others == 0, words.counts.count <= 50, words.counts["(long)"] == nil,
            words.n > 0
        {
            return .words
        }
        return lengths.n > 0 ? .texts : .nothing
    }
}
