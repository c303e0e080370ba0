import Glibc

/// Questions to a person at the terminal; a script is never asked.
enum Confirmation {
    /// Whether there is somebody to ask: both what is typed and what is said are a terminal.
    static var isSomebodyThere: Bool { isatty(STDIN_FILENO) == 1 && Output.talksToTerminal }

    /// Asks for one of these letters; the first is what Enter alone means.
    ///
    /// - Returns: the last letter when nothing more can be read.
    static func ask(_ question: String, letters: [Character]) -> Character {
        let shown = letters.enumerated().map { $0 == 0 ? $1.uppercased() : String($1) }
        while true {
            say("\(question) [\(shown.joined(separator: "/"))] ")
            guard let line = readLine() else { return letters[letters.count - 1] }
            let answer = line.lowercased().first { $0 != " " } ?? letters[0]
            if letters.contains(answer) { return answer }
        }
    }

    /// Asks for a line of text; empty when nothing more can be read.
    static func line(_ question: String) -> String {
        say(question + " ")
        return readLine() ?? ""
    }

    private static func say(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
