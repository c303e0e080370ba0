/// Colours for lines that are complete without them: bars, warnings and marks.
///
/// Nothing is said by colour alone, so a line is the same text with and without it.
public struct Paint: Sendable {
    private let colors: ColorDepth

    /// Paints with what the terminal shows; without colours, lines stay as they are.
    public init(_ colors: ColorDepth) { self.colors = colors }

    private static let blocks = Set("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▓░")

    /// The line with what is drawn in it in cyan, `!` at its beginning in red, and a whole line that
    /// begins with `warning:` in yellow.
    public func line(_ text: String) -> String {
        guard colors > .none else { return text }
        if text.hasPrefix("warning:") { return Self.wrapped(text, 33) }
        var painted = ""
        var run = ""
        for (place, character) in text.enumerated() {
            if Self.blocks.contains(character) {
                run.append(character)
                continue
            }
            painted += run.isEmpty ? "" : Self.wrapped(run, 36)
            run = ""
            painted += place == 0 && character == "!" ? Self.wrapped("!", 31) : String(character)
        }
        return painted + (run.isEmpty ? "" : Self.wrapped(run, 36))
    }

    private static func wrapped(_ text: String, _ code: Int) -> String {
        "\u{1b}[\(code)m\(text)\u{1b}[39m"
    }
}
