/// A change of a project's label set; labels are named as they are called now.
public enum LabelChange: Hashable, Sendable {
    /// Adds a label, or brings one back that was retired or merged.
    case add(Label)
    /// Gives a label another name; what is stored of it keeps its id.
    case rename(String, to: String)
    /// Changes what reviewers read instead of the name; nil for the name.
    case retitle(String, to: String?)
    /// Changes the key of the terminal client; nil lets the client choose.
    case rekey(String, to: String?)
    /// Nobody may give the label any more.
    case retire(String)
    /// The label is another one from now on.
    case merge(String, into: String)
}

/// What a change made of a label; stable words.
public enum LabelChangeKind: String, Sendable, CaseIterable {
    /// The set a project was created with.
    case created
    /// A label was added.
    case added
    /// A label that was retired or merged may be given again.
    case restored
    /// A label got another name.
    case renamed
    /// A label got another title, or none.
    case retitled
    /// A label got another key, or none of its own.
    case rekeyed
    /// A label may not be given any more.
    case retired
    /// A label became another one.
    case merged

    /// Whether what a prediction of the label means changes with it: what was promised of the label
    /// holds no more.
    public var changesMeaning: Bool {
        switch self {
        case .created, .added, .renamed, .retitled, .rekeyed: false
        case .restored, .retired, .merged: true
        }
    }
}

/// A change as it is to be stored.
public struct LabelStep: Hashable, Sendable {
    /// What it is.
    public let kind: LabelChangeKind
    /// The label as it was; nil when it was added.
    public let before: Label?
    /// The label as it is.
    public let after: Label
    /// Other labels of the set that changed, too: those that had the name before.
    public let others: [Label]
    /// The set with the change.
    public let labels: LabelSet
}

extension LabelSet {
    /// What a change makes of the set.
    ///
    /// - Returns: nil when the set is so already.
    /// - Throws: `unknownLabel` for a name that no label has or had; `invalidLabelSet` with the rule
    ///   that the set would break.
    public func step(_ change: LabelChange) throws(ReviewError) -> LabelStep? {
        switch change {
        case .add(let label): try add(label)
        case .rename(let name, let new): try rename(try known(name), to: new)
        case .retitle(let name, let title):
            try replace(.retitled, try known(name)) { $0.with(title: .some(title)) }
        case .rekey(let name, let key):
            try replace(.rekeyed, try known(name)) { $0.with(key: .some(key)) }
        case .retire(let name): try retire(try known(name))
        case .merge(let name, let target): try merge(try known(name), into: try known(target))
        }
    }

    /// The label of a name, former ones included.
    private func known(_ name: String) throws(ReviewError) -> Label {
        switch resolve(name) {
        case .active(let label), .merged(let label, _), .retired(let label): return label
        case nil: throw .unknownLabel(name)
        }
    }

    private func add(_ label: Label) throws(ReviewError) -> LabelStep? {
        if let own = self.label(named: label.name) {
            throw refusal(.nameTaken(label.name, by: own))
        }
        if let former = former.first(where: { ExactText($0.name) == ExactText(label.name) }) {
            let back = former.with(
                key: .some(label.key ?? former.key.flatMap(unusedKey)),
                title: .some(label.title ?? former.title), status: .active)
            return try step(.restored, former, back)
        }
        try check(name: label.name, except: nil)
        var id = label.name
        var number = 1
        while self.label(id: id) != nil
            || former.contains(where: { ExactText($0.id) == ExactText(id) })
        {
            number += 1
            id = "\(label.name)~\(number)"
        }
        let made = Label(
            name: label.name, key: label.key, title: label.title,
            isBorderline: label.isBorderline, id: id)
        return try step(.added, nil, made)
    }

    private func rename(_ label: Label, to name: String) throws(ReviewError) -> LabelStep? {
        guard ExactText(label.name) != ExactText(name) else { return nil }
        try check(name: name, except: label)
        return try step(
            .renamed, label,
            label.with(
                name: name,
                formerNames: label.formerNames.filter { ExactText($0) != ExactText(name) }
                    + [label.name]))
    }

    private func retire(_ label: Label) throws(ReviewError) -> LabelStep? {
        if label.status == .retired { return nil }
        guard label.status == .active else { throw refusal(.notActive(label)) }
        guard labels.count > 1 else { throw refusal(.lastLabel(label.name)) }
        return try step(.retired, label, label.with(status: .retired))
    }

    private func merge(_ label: Label, into target: Label) throws(ReviewError) -> LabelStep? {
        guard target.status == .active else { throw refusal(.notActive(target)) }
        if label.status == .merged(into: target.id) { return nil }
        guard label.status == .active else { throw refusal(.notActive(label)) }
        guard ExactText(label.id) != ExactText(target.id), !label.isBorderline,
            !target.isBorderline
        else { throw refusal(.cannotMerge(label.name, into: target.name)) }
        return try step(.merged, label, label.with(status: .merged(into: target.id)))
    }

    private func replace(
        _ kind: LabelChangeKind, _ label: Label, _ change: (Label) -> Label
    ) throws(ReviewError) -> LabelStep? {
        guard label.status == .active else { throw refusal(.notActive(label)) }
        let changed = change(label)
        return changed == label ? nil : try step(kind, label, changed)
    }

    /// The step that puts `after` in the place of `before`, with the set it leads to.
    private func step(
        _ kind: LabelChangeKind, _ before: Label?, _ after: Label
    ) throws(ReviewError) -> LabelStep {
        // Whoever has a name now owns it; others had it.
        let others = (labels + former).compactMap { label -> Label? in
            guard ExactText(label.id) != ExactText(after.id),
                label.formerNames.contains(where: { ExactText($0) == ExactText(after.name) })
            else { return nil }
            return label.with(
                formerNames: label.formerNames.filter { ExactText($0) != ExactText(after.name) })
        }
        let changed = Dictionary(
            (others + [after]).map { (ExactText($0.id), $0) }, uniquingKeysWith: { $1 })
        var all = (labels + former).map { changed[ExactText($0.id)] ?? $0 }
        if before == nil { all.append(after) }
        do {
            let labels = try LabelSet(stored: all, version: version + 1)
            try Self.check(after, among: labels.labels)
            return LabelStep(
                kind: kind, before: before, after: after, others: others, labels: labels)
        } catch {
            throw refusal(error)
        }
    }

    /// Checks the keys that a changed label has a part in: its own, and those that are its name.
    private static func check(_ changed: Label, among labels: [Label]) throws(LabelSetError) {
        guard changed.status == .active else { return }
        try check(keyOf: changed, among: labels)
        for label in labels { try check(keyOf: label, among: [changed]) }
    }

    /// The key, if no label that may be given has it or is called so.
    private func unusedKey(_ key: String) -> String? {
        labels.contains { $0.key == key || $0.name.lowercased() == key } ? nil : key
    }

    /// Checks a name that a label is to get against every other label.
    private func check(name: String, except own: Label?) throws(ReviewError) {
        do {
            try Self.check(Label(name: name), at: 0)
        } catch {
            throw refusal(error)
        }
        let look = LabelLook(name)
        guard !look.isEmpty else { throw refusal(.invisibleName(name)) }
        for label in labels + former where ExactText(label.id) != ExactText(own?.id ?? "") {
            if ExactText(label.name) == ExactText(name) {
                throw refusal(.nameTaken(name, by: label))
            }
            if LabelLook(label.name) == look { throw refusal(.lookAlike(name, twin: label.name)) }
        }
    }

    private func refusal(_ error: LabelSetError) -> ReviewError { .invalidLabelSet(error) }
}
