import SluiceAPI
import SluiceDomain

/// What a line typed in plain mode asks for.
enum PlainCommand: Hashable, Sendable {
    case accept
    case answer(Verdict)
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
    case help
    case acknowledge
    case quit
    /// The line means nothing; why.
    case unknown(String)

    /// The commands with what they do, for the help.
    static let rows: [(line: String, help: String)] = [
        ("empty line", "accept the suggestion, when one is shown"),
        ("a label, its key or its number", "answer with that label"),
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
        (":help", "show this help"),
        (":ok", "put away what was said about refused answers"),
        (":quit", "give the item back and leave"),
    ]

    /// Reads a line.
    ///
    /// A label is looked for by its exact name or title, then by its key, then by its number, then
    /// by its name ignoring case. Commands begin with a colon, which no key is.
    init(_ line: String, labels: PlainLabels) {
        let text = line.trimmingBlanks()
        if text.isEmpty {
            self = .accept
        } else if let entry = labels.entry(for: text) {
            self = .answer(.label(entry.label.name))
        } else if text.hasPrefix("=") {
            self = .agree(String(text.dropFirst()).trimmingBlanks())
        } else if text.hasPrefix(":") {
            self = Self.command(text.dropFirst())
        } else {
            self = .unknown("no label is called \"\(text)\"; :help shows what can be typed")
        }
    }

    private static func command(_ text: Substring) -> PlainCommand {
        let word = text.prefix { $0 != " " }
        let rest = String(text.dropFirst(word.count)).trimmingBlanks()
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
        case "help": return .help
        case "ok": return .acknowledge
        case "quit", "q": return .quit
        default: return .unknown("there is no command :\(word); :help shows what can be typed")
        }
    }
}

/// The labels as plain mode offers them: numbered from 1, with their keys.
struct PlainLabels: Sendable {
    let keys: LabelKeys
    /// Numbers are not offered where a declared key or a name is itself a number.
    let hasNumbers: Bool

    /// Gives each label the key it has in full screen with this keymap.
    ///
    /// - Parameter kept: the keys labels had in this session, by their ids.
    init(
        _ labels: [Label], keymap: Keymap = .standard, kept: [ExactText: Character] = [:]
    ) {
        keys = LabelKeys(labels, reserved: keymap.reserved, kept: kept)
        hasNumbers = !labels.contains { label in
            [label.name, label.title ?? "", label.key ?? ""].contains { Int($0) != nil }
        }
    }

    /// How a label is offered: "2 fraud [f]".
    func offer(_ index: Int) -> String {
        let entry = keys.entries[index]
        let number = hasNumbers ? "\(index + 1) " : ""
        return number + entry.title + (key(of: entry).map { " [\($0)]" } ?? "")
    }

    func entry(for text: String) -> LabelKeys.Entry? {
        if let entry = keys.entry(named: text) { return entry }
        let entries = keys.entries
        if let entry = entries.first(where: { ExactText($0.title) == ExactText(text) }) {
            return entry
        }
        if let entry = entries.first(where: { key(of: $0).map { String($0) } == text }) {
            return entry
        }
        if hasNumbers, let number = Int(text), entries.indices.contains(number - 1) {
            return entries[number - 1]
        }
        let wanted = text.lowercased()
        let similar = entries.filter {
            $0.title.lowercased() == wanted || $0.label.name.lowercased() == wanted
        }
        return similar.count == 1 ? similar.first : nil
    }

    /// A digit is no key where numbers are offered.
    private func key(of entry: LabelKeys.Entry) -> Character? {
        entry.key.flatMap { hasNumbers && $0.isNumber ? nil : $0 }
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
