import SluiceTerminal

/// What a reviewer can do with a key that is not a label's.
enum Command: Hashable, Sendable {
    case accept
    case secondGuess
    case guess(Int)
    case skip
    case escalate
    case unusable
    case undo
    case comment
    case search
    case guidelines
    case scroll(Scroll)
    case unfold
    case fold
    case nextMark
    case previousMark
    case beside
    case acknowledge
    case help
    case redraw
    case suspend
    case quit

    /// How far the payload moves.
    enum Scroll: Hashable, Sendable {
        case up, down, pageUp, pageDown, top, bottom
    }
}

/// The one table of command keys: dispatch, footer and help all come from it.
public struct Keymap: Sendable {
    /// One row: a command with its keys and what is said about it.
    struct Binding: Sendable {
        let command: Command
        let keys: [Key]
        /// How the key is written.
        let keyTitle: String
        /// In the footer; nil is only in the help.
        let title: String?
        let help: String

        init(
            _ command: Command, _ keys: [Key], _ keyTitle: String, _ title: String?, _ help: String
        ) {
            self.command = command
            self.keys = keys
            self.keyTitle = keyTitle
            self.title = title
            self.help = help
        }
    }

    /// The rows in the order footer and help show them; the footer drops from the end.
    let bindings: [Binding]
    private let commands: [Key: Command]

    /// The keys of the reviewer's client.
    public static let standard = Keymap([
        Binding(.accept, [Key(.enter)], "Enter", "accept", "accept the suggestion"),
        Binding(.skip, [.character("s")], "s", "skip", "leave the item to somebody else"),
        Binding(.undo, [.character("u")], "u", "undo", "take your last answer back"),
        Binding(
            .help, [.character("?"), Key(.function(1))], "?", "help", "show or leave this page"),
        Binding(
            .quit, [.character("q"), .control("c")], "q", "quit",
            "give the leases back and leave; Ctrl-C does the same"),
        Binding(.search, [.character("/")], "/", "find", "find a label by typing part of it"),
        Binding(.escalate, [.character("e")], "e", "escalate", "hand the item to an adjudicator"),
        Binding(
            .unusable, [.character("x")], "x", "unusable",
            "the input is broken; it leaves the training data"),
        Binding(
            .comment, [.character("c")], "c", "comment", "write a comment that goes with the answer"
        ),
        Binding(.guidelines, [.character("g")], "g", "guidelines", "read the project's guidelines"),
        Binding(
            .secondGuess, [Key(.tab)], "Tab", "2nd guess", "answer with the model's next guess"),
        Binding(
            .guess(0), [.character("1")], "1 to 4", nil,
            "answer with the model's first to fourth next guess, where no label has the digit"),
        Binding(.guess(1), [.character("2")], "", nil, ""),
        Binding(.guess(2), [.character("3")], "", nil, ""),
        Binding(.guess(3), [.character("4")], "", nil, ""),
        Binding(.scroll(.down), [Key(.down)], "Up Down", nil, "scroll the item"),
        Binding(.scroll(.up), [Key(.up)], "", nil, ""),
        Binding(
            .scroll(.pageDown), [Key(.pageDown), .character(" ")], "Space PgUp", nil,
            "scroll by a page"),
        Binding(.scroll(.pageUp), [Key(.pageUp)], "", nil, ""),
        Binding(.scroll(.top), [Key(.home)], "Home End", nil, "go to the beginning or the end"),
        Binding(.scroll(.bottom), [Key(.end)], "", nil, ""),
        Binding(
            .unfold, [Key(.right)], "Right Left", nil,
            "unfold or fold nested values and equal lines"),
        Binding(.fold, [Key(.left)], "", nil, ""),
        Binding(
            .nextMark, [.character("]")], "] [", nil, "go to the next or last place marked"),
        Binding(.previousMark, [.character("[")], "", nil, ""),
        Binding(
            .beside, [.character("|")], "|", nil,
            "show or hide the guidelines beside the item, on wide screens"),
        Binding(.acknowledge, [Key(.escape)], "Esc", nil, "put away a message, leave an editor"),
        Binding(.redraw, [.control("l")], "Ctrl-L", nil, "draw the screen anew"),
        Binding(.suspend, [.control("z")], "Ctrl-Z", nil, "go to the shell; `fg` comes back"),
    ])

    private init(_ bindings: [Binding]) {
        self.bindings = bindings
        var commands: [Key: Command] = [:]
        for binding in bindings {
            for key in binding.keys { commands[key] = binding.command }
        }
        self.commands = commands
    }

    /// The command of a key.
    func command(for key: Key) -> Command? { commands[key] }

    /// The characters no label can have.
    ///
    /// Those of commands, and two kept for commands to come (history and tags), so that labels keep
    /// their keys then. The digits of guesses are free for labels that declare them.
    var reserved: Set<Character> {
        var characters: Set<Character> = ["h", "t"]
        for binding in bindings {
            if case .guess = binding.command { continue }
            characters.formUnion(binding.keys.compactMap(\.plainCharacter))
        }
        return characters
    }

    /// Each documented key with what it does, for help and documentation.
    public var rows: [(key: String, help: String)] {
        bindings.filter { !$0.help.isEmpty }.map { ($0.keyTitle, $0.help) }
    }
}
