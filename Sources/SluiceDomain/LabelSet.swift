/// A class of a project.
public struct Label: Hashable, Sendable {
    /// The name producers and exports use; 1 to 200 bytes.
    public let name: String
    /// The key that chooses this label in the terminal client: one letter or digit.
    public let key: String?
    /// What reviewers read instead of the name.
    public let title: String?
    /// Whether this label is the outcome "a person cannot tell either".
    public let isBorderline: Bool

    /// Makes a label; `LabelSet` checks it.
    public init(name: String, key: String? = nil, title: String? = nil, isBorderline: Bool = false)
    {
        self.name = name
        self.key = key
        self.title = title
        self.isBorderline = isBorderline
    }
}

/// Why a list of labels cannot be the label set of a project.
public enum LabelSetError: Error, Hashable, Sendable {
    case empty
    case tooMany(Int)
    case emptyName(index: Int)
    case nameTooLong(index: Int, bytes: Int)
    case controlCharacter(index: Int)
    case duplicateName(String)
    case keyNotOneLetterOrDigit(label: String, key: String)
    case duplicateKey(String)
    case severalBorderline(String)

    /// What is wrong, where, and what is accepted, in one sentence.
    public var detail: String {
        switch self {
        case .empty: "labels is empty; a project needs at least one label"
        case .tooMany(let count):
            "labels has \(count) entries; at most \(LabelSet.maximumCount) are accepted"
        case .emptyName(let index): "labels[\(index)].name is empty"
        case .nameTooLong(let index, let bytes):
            "labels[\(index)].name has \(bytes) bytes; at most \(LabelSet.maximumNameBytes)"
        case .controlCharacter(let index):
            "labels[\(index)] contains a control character; use printable text"
        case .duplicateName(let name): "label \"\(name)\" is listed twice"
        case .keyNotOneLetterOrDigit(let label, let key):
            "key \"\(key)\" of label \"\(label)\" is not one letter a-z or digit 0-9"
        case .duplicateKey(let key): "key \"\(key)\" is given to two labels"
        case .severalBorderline(let name):
            "label \"\(name)\" is a second borderline label; at most one may be borderline"
        }
    }
}

/// The checked, ordered labels of a project; names are told apart byte by byte.
public struct LabelSet: Hashable, Sendable {
    /// The largest number of labels.
    public static let maximumCount = 10_000
    /// The longest name in UTF-8 bytes.
    public static let maximumNameBytes = 200

    /// The labels in the order they were declared.
    public let labels: [Label]
    /// The label of what a person cannot tell either, if the project has one.
    public let borderline: Label?
    private let positions: [ExactText: Int]

    /// Checks `labels` as a whole.
    ///
    /// - Throws: the first rule broken, with the place.
    public init(_ labels: [Label]) throws(LabelSetError) {
        guard !labels.isEmpty else { throw .empty }
        guard labels.count <= Self.maximumCount else { throw .tooMany(labels.count) }
        var positions: [ExactText: Int] = [:]
        var keys: Set<String> = []
        var borderline: Label?
        for (index, label) in labels.enumerated() {
            try Self.check(label, at: index)
            guard positions.updateValue(index, forKey: ExactText(label.name)) == nil else {
                throw .duplicateName(label.name)
            }
            if let key = label.key, !keys.insert(key).inserted { throw .duplicateKey(key) }
            if label.isBorderline {
                guard borderline == nil else { throw .severalBorderline(label.name) }
                borderline = label
            }
        }
        self.labels = labels
        self.borderline = borderline
        self.positions = positions
    }

    /// The label of that exact name, or nil.
    public func label(named name: String) -> Label? {
        positions[ExactText(name)].map { labels[$0] }
    }

    /// Whether a label has exactly that name.
    public func contains(_ name: String) -> Bool { positions[ExactText(name)] != nil }

    private static func check(_ label: Label, at index: Int) throws(LabelSetError) {
        let bytes = label.name.utf8.count
        guard bytes > 0 else { throw .emptyName(index: index) }
        guard bytes <= maximumNameBytes else { throw .nameTooLong(index: index, bytes: bytes) }
        let texts = [label.name, label.title ?? ""]
        guard texts.allSatisfy({ $0.unicodeScalars.allSatisfy { !$0.isControl } }) else {
            throw .controlCharacter(index: index)
        }
        if let key = label.key {
            let isOneAlphanumeric =
                key.utf8.count == 1
                && key.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                }
            guard isOneAlphanumeric else {
                throw .keyNotOneLetterOrDigit(label: label.name, key: key)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is a C0 or C1 control or DEL.
    public var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
