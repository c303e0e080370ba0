import SluiceAPI
import SluiceDomain

/// What a line typed in plain mode asks for.
enum PlainCommand: Hashable, Sendable {
    case accept
    case answer(Verdict)
    /// Answers with the model's next guess of that number, counted from 1.
    case guess(Int)
    /// An answer that is no label, with a comment on why.
    case explained(Verdict, String)
    case tags([String])
    case history
    /// Takes back the answer of that number in the list of the last ones, counted from 1.
    case takeBack(Int)
    case pause
    case undo
    /// Answers as the reviewer of that letter did.
    case agree(String)
    case comment(String)
    /// A change of the guidelines to be proposed along with the answer.
    case propose(String)
    case figures
    case guidelines
    case show
    case labels
    /// Lists the labels with those words.
    case find(String)
    /// Shows less of each item, or all of it again.
    case brief
    /// Shows what was held back of what was shown last.
    case more
    case help
    case acknowledge
    case quit
    /// The line means nothing; why.
    case unknown(String)

    /// The commands with what they do, for the help.
    static let rows: [(line: String, help: String)] = [
        ("empty line", "accept the suggestion, when one is shown"),
        ("a label or its key", "answer with that label"),
        (":NUMBER", "answer with the label of that number in the list of labels"),
        (":labels", "list the labels with their numbers and keys"),
        (":find WORDS", "list the labels with those words in their names"),
        ("1 to 4", "answer with the model's next guess, where no label is called by a digit"),
        (":skip, :skip REASON", "leave the item to somebody else, and say why"),
        (":escalate, :escalate COMMENT", "hand the item to an adjudicator"),
        (":unusable, :unusable COMMENT", "the input is broken"),
        (":undo", "take your last answer back, and the one before, and so on"),
        (":comment TEXT", "write a comment that goes with the answer; no text removes it"),
        (":tags ONE, TWO", "mark what is wrong with the item; no tags remove them"),
        (":history", "list your last answers with numbers"),
        (":undo NUMBER", "take the answer of that number back"),
        (":pause", "give the item back until the next line"),
        (
            ":agree LETTER, =LETTER",
            "when adjudicating, answer as the reviewer of that letter did"
        ),
        (
            ":propose TEXT",
            "when adjudicating, propose a change of the guidelines along with the answer"
        ),
        (":figures", "your agreement with others, and gold items"),
        (":guidelines", "read the project's guidelines"),
        (":show", "show the item again"),
        (":more", "show the next lines of what was too long"),
        (":brief", "show the first lines of each item only, or all again"),
        (":help", "show this help"),
        (":ok", "put away what was said about refused answers"),
        (":quit", "give the item back and leave"),
    ]

    /// Reads a line.
    ///
    /// A label is looked for first: one that is called like a command is chosen by its name.
    init(_ line: String, labels: PlainLabels) {
        let text = line.trimmingBlanks()
        if text.isEmpty {
            self = .accept
        } else if let entry = labels.entry(for: text) {
            self = .answer(.label(entry.label.name))
        } else if let number = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = Self.bare(number, text, labels)
        } else if text.hasPrefix("=") {
            self = .agree(String(text.dropFirst()).trimmingBlanks())
        } else if text.hasPrefix(":") {
            self = Self.command(text.dropFirst(), labels)
        } else {
            self = .unknown("no label is called \"\(text)\"; :help shows what can be typed")
        }
    }

    /// A number that no label is called by: a guess, as in full screen, and never a place in a list.
    private static func bare(
        _ number: Int, _ text: String, _ labels: PlainLabels
    ) -> PlainCommand {
        if !labels.keys.ownsDigits, (1...4).contains(number), text.utf8.count == 1 {
            return .guess(number)
        }
        return .unknown("no label is called \"\(text)\"; :NUMBER answers by the number of a label")
    }

    private static func command(_ text: Substring, _ labels: PlainLabels) -> PlainCommand {
        let word = text.prefix { $0 != " " }
        let rest = String(text.dropFirst(word.count)).trimmingBlanks()
        if let number = Int(word), rest.isEmpty {
            guard labels.keys.entries.indices.contains(number - 1) else {
                return .unknown("there is no label \(number); :labels lists them")
            }
            return .answer(.label(labels.keys.entries[number - 1].label.name))
        }
        switch word {
        case "skip": return rest.isEmpty ? .answer(.skip) : .explained(.skip, rest)
        case "escalate": return rest.isEmpty ? .answer(.escalate) : .explained(.escalate, rest)
        case "unusable": return rest.isEmpty ? .answer(.unusable) : .explained(.unusable, rest)
        case "undo" where rest.isEmpty: return .undo
        case "undo":
            guard let number = Int(rest), number > 0 else {
                return .unknown("\(rest) is not the number of an answer; :history lists them")
            }
            return .takeBack(number)
        case "tags": return .tags(TagPicker.parse(rest))
        case "history": return .history
        case "pause": return .pause
        case "agree": return .agree(rest)
        case "propose": return .propose(rest)
        case "figures": return .figures
        case "comment": return .comment(rest)
        case "guidelines": return .guidelines
        case "show": return .show
        case "labels": return .labels
        case "find": return .find(rest)
        case "brief": return .brief
        case "more": return .more
        case "help": return .help
        case "ok": return .acknowledge
        case "quit", "q": return .quit
        default: return .unknown("there is no command :\(word); :help shows what can be typed")
        }
    }
}

extension String {
    /// The text without spaces and tabs at its ends.
    fileprivate func trimmingBlanks() -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        let start = self.drop(while: isBlank)
        guard let end = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...end])
    }
}
