import SluiceAPI
import SluiceJSON

/// What kind of payload a JSON value is.
///
/// Decided by its members alone: `before` and `after` are a difference; `messages`, `turns`,
/// `conversation` or `dialogue` a conversation; `text` a text; `fields` a record; `type: "image"`
/// or a member `image` an image. Any other object is a record of its members, anything else JSON.
struct PayloadShape {
    /// One turn of a conversation.
    struct Turn {
        let role: String
        let text: String
        let others: [JSONObject.Member]
    }

    enum Body {
        case text(String)
        case table([JSONObject.Member])
        case nested(JSONValue)
        case conversation([Turn])
        case difference(before: JSONValue, after: JSONValue)
        case image(String)
    }

    let title: String?
    let body: Body
    let details: [JSONObject.Member]

    init(_ payload: RawJSON) {
        guard let value = payload.value else {
            // The service checked it; should it not be JSON after all, it is shown as it is.
            self.init(.text(String(decoding: payload.bytes, as: UTF8.self)))
            return
        }
        switch value {
        case .string(let text): self.init(.text(text))
        case .object(let object) where !object.isEmpty: self.init(object)
        case .array:
            self.init(Self.turns(value).map { .conversation($0) } ?? .nested(value))
        default: self.init(.nested(value))
        }
    }

    private init(_ body: Body) {
        title = nil
        self.body = body
        details = []
    }

    private init(_ object: JSONObject) {
        var shown: Set<String> = []
        // The word only repeats what the screen shows, unless it is a word of the producer's own.
        if let type = object["type"]?.string, Self.knownTypes.contains(type) {
            shown.insert("type")
        }
        title = object["title"]?.string
        if title != nil { shown.insert("title") }
        if let before = object["before"], let after = object["after"] {
            body = .difference(before: before, after: after)
            shown.formUnion(["before", "after"])
        } else if let (key, turns) = Self.conversation(object) {
            body = .conversation(turns)
            shown.insert(key)
        } else if let (key, image) = Self.image(object) {
            body = .image(image)
            shown.insert(key)
        } else if let text = object["text"]?.string {
            body = .text(text)
            shown.insert("text")
        } else if let fields = object["fields"]?.object {
            body = .table(fields.members)
            shown.insert("fields")
        } else {
            let others = object.members.filter { !shown.contains($0.key) }
            body = .table(others)
            shown.formUnion(others.map(\.key))
        }
        details = object.members.filter { !shown.contains($0.key) }
    }

    private static let knownTypes: Set = [
        "text", "record", "image", "ref", "conversation", "diff", "json",
    ]

    // MARK: - Conversations

    private static func conversation(_ object: JSONObject) -> (key: String, turns: [Turn])? {
        for key in ["messages", "turns", "conversation", "dialogue"] {
            if let turns = object[key].flatMap(turns) { return (key, turns) }
        }
        return nil
    }

    /// The turns of an array of objects that all have a role and a text; nil for anything else.
    private static func turns(_ value: JSONValue) -> [Turn]? {
        guard let elements = value.array, !elements.isEmpty else { return nil }
        let turns = elements.compactMap(turn)
        return turns.count == elements.count ? turns : nil
    }

    private static func turn(_ value: JSONValue) -> Turn? {
        guard let object = value.object,
            let roleKey = ["role", "speaker", "from", "author"].first(where: {
                object[$0]?.string != nil
            }), let role = object[roleKey]?.string
        else { return nil }
        for key in ["text", "content", "value", "message"] {
            guard let text = object[key].flatMap(turnText) else { continue }
            let others = object.members.filter { $0.key != roleKey && $0.key != key }
            return Turn(role: role, text: text, others: others)
        }
        return nil
    }

    /// A text, or the texts of an array of parts that are all texts.
    private static func turnText(_ value: JSONValue) -> String? {
        if let text = value.string { return text }
        guard let parts = value.array, !parts.isEmpty else { return nil }
        let texts = parts.compactMap { part -> String? in
            guard let object = part.object, object.count == 2, object["type"]?.string == "text"
            else { return nil }
            return object["text"]?.string
        }
        return texts.count == parts.count ? texts.joined(separator: "\n") : nil
    }

    // MARK: - Images

    private static func image(_ object: JSONObject) -> (key: String, image: String)? {
        if object["type"]?.string == "image" {
            for key in ["image", "path", "file", "uri", "url", "src", "data"] {
                if let text = object[key]?.string { return (key, text) }
            }
            return nil
        }
        guard let text = object["image"]?.string, ImageSource.isLikely(text) else { return nil }
        return ("image", text)
    }

    // MARK: - What can be pointed at

    var hasImage: Bool { if case .image = body { true } else { false } }

    /// Every text in reading order.
    var texts: [(target: Evidence.Target, text: String)] {
        var texts: [(target: Evidence.Target, text: String)] = []
        if let title { texts.append((.title, title)) }
        switch body {
        case .text(let text): texts.append((.main, text))
        case .table(let members): texts += Self.texts(of: members)
        case .conversation(let turns):
            texts += turns.enumerated().map { (.turn($0.offset), $0.element.text) }
        case .nested, .difference, .image: break
        }
        return texts + Self.texts(of: details)
    }

    private static func texts(
        of members: [JSONObject.Member]
    ) -> [(target: Evidence.Target, text: String)] {
        members.compactMap { member in
            switch member.value {
            case .string(let text): return (.field(member.key), text)
            case .number, .bool: return (.field(member.key), JSONText.text(member.value))
            case .null, .array, .object: return nil
            }
        }
    }
}
