import SluiceJSON

extension PolicyDifference {
    /// What differs in one line: the first `count` changes, and how many more there are.
    public func summary(first count: Int = 2) -> String {
        let shown = changes.prefix(count).map(\.description).joined(separator: "; ")
        return changes.count > count ? "\(shown); and \(changes.count - count) more" : shown
    }

    /// Writes the changes as an array of objects.
    public func write(to writer: inout JSONWriter) {
        writer.array(changes) { $1.write(to: &$0) }
    }
}

extension PolicyDifference.Change: CustomStringConvertible {
    /// The change in one line, such as `accept.default 0.95 -> 0.90` or `rule "new" moved 3 -> 1`.
    public var description: String {
        let place = [rule.map { "rule \(Self.quoted($0))" }, path.isEmpty ? nil : dotted]
            .compactMap(\.self).joined(separator: " ")
        let (before, after) = Self.aligned(old, new)
        switch kind {
        case .changed: return "\(place) \(before) -> \(after)"
        case .moved: return "\(place) moved \(before) -> \(after)"
        case .added: return "\(place) added\(position.map { " at \($0)" } ?? ""): \(after)"
        case .removed: return "\(place) removed\(position.map { " at \($0)" } ?? ""): \(before)"
        }
    }

    private var dotted: String { path.joined(separator: ".") }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
    }

    /// Both values as JSON; two decimals with as many digits as the longer has.
    private static func aligned(_ old: JSONValue?, _ new: JSONValue?) -> (String, String) {
        let texts = [old, new].map { $0.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "" }
        let places = texts.map(decimals)
        guard old?.number != nil, new?.number != nil, let one = places[0], let two = places[1]
        else { return (texts[0], texts[1]) }
        let most = max(one, two)
        func padded(_ text: String, _ places: Int) -> String {
            (places == 0 && most > 0 ? text + "." : text)
                + String(repeating: "0", count: most - places)
        }
        return (padded(texts[0], one), padded(texts[1], two))
    }

    /// How many digits stand behind the point; nil for a number with an exponent.
    private static func decimals(_ text: String) -> Int? {
        guard !text.contains(where: { "eE".contains($0) }) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1)
        return parts.count == 2 ? parts[1].count : 0
    }

    /// Writes it as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", kind.rawValue)
        writer.memberIfPresent("rule", rule)
        writer.memberIfPresent("path", path.isEmpty ? nil : dotted)
        writer.memberIfPresent("position", position)
        writer.memberIfPresent("from", old)
        writer.memberIfPresent("to", new)
        writer.endObject()
    }
}
