/// Why a list of labels cannot be the label set of a project.
public enum LabelSetError: Error, Hashable, Sendable {
    case empty
    case tooMany(Int)
    case emptyName(index: Int)
    case nameTooLong(index: Int, bytes: Int)
    case controlCharacter(index: Int)
    case duplicateName(String)
    case keyNotOneLetterOrDigit(label: String, key: String)
    case duplicateKey(String, first: String, second: String)
    /// A key is what another label is called: the label has its own name as key.
    case keyIsName(String, label: String, of: String)
    case severalBorderline(String)
    /// Nothing of the name shows.
    case invisibleName(String)
    /// A name that people cannot tell from that of another label.
    case lookAlike(String, twin: String)
    /// The name is that of another label, which may be given or not.
    case nameTaken(String, by: Label)
    /// Only what may be given can be changed so.
    case notActive(Label)
    /// A project without labels cannot be reviewed.
    case lastLabel(String)
    /// A label cannot become itself, nor the borderline label another or another it.
    case cannotMerge(String, into: String)

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
        case .duplicateKey(let key, let first, let second):
            "key \"\(key)\" is given to two labels, \"\(first)\" and \"\(second)\"; give one of them another"
        case .keyIsName(let key, let label, let owner):
            "label \"\(label)\" cannot have the key \"\(key)\": it chooses the label \"\(owner)\", whose name it is; give \"\(label)\" another key or none"
        case .severalBorderline(let name):
            "label \"\(name)\" is a second borderline label; at most one may be borderline"
        case .invisibleName(let name):
            "the label \(Self.spelt(name)) has no character that shows"
        case .lookAlike(let name, let twin):
            "the label \(Self.spelt(name)) looks like the label \(Self.spelt(twin)): people could not tell them apart"
        case .nameTaken(let name, let label):
            switch label.status {
            case .active: "there is a label \"\(name)\" already"
            case .retired:
                "\"\(name)\" is the name of a retired label; bring that one back, or rename it first"
            case .merged(let target):
                "\"\(name)\" is the name of a label that was merged into \"\(target)\"; bring that one back, or rename it first"
            }
        case .notActive(let label):
            "label \"\(label.name)\" is \(label.status == .retired ? "retired" : "merged into another"); bring it back first"
        case .lastLabel(let name): "label \"\(name)\" is the last one that may be given"
        case .cannotMerge(let name, let target):
            ExactText(name) == ExactText(target)
                ? "label \"\(name)\" cannot be merged into itself"
                : "label \"\(name)\" cannot be merged into \"\(target)\": the borderline label says that nobody can tell, and means no other"
        }
    }

    /// The name in quotes, with a U+ number in place of what does not show or is not ASCII.
    private static func spelt(_ name: String) -> String {
        let shown = name.unicodeScalars.map { scalar -> String in
            (0x20..<0x7F).contains(scalar.value)
                ? String(scalar) : "<U+\(String(scalar.value, radix: 16, uppercase: true))>"
        }
        let isPlain = name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        return isPlain ? "\"\(name)\"" : "\"\(name)\" (\(shown.joined()))"
    }
}

/// The checked, ordered labels of a project; names are told apart byte by byte.
///
/// Labels that were renamed, retired or merged stay in the set, so that what is stored under their ids
/// keeps a name, and what is sent under an earlier name a meaning.
public struct LabelSet: Hashable, Sendable {
    /// The largest number of labels.
    public static let maximumCount = 10_000
    /// The longest name in UTF-8 bytes.
    public static let maximumNameBytes = 200

    /// The number of changes, the first set included: counted from 1.
    public let version: Int
    /// The labels that may be given, in the order they were declared.
    public let labels: [Label]
    /// The labels that were retired or merged, in the order of their ids.
    public let former: [Label]
    /// Every label there ever was: those that may be given, then the others.
    public var all: [Label] { labels + former }
    /// The label of what a person cannot tell either, if the project has one.
    public let borderline: Label?
    private let positions: [ExactText: Int]
    /// By id, the labels whose name is not their id, and the former ones.
    private let moved: [ExactText: Label]
    /// By name, what is not the name of a label that may be given: former labels, and earlier names.
    private let earlier: [ExactText: Label]

    /// Checks the labels of a new project as a whole.
    ///
    /// - Throws: the first rule broken, with the place.
    public init(_ labels: [Label]) throws(LabelSetError) {
        try self.init(stored: labels, version: 1)
        var looks: [LabelLook: String] = [:]
        for label in labels {
            let look = LabelLook(label.name)
            guard !look.isEmpty else { throw .invisibleName(label.name) }
            if let twin = looks.updateValue(label.name, forKey: look) {
                throw .lookAlike(label.name, twin: twin)
            }
        }
        for label in labels { try Self.check(keyOf: label, among: labels) }
    }

    /// Checks labels as they are stored: an older set may have names that look alike.
    ///
    /// - Parameter labels: those that may be given and those that may not, in their order.
    /// - Throws: the first rule broken, with the place.
    public init(stored all: [Label], version: Int) throws(LabelSetError) {
        let labels = all.filter { $0.status == .active }
        guard !labels.isEmpty else { throw .empty }
        guard labels.count <= Self.maximumCount else { throw .tooMany(labels.count) }
        var positions: [ExactText: Int] = [:]
        var keys: [ExactText: String] = [:]
        var borderline: Label?
        for (index, label) in labels.enumerated() {
            try Self.check(label, at: index)
            guard positions.updateValue(index, forKey: ExactText(label.name)) == nil else {
                throw .duplicateName(label.name)
            }
            if let key = label.key, let first = keys.updateValue(label.name, forKey: ExactText(key))
            {
                throw .duplicateKey(key, first: first, second: label.name)
            }
            if label.isBorderline {
                guard borderline == nil else { throw .severalBorderline(label.name) }
                borderline = label
            }
        }
        var moved: [ExactText: Label] = [:]
        var earlier: [ExactText: Label] = [:]
        for label in all where label.isRenamed || label.status != .active {
            moved[ExactText(label.id)] = label
        }
        for label in all {
            for name in label.formerNames { earlier[ExactText(name)] = label }
        }
        for label in all where label.status != .active { earlier[ExactText(label.name)] = label }
        self.version = version
        self.labels = labels
        former = all.filter { $0.status != .active }
            .sorted { ExactText($0.id) < ExactText($1.id) }
        self.borderline = borderline
        self.positions = positions
        self.moved = moved
        self.earlier = earlier
    }

    /// The label of that exact name that may be given, or nil.
    public func label(named name: String) -> Label? {
        positions[ExactText(name)].map { labels[$0] }
    }

    /// Whether a label that may be given has exactly that name.
    public func contains(_ name: String) -> Bool { positions[ExactText(name)] != nil }

    /// The label of that id, whether it may be given or not; nil when there never was one.
    public func label(id: String) -> Label? {
        if moved.isEmpty { return label(named: id) }
        if let label = moved[ExactText(id)] { return label }
        return label(named: id).flatMap { $0.isRenamed ? nil : $0 }
    }

    /// What a name stands for: a label of that name, or else the last one that had it.
    public func resolve(_ name: String) -> NamedLabel? {
        if let label = label(named: name) { return .active(label) }
        guard let label = earlier[ExactText(name)] else { return nil }
        switch label.status {
        case .active: return .active(label)
        case .retired: return .retired(label)
        case .merged:
            guard let target = target(of: label) else { return .retired(label) }
            return .merged(label, into: target)
        }
    }

    /// What the label of an id is called now; of a merged one, the label it was merged into.
    ///
    /// - Returns: the id itself where there is no such label.
    public func name(of id: String) -> String {
        guard !moved.isEmpty, let label = moved[ExactText(id)] else { return id }
        return (target(of: label) ?? label).name
    }

    /// The id of the label that the label of an id is now: another than its own where it was merged.
    public func current(_ id: String) -> String {
        guard !moved.isEmpty, let label = moved[ExactText(id)] else { return id }
        return (target(of: label) ?? label).id
    }

    /// Whether the label of an id may still be given, by itself or as another one.
    public func isGivable(_ id: String) -> Bool {
        guard !moved.isEmpty, let label = moved[ExactText(id)] else { return true }
        return label.status == .active || target(of: label) != nil
    }

    /// Whether every label goes by its id and by no other name, and may be given.
    public var isAsMade: Bool { moved.isEmpty && earlier.isEmpty }

    /// The ids of the labels that were merged into the one of an id, in any number of steps.
    public func merged(into id: String) -> [String] {
        former.filter { $0.status != .retired && ExactText(current($0.id)) == ExactText(id) }
            .map(\.id)
    }

    /// The label that may be given and that a merged one is now; nil when that is retired.
    private func target(of label: Label) -> Label? {
        var label = label
        // A merge needs a label that may be given, so no chain of merges ends where it began.
        while case .merged(let next) = label.status {
            guard let found = self.label(id: next) else { return nil }
            label = found
        }
        return label.status == .active ? label : nil
    }

    /// Checks that the key of a label is not what another label is called, in either case: a name of
    /// one character is its label's key.
    static func check(keyOf label: Label, among labels: [Label]) throws(LabelSetError) {
        guard let key = label.key else { return }
        let owner = labels.first { other in
            other.name.utf8.count == 1 && other.name.lowercased() == key
                && ExactText(other.id) != ExactText(label.id)
        }
        if let owner { throw .keyIsName(key, label: label.name, of: owner.name) }
    }

    static func check(_ label: Label, at index: Int) throws(LabelSetError) {
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
