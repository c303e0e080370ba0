import ArgumentParser
import SluiceDomain

/// The words in front of a command line that name the command.
enum CommandWords {
    /// A word that names no command, where one is expected.
    struct Unknown: Error, Equatable {
        /// The word.
        let word: String
        /// The commands in front of it.
        let path: [String]
        /// The command that was meant, if one is near enough.
        let nearest: String?

        /// The whole message.
        var lines: [String] {
            let command = path.joined(separator: " ")
            return [
                "Error: there is no command '\(safe(word))'"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
                "Usage: \(command) <subcommand>", "  See '\(command) --help' for more information.",
            ]
        }
    }

    /// The first word that stands where a command is expected and names none; nil if there is none such.
    ///
    /// `help` in front is passed over: it takes the words of a command as well.
    static func unknown(
        in arguments: some Sequence<String>, of root: any ParsableCommand.Type
    ) -> Unknown? {
        var words = Array(arguments)[...]
        if words.first == "help" { words = words.dropFirst() }
        var command = root
        var path = [root._commandName]
        while let word = words.popFirst() {
            let commands = command.configuration.subcommands
            let takesWords = commands.isEmpty || command.configuration.defaultSubcommand != nil
            if let next = commands.first(where: { $0._commandName == word }) {
                command = next
                path.append(word)
                continue
            }
            guard !takesWords, !word.hasPrefix("-"), word != "help" else { return nil }
            return Unknown(
                word: word, path: path,
                nearest: NearName.of(word, among: commands.map { $0._commandName }))
        }
        return nil
    }
}
