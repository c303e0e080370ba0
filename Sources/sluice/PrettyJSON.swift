import SluiceJSON

/// JSON for people: what fits on a line stands on one, everything else a member a line.
enum PrettyJSON {
    private static let columns = 80

    /// The lines of a document; an object or array at the top is always opened.
    static func lines(_ value: JSONValue) -> [String] {
        open(value, indent: 2)
    }

    /// The whole text, with the end of its last line.
    static func text(_ value: JSONValue) -> String {
        lines(value).map { $0 + "\n" }.joined()
    }

    /// A value over several lines; those after the first are indented by two less than `indent`.
    private static func open(_ value: JSONValue, indent: Int) -> [String] {
        let (members, brackets): ([(String, JSONValue)], (String, String))
        switch value {
        case .object(let object):
            members = object.members.map { (inline(.string($0.key)) + ": ", $0.value) }
            brackets = ("{", "}")
        case .array(let elements):
            members = elements.map { ("", $0) }
            brackets = ("[", "]")
        default: return [inline(value)]
        }
        guard !members.isEmpty else { return [inline(value)] }
        let margin = String(repeating: " ", count: indent)
        var lines = [brackets.0]
        for (index, (key, value)) in members.enumerated() {
            let comma = index < members.count - 1 ? "," : ""
            let whole = margin + key + inline(value) + comma
            if whole.count <= columns {
                lines.append(whole)
            } else {
                var inner = open(value, indent: indent + 2)
                inner[0] = margin + key + inner[0]
                inner[inner.count - 1] += comma
                lines += inner
            }
        }
        return lines + [margin.dropLast(2) + brackets.1]
    }

    /// On one line, with a space after each colon and comma.
    private static func inline(_ value: JSONValue) -> String {
        switch value {
        case .object(let object):
            let members = object.members.map {
                "\(inline(.string($0.key))): \(inline($0.value))"
            }
            return "{" + members.joined(separator: ", ") + "}"
        case .array(let elements):
            return "[" + elements.map(inline).joined(separator: ", ") + "]"
        default: return String(decoding: value.bytes, as: UTF8.self)
        }
    }
}
