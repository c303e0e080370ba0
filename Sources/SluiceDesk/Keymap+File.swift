import SluiceJSON
import SluiceTerminal

/// Why a file of keys cannot be used.
public enum KeymapError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is not JSON.
    case malformed(String)
    /// The document is not an object.
    case notAnObject
    /// There is no such command.
    case unknownCommand(String, known: String)
    /// What stands behind a command is neither a key name nor an array of them.
    case notAKey(command: String)
    /// The comments are no object of keys with texts.
    case notTemplates
    /// There is no such key.
    case unknownKey(String, command: String, accepted: String)
    /// A key is given to two commands.
    case takenTwice(key: String, first: String, second: String)
    /// Ctrl-C leaves, whatever a file says: there is always a way out.
    case fixedKey(String, command: String)

    /// What is wrong and what is accepted, in one sentence.
    public var description: String {
        switch self {
        case .malformed(let reason): reason
        case .notAnObject:
            "the file is not a JSON object such as {\"skip\": \"s\", \"undo\": [\"u\", \"Ctrl-U\"]}"
        case .unknownCommand(let name, let known):
            "there is no command \"\(name)\"; the commands are \(known)"
        case .notAKey(let command):
            "\"\(command)\" must have the name of a key, or an array of names"
        case .notTemplates:
            "\"comments\" must be an object of keys with texts of 1 to \(Desk.commentLimit) bytes, such as {\"F5\": \"not enough context\"}"
        case .unknownKey(let key, let command, let accepted):
            "\"\(key)\" of \"\(command)\" is not the name of a key; accepted: \(accepted)"
        case .takenTwice(let key, let first, let second):
            "the key \(key) is given to \"\(first)\" and to \"\(second)\"; give one of them another"
        case .fixedKey(let key, let command):
            "\"\(command)\" cannot have \(key), which always leaves"
        }
    }
}

extension Keymap {
    /// The standard keys, changed by a JSON object of command names, each with the name of its key
    /// or an array of names; an empty array leaves the command without a key.
    ///
    /// - Throws: `KeymapError` for the first thing wrong.
    public init(parsing bytes: [UInt8]) throws(KeymapError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .malformed(error.description)
        }
        guard case .object(let object) = value else { throw .notAnObject }
        var bindings = Keymap.standard.bindings
        var templates: [CommentTemplate] = []
        for member in object.members {
            if member.key == Self.templatesName {
                templates = try Self.templates(member.value)
                continue
            }
            guard let index = bindings.firstIndex(where: { $0.name == member.key }) else {
                throw .unknownCommand(
                    member.key, known: bindings.map(\.name).joined(separator: ", "))
            }
            bindings[index].keys = try Self.keys(member.value, of: member.key)
            if bindings[index].command == .quit, !bindings[index].keys.contains(.control("c")) {
                bindings[index].keys.append(.control("c"))
            }
        }
        var owners: [Key: String] = [:]
        for binding in bindings {
            for key in binding.keys {
                guard let owner = owners.updateValue(binding.name, forKey: key) else { continue }
                throw .takenTwice(key: key.name, first: owner, second: binding.name)
            }
        }
        for template in templates {
            if let owner = owners.updateValue(Self.templatesName, forKey: template.key) {
                throw .takenTwice(
                    key: template.key.name, first: owner, second: Self.templatesName)
            }
        }
        self.init(bindings, templates: templates)
    }

    /// What the comments are called in a file of keys.
    private static let templatesName = "comments"

    /// Reads an object of key names, each with the comment that the key writes.
    private static func templates(_ value: JSONValue) throws(KeymapError) -> [CommentTemplate] {
        guard let object = value.object else { throw .notTemplates }
        var templates: [CommentTemplate] = []
        for member in object.members {
            guard let text = member.value.string, !text.isEmpty,
                text.utf8.count <= Desk.commentLimit
            else { throw .notTemplates }
            let key = try keys(.string(member.key), of: templatesName)[0]
            templates.append(CommentTemplate(key: key, text: text))
        }
        return templates
    }

    private static func keys(
        _ value: JSONValue, of command: String
    ) throws(KeymapError) -> [Key] {
        let names: [JSONValue]
        if let array = value.array { names = array } else { names = [value] }
        var keys: [Key] = []
        for name in names {
            guard let text = name.string else { throw .notAKey(command: command) }
            guard let key = Key(name: text) else {
                throw .unknownKey(text, command: command, accepted: Key.nameForms)
            }
            if key == .control("c"), command != "quit" {
                throw .fixedKey(key.name, command: command)
            }
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}
