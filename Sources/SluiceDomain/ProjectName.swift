/// The name of a project: 1 to 63 lower-case letters, digits and `-`, beginning with a letter or digit.
///
/// The name stands in every path, so nothing in it ever needs escaping.
public struct ProjectName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let text: String

    /// Accepts `text` when it has the form of a project name; nil otherwise.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
            bytes.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            })
        else { return nil }
        self.text = text
    }

    /// The text for people.
    public var description: String { text }
}
