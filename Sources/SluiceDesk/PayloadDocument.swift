import SluiceAPI
import SluiceJSON
import SluiceTerminal

/// A payload in the shape it is shown in.
struct PayloadDocument: Hashable, Sendable {
    /// One name with its value.
    struct Row: Hashable, Sendable {
        let name: String
        /// Nil when the value is missing.
        let value: String?
    }

    /// What a payload is made of.
    enum Body: Hashable, Sendable {
        case text(String)
        case table([Row])
        /// Anything else, as indented JSON.
        case json(String)
    }

    let title: String?
    let body: Body
    /// What the payload holds beside its body.
    let details: [Row]
    /// The producer's facts about the item.
    let metadata: [Row]

    init(_ payload: RawJSON, metadata: RawJSON?) {
        let facts = metadata?.value?.object.map { Self.rows($0.members[...]) } ?? []
        guard let value = payload.value else {
            // The service checked it; should it not be JSON after all, it is shown as it is.
            self.init(body: .text(String(decoding: payload.bytes, as: UTF8.self)), facts)
            return
        }
        switch value {
        case .string(let text): self.init(body: .text(text), facts)
        case .object(let object): self.init(object, metadata: facts)
        default: self.init(body: .json(JSONText.indented(value)), facts)
        }
    }

    private init(_ object: JSONObject, metadata: [Row]) {
        let title = object["title"]?.string
        let body: Body
        var shown: Set<String> = title == nil ? [] : ["title"]
        if object["type"]?.string != nil { shown.insert("type") }
        if let text = object["text"]?.string {
            body = .text(text)
            shown.insert("text")
        } else if let fields = object["fields"]?.object {
            body = .table(Self.rows(fields.members[...]))
            shown.insert("fields")
        } else if object["type"]?.string == "image" || object["type"]?.string == "ref" {
            let others = object.members.filter { !shown.contains($0.key) }
            body = .table(Self.rows(others[...]))
            shown = Set(object.keys)
        } else {
            self.init(body: .json(JSONText.indented(.object(object))), metadata)
            return
        }
        let rest = object.members.filter { !shown.contains($0.key) }
        self.init(title: title, body: body, details: Self.rows(rest[...]), metadata)
    }

    private init(title: String? = nil, body: Body, details: [Row] = [], _ metadata: [Row]) {
        self.title = title
        self.body = body
        self.details = details
        self.metadata = metadata
    }

    private static func rows(_ members: ArraySlice<JSONObject.Member>) -> [Row] {
        members.map { member in
            let value: String? =
                switch member.value {
                case .null: nil
                case .string(let text): text
                default: String(decoding: member.value.bytes, as: UTF8.self)
                }
            return Row(name: member.key, value: value)
        }
    }
}

/// JSON laid out for reading.
enum JSONText {
    /// Writes each member and element on a line of its own, indented by two spaces a level.
    static func indented(_ value: JSONValue) -> String {
        var text = ""
        write(value, indent: "", to: &text)
        return text
    }

    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value {
        case .object(let object) where !object.isEmpty:
            text += "{\n"
            for (index, member) in object.members.enumerated() {
                text += inner + String(decoding: JSONValue.string(member.key).bytes, as: UTF8.self)
                text += ": "
                write(member.value, indent: inner, to: &text)
                text += index + 1 < object.count ? ",\n" : "\n"
            }
            text += indent + "}"
        case .array(let elements) where !elements.isEmpty:
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += inner
                write(element, indent: inner, to: &text)
                text += index + 1 < elements.count ? ",\n" : "\n"
            }
            text += indent + "]"
        default:
            text += String(decoding: value.bytes, as: UTF8.self)
        }
    }
}
