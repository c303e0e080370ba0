import SluiceJSON
import SluiceTerminal

/// JSON laid out for reading.
enum JSONText {
    /// Lays a value out.
    ///
    /// What fits into a line stands in one. Of the rest, objects and arrays are unfolded down to a
    /// level; below it they are one line that says how much it stands for.
    ///
    /// - Parameters:
    ///   - width: columns of a line that is not broken; longer texts are left to be wrapped.
    ///   - levels: how many levels are unfolded, at least 0.
    ///   - limit: lines after which nothing more is laid out: enough to know that there are more.
    static func lines(
        _ value: JSONValue, width: Int, levels: Int, limit: Int = .max
    ) -> [Line] {
        var layout = JSONLayout(width: width, limit: limit)
        layout.write(value, levels: levels, trailing: "")
        return layout.lines
    }

    /// How many levels of a value can be unfolded: 0 for one that holds nothing.
    static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .object(let object) where !object.isEmpty:
            1 + (object.members.map { depth($0.value) }.max() ?? 0)
        case .array(let elements) where !elements.isEmpty:
            1 + (elements.map { depth($0) }.max() ?? 0)
        default: 0
        }
    }

    /// A value in one line, with a space behind colons and commas.
    static func compact(_ value: JSONValue) -> String {
        switch value {
        case .object(let object):
            let members = object.members.map {
                text(.string($0.key)) + ": " + compact($0.value)
            }
            return "{" + members.joined(separator: ", ") + "}"
        case .array(let elements):
            return "[" + elements.map { compact($0) }.joined(separator: ", ") + "]"
        default: return text(value)
        }
    }

    /// What stands for a folded value: "{… 3 members}".
    static func folded(_ value: JSONValue) -> String {
        switch value {
        case .object(let object): "{… " + DeskText.count(object.count, "member") + "}"
        case .array(let elements): "[… " + DeskText.count(elements.count, "element") + "]"
        default: text(value)
        }
    }

    static func text(_ value: JSONValue) -> String {
        String(decoding: value.bytes, as: UTF8.self)
    }
}

/// The lines of a JSON value while they are put together.
private struct JSONLayout {
    let width: Int
    let limit: Int
    var lines: [Line] = [Line()]
    private var indent = ""

    init(width: Int, limit: Int) {
        self.width = width
        self.limit = limit
    }

    mutating func write(_ value: JSONValue, levels: Int, trailing: String) {
        guard lines.count <= limit else { return }
        guard value.holdsSomething else { return append(JSONText.text(value) + trailing) }
        // Measured only where it can fit, so that the cost stays linear.
        let room = width - (lines.last?.columns ?? 0) - trailing.count
        if room > 0, value.isShort(below: room) {
            let text = JSONText.compact(value)
            if TextWidth.columns(text) <= room { return append(text + trailing) }
        }
        guard levels > 0 else { return append(JSONText.folded(value) + trailing, .dim) }
        switch value {
        case .object(let object):
            append("{")
            nest { layout in
                for (index, member) in object.members.enumerated()
                where layout.lines.count <= layout.limit {
                    layout.startLine()
                    layout.append(JSONText.text(.string(member.key)) + ": ", .bold)
                    layout.write(
                        member.value, levels: levels - 1,
                        trailing: index + 1 < object.count ? "," : "")
                }
            }
            append("}" + trailing)
        case .array(let elements):
            append("[")
            nest { layout in
                for (index, element) in elements.enumerated()
                where layout.lines.count <= layout.limit {
                    layout.startLine()
                    layout.write(
                        element, levels: levels - 1,
                        trailing: index + 1 < elements.count ? "," : "")
                }
            }
            append("]" + trailing)
        default: append(JSONText.text(value) + trailing)
        }
    }

    private mutating func nest(_ body: (inout JSONLayout) -> Void) {
        indent += "  "
        body(&self)
        indent.removeLast(2)
        startLine()
    }

    private mutating func startLine() { lines.append(Line(indent)) }

    private mutating func append(_ text: String, _ style: Style = .plain) {
        lines[lines.count - 1].append(text, style)
    }
}

extension JSONValue {
    /// Whether it is an object or an array that is not empty.
    fileprivate var holdsSomething: Bool {
        switch self {
        case .object(let object): !object.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }

    /// Whether the value may take fewer than that many characters; false is certain.
    fileprivate func isShort(below limit: Int) -> Bool {
        var left = limit
        return take(from: &left)
    }

    private func take(from left: inout Int) -> Bool {
        switch self {
        case .object(let object):
            left -= 2
            for member in object.members {
                left -= member.key.unicodeScalars.count + 4
                guard left >= 0, member.value.take(from: &left) else { return false }
            }
        case .array(let elements):
            left -= 2
            for element in elements {
                guard left >= 0, element.take(from: &left) else { return false }
            }
        case .string(let text): left -= text.unicodeScalars.count / 2 + 2
        case .number(let number): left -= number.text.utf8.count
        case .null, .bool: left -= 4
        }
        return left >= 0
    }
}
