/// A place in a prediction's payload or metadata, such as `payload.amount` or `metadata.tags`.
///
/// Keys are separated by dots; a number names an element of an array (`payload.items.0.price`). A
/// key that holds a dot itself cannot be named.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    /// Which of the two documents.
    public enum Root: String, Sendable, CaseIterable {
        case payload, metadata
    }

    /// Which of the two documents.
    public let root: Root
    /// The keys below it, at least one, none of them empty.
    public let keys: [ExactText]

    /// Reads a path; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let root = parts.first.flatMap({ Root(rawValue: String($0)) }), parts.count > 1,
            parts.allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.root = root
        keys = parts.dropFirst().map { ExactText(String($0)) }
    }

    /// The path as it is read.
    public var description: String {
        ([root.rawValue] + keys.map(\.text)).joined(separator: ".")
    }
}

/// What stands at a place of a document, as far as rules can tell values apart.
public enum FieldValue: Hashable, Sendable {
    /// Nothing stands there.
    case missing
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as binary64.
    case number(Double)
    /// A string, told apart byte by byte.
    case text(ExactText)
    /// An array, by its scalar elements.
    case list([FieldValue])
    /// An object.
    case object
}
