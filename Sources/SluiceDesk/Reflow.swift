/// Text whose lines an author broke by hand, made into paragraphs that can be wrapped anew.
///
/// A line is joined to the one before it only if its first word would not have fitted there: short lines
/// stand by themselves on purpose. Headings, list items, tables, quotations and code of Markdown begin
/// lines of their own.
enum Reflow {
    /// Below this a text was not wrapped by hand.
    private static let narrowest = 50
    /// By how many columns a line that was broken by hand may fall short of the longest.
    private static let slack = 12

    /// The text with each paragraph on one line.
    static func paragraphs(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let longest = lines.filter { !isTable($0) }.map(\.count).max() ?? 0
        guard longest >= narrowest else { return text }
        var joined: [String] = []
        var isCode = false
        var last = 0
        for line in lines {
            let words = line.drop { $0 == " " }
            let isFence = words.hasPrefix("```")
            let first = words.prefix { $0 != " " }.count
            if !isCode, !isFence, last > 0, !words.isEmpty, !beginsBlock(words),
                last + 1 + first > longest - slack
            {
                joined[joined.count - 1] += " " + words
            } else {
                joined.append(String(line))
            }
            if isFence { isCode.toggle() }
            let ends = isCode || isFence || words.hasPrefix("#") || isTable(line)
            last = ends || line.hasSuffix("  ") || line.hasSuffix("\\") ? 0 : line.count
        }
        return joined.joined(separator: "\n")
    }

    private static func isTable(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("|")
    }

    /// Whether a line without its indentation begins something of its own.
    private static func beginsBlock(_ words: Substring) -> Bool {
        if let first = words.first, "#>|".contains(first) { return true }
        if ["- ", "* ", "+ "].contains(where: words.hasPrefix) { return true }
        let digits = words.prefix { ("0"..."9").contains($0) }
        let rest = words.dropFirst(digits.count)
        return !digits.isEmpty && (rest.hasPrefix(". ") || rest.hasPrefix(") "))
    }
}
