extension LabelSet {
    /// The id to store for a label that somebody gives by name: an earlier name is the same label, a
    /// merged label the one it was merged into.
    ///
    /// - Throws: `unknownLabel`; `labelRetired`.
    public func given(_ name: String) throws(ReviewError) -> String {
        switch resolve(name) {
        case .active(let label), .merged(_, let label): return label.id
        case .retired(let label): throw .labelRetired(label.name)
        case nil: throw .unknownLabel(name)
        }
    }

    /// The id that an answer counts under where a prediction was in question: that of the prediction, if
    /// both are one label now, else that of the label it is now.
    public func counted(_ id: String, predicted: String?) -> String {
        guard !isAsMade else { return id }
        let now = current(id)
        guard let predicted, ExactText(current(predicted)) == ExactText(now) else { return now }
        return predicted
    }

    /// The ids of the labels that something is looked for by: those of a name, and of what was merged
    /// into it.
    ///
    /// - Throws: `unknownLabel`.
    public func soughtWithMerged(_ name: String) throws(ReviewError) -> [String] {
        let id = try sought(name)
        return [id] + merged(into: id)
    }

    /// The labels that may be given, with every name under which they are taken, those of labels that were
    /// merged into them included.
    public var shown: [Label] {
        guard !isAsMade else { return labels }
        return labels.map { label in
            let merged = merged(into: label.id).compactMap(label(id:))
            return label.with(
                formerNames: label.formerNames + merged.flatMap { [$0.name] + $0.formerNames })
        }
    }

    /// What the label of an id was called last, by itself: names a label in a document that is read back.
    public func ownName(of id: String) -> String { label(id: id)?.name ?? id }

    /// The id of the label of a name; the name itself where there is no such label.
    public func ownID(of name: String) -> String {
        switch resolve(name) {
        case .active(let label), .merged(let label, _), .retired(let label): label.id
        case nil: name
        }
    }

    /// The id of the label that something is looked for by, whether it may still be given or not.
    ///
    /// - Throws: `unknownLabel`.
    public func sought(_ name: String) throws(ReviewError) -> String {
        switch resolve(name) {
        case .active(let label), .merged(let label, _), .retired(let label): return label.id
        case nil: throw .unknownLabel(name)
        }
    }
}
