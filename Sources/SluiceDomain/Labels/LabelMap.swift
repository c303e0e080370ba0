/// Why a label map cannot be.
public enum LabelMapError: Error, Hashable, Sendable {
    case unknownLabel(String)
    case badName(label: String)
}

/// Names some labels anew, so that several may become one: for looking at answers with classes merged.
///
/// What is not in the map keeps its name. A map changes what is shown and exported, never what is stored.
public struct LabelMap: Hashable, Sendable {
    /// The new names by the ids of the labels, in the order of the project's labels.
    public let entries: [(label: String, name: String)]
    private let names: [ExactText: String]
    private let labels: LabelSet

    /// Checks the new names by the ids of the labels.
    ///
    /// - Throws: `unknownLabel` for an id that no label of the project has; `badName` for a new one
    ///   that is not 1 to `LabelSet.maximumNameBytes` bytes without control characters.
    public init(
        _ entries: [(label: String, name: String)], labels: LabelSet
    ) throws(LabelMapError) {
        for (label, name) in entries {
            guard labels.label(id: label) != nil else { throw .unknownLabel(label) }
            guard (1...LabelSet.maximumNameBytes).contains(name.utf8.count),
                name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw .badName(label: label) }
        }
        let names = Dictionary(entries.map { (ExactText($0.label), $0.name) }) { $1 }
        self.names = names
        self.labels = labels
        self.entries = labels.all.compactMap { label in
            names[ExactText(label.id)].map { (label: label.id, name: $0) }
        }
    }

    /// What the label of an id is called by the map; a merged one as the label it was merged into.
    public func name(of id: String) -> String {
        names[ExactText(labels.current(id))] ?? labels.name(of: id)
    }

    /// Compares what is mapped to what.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.entries.elementsEqual(rhs.entries) {
            ExactText($0.label) == ExactText($1.label) && ExactText($0.name) == ExactText($1.name)
        }
    }

    /// Feeds what `==` compares.
    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(ExactText(entry.label))
            hasher.combine(ExactText(entry.name))
        }
    }
}
