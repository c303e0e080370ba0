/// Text told apart byte by byte.
///
/// Swift's `String` calls composed and decomposed forms of "é" equal; PostgreSQL and producers do
/// not. Whatever identifies something (an external id, a label) is compared as this type.
public struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text itself.
    public let text: String

    /// Wraps `text`.
    public init(_ text: String) { self.text = text }

    /// Compares byte by byte.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.text.utf8.elementsEqual(rhs.text.utf8)
    }

    /// Orders byte by byte.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }

    /// Feeds the bytes that `==` compares.
    public func hash(into hasher: inout Hasher) {
        var copy = text
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The text for people.
    public var description: String { text }
}
