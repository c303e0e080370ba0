import SluiceTerminal

/// What a reviewer can do with a key that is not a label's.
enum Command: Hashable, Sendable {
    case accept
    case agree
    case answers
    case propose
    case secondGuess
    case guess(Int)
    case repeatLast
    case later
    case skip
    case skipWithReason
    case escalate
    case escalateWithComment
    case unusable
    case unusableWithComment
    case undo
    case comment
    case commentInEditor
    case tags
    case history
    case figures
    case search
    case guidelines
    case pause
    case scroll(Scroll)
    case metadata
    case enlarge
    case findInText
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

/// A comment that a key writes, from the reviewer's file of keys.
struct CommentTemplate: Hashable, Sendable {
    let key: Key
    let text: String
}

/// The one table of command keys: dispatch, footer, help, `sluice review --keys` and the README's
/// table all come from it.
public struct Keymap: Sendable {
    /// One command with its keys and what is said about it.
    struct Binding: Sendable {
        let command: Command
        /// The command's name in a file of keys.
        let name: String
        /// The keys; none when a file took them all away.
        var keys: [Key]
        /// Whether a label takes the key that begins with it, although it does not own it.
        let yields: Bool
        /// In the footer; nil is only in the help.
        let title: String?
        /// In the help; empty shares the row above.
        let help: String

        init(
            _ command: Command, _ name: String, _ keys: [Key], _ title: String? = nil,
            _ help: String = "", yields: Bool = false
        ) {
            self.command = command
            self.name = name
            self.keys = keys
            self.title = title
            self.help = help
            self.yields = yields
        }

        /// How the first key is written; empty when there is none.
        var keyTitle: String { keys.first?.name ?? "" }
    }

    /// The rows in the order footer and help show them; the footer drops from the end.
    let bindings: [Binding]
    /// Comments of the reviewer's own that a key writes.
    let templates: [CommentTemplate]
    private let commands: [Key: Command]

    /// The keys of the reviewer's client, unless a file says otherwise.
    public static let standard = Keymap([
        Binding(.accept, "accept", [Key(.enter)], "accept", "accept the suggestion"),
        Binding(
            .agree, "agree", [.character("=")], "agree",
            "when adjudicating, answer as a reviewer did: the letter comes next, or alone, as a capital"
        ),
        Binding(
            .answers, "answers", [.character("V")], "answers",
            "when adjudicating, read all answers whole"),
        Binding(
            .skip, "skip", [.character("s")], "skip", "leave the item to somebody else"),
        Binding(
            .undo, "undo", [.character("u")], "undo",
            "take your last answer back, and the one before, and so on"),
        Binding(
            .help, "help", [.character("?"), Key(.function(1))], "help", "show or leave this page"),
        Binding(
            .quit, "quit", [.character("q"), .control("c")], "quit",
            "give the leases back and leave"),
        Binding(
            .search, "find", [.character("/")], "find",
            "find a label by words of its name in any order"),
        Binding(
            .escalate, "escalate", [.character("e")], "escalate", "hand the item to an adjudicator"
        ),
        Binding(
            .unusable, "unusable", [.character("x")], "unusable",
            "the input is broken; it leaves the training data"),
        Binding(
            .comment, "comment", [.character("c")], "comment",
            "write a comment that goes with the answer"),
        Binding(
            .tags, "tags", [.character("t")], "tags", "mark what is wrong with the item"),
        Binding(
            .history, "history", [.character("h")], "history",
            "look through your last answers, change one"),
        Binding(
            .guidelines, "guidelines", [.character("g")], "guidelines",
            "read the project's guidelines"),
        Binding(
            .secondGuess, "second-guess", [Key(.tab)], "2nd guess",
            "answer with the model's next guess"),
        Binding(
            .guess(0), "guess-1", [.character("1")], nil,
            "answer with the model's first to fourth next guess, where no label is called by a digit"
        ),
        Binding(.guess(1), "guess-2", [.character("2")]),
        Binding(.guess(2), "guess-3", [.character("3")]),
        Binding(.guess(3), "guess-4", [.character("4")]),
        Binding(
            .repeatLast, "repeat", [.character(".")], nil,
            "give the label that you gave last in this session"),
        Binding(
            .later, "later", [.character("L")], nil,
            "keep the item for later in this session, and show the next one"),
        Binding(
            .propose, "propose", [.character("N")], "propose",
            "when adjudicating, propose a change of the guidelines along with the answer"),
        Binding(
            .skipWithReason, "skip-with-reason", [.character("S")], nil,
            "skip, escalate or call unusable, with a comment on why"),
        Binding(.escalateWithComment, "escalate-with-comment", [.character("E")]),
        Binding(.unusableWithComment, "unusable-with-comment", [.character("X")]),
        Binding(
            .commentInEditor, "comment-in-editor", [.character("C")], nil,
            "write the comment in $VISUAL or $EDITOR"),
        Binding(
            .pause, "pause", [.character("P")], nil,
            "give the items back and hide them until the next key"),
        Binding(
            .figures, "figures", [.character("F")], nil,
            "your figures: this session, agreement with others, gold items"),
        Binding(.scroll(.up), "up", [Key(.up)], nil, "scroll the item"),
        Binding(.scroll(.down), "down", [Key(.down)]),
        Binding(
            .scroll(.pageDown), "page-down", [.character(" "), Key(.pageDown)], nil,
            "scroll by a page"),
        Binding(.scroll(.pageUp), "page-up", [Key(.pageUp)]),
        Binding(
            .scroll(.top), "top", [Key(.home)], nil, "go to the beginning or the end"),
        Binding(.scroll(.bottom), "bottom", [Key(.end)]),
        Binding(
            .unfold, "unfold", [Key(.right)], nil, "unfold or fold nested values and equal lines"),
        Binding(.fold, "fold", [Key(.left)]),
        Binding(
            .metadata, "metadata", [.character("m")], "metadata",
            "show all metadata of items, or one line of them", yields: true),
        Binding(
            .enlarge, "enlarge", [.character("z")], nil,
            "give the item the whole screen, or show the labels again", yields: true),
        Binding(
            .findInText, "find-in-item", [.control("f")], nil, "find a text in the item"),
        Binding(
            .nextMark, "next-mark", [.character("]")], nil,
            "go to the next or last place marked, or change of a difference"),
        Binding(.previousMark, "previous-mark", [.character("[")]),
        Binding(
            .beside, "guidelines-beside", [.character("|")], nil,
            "show or hide the guidelines beside the item, on wide screens"),
        Binding(
            .acknowledge, "put-away", [Key(.escape)], nil, "put away a message, leave an editor"),
        Binding(.redraw, "redraw", [.control("l")], nil, "draw the screen anew"),
        Binding(
            .suspend, "suspend", [.control("z")], nil, "go to the shell; `fg` comes back"),
    ])

    /// Makes the table of bindings in which no key stands twice.
    init(_ bindings: [Binding], templates: [CommentTemplate] = []) {
        self.bindings = bindings
        self.templates = templates
        var commands: [Key: Command] = [:]
        for binding in bindings {
            for key in binding.keys { commands[key] = binding.command }
        }
        self.commands = commands
    }

    /// The command of a key.
    func command(for key: Key) -> Command? { commands[key] }

    /// How the first key of a command is written; empty when it has none.
    func title(of command: Command) -> String {
        bindings.first { $0.command == command }?.keyTitle ?? ""
    }

    /// The comment that a key writes.
    func template(for key: Key) -> String? { templates.first { $0.key == key }?.text }

    /// The characters that no label is given which does not own them.
    var reserved: Set<Character> {
        Set((commands.keys + templates.map(\.key)).compactMap(\.plainCharacter))
    }

    /// The characters that a label is given for its first letter only.
    var yielding: Set<Character> {
        Set(bindings.filter(\.yields).flatMap(\.keys).compactMap(\.plainCharacter))
    }

    /// What the help and the documentation say: keys, what they do, and the commands' names in a
    /// file of keys.
    public var rows: [(key: String, help: String, names: String)] {
        var rows: [(key: String, help: String, names: String)] = []
        for binding in bindings {
            let keys = binding.keys.map(\.name).joined(separator: " ")
            if binding.help.isEmpty, let last = rows.indices.last {
                rows[last].key += (keys.isEmpty ? "" : " ") + keys
                rows[last].names += ", " + binding.name
            } else {
                rows.append((keys, binding.help, binding.name))
            }
        }
        rows += templates.map { ($0.key.name, "comment: \(visible($0.text).text)", "comments") }
        return rows
    }
}
