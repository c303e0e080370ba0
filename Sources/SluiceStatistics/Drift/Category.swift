/// The name of a category, told apart byte by byte.
///
/// Swift's `String` calls composed and decomposed letters equal; the labels and metadata that are
/// counted are bytes. This module sees no other, so it has a type of its own.
public struct Category: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
    /// The name itself.
    public let name: String

    /// Wraps a name.
    public init(_ name: String) { self.name = name }

    /// Wraps a name known at compile time.
    public init(stringLiteral name: String) { self.name = name }

    /// Compares byte by byte.
    public static func == (one: Self, other: Self) -> Bool {
        one.name.utf8.elementsEqual(other.name.utf8)
    }

    /// Orders byte by byte.
    public static func < (one: Self, other: Self) -> Bool {
        one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
    }

    /// Feeds the bytes that `==` compares.
    public func hash(into hasher: inout Hasher) {
        var copy = name
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
