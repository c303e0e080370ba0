/// A label of a whole list that is to take the place of a project's labels.
public struct ListedLabel: Hashable, Sendable {
    /// What it is stored under; nil of a label that is to be added.
    public let id: String?
    /// The name it is to have.
    public let name: String
    /// The key it is to have; nil lets the client choose.
    public let key: String?
    /// The title it is to have; nil for the name.
    public let title: String?
    /// Whether it is the outcome "a person cannot tell either".
    public let isBorderline: Bool

    /// Lists a label.
    public init(
        id: String?, name: String, key: String? = nil, title: String? = nil,
        isBorderline: Bool = false
    ) {
        self.id = id
        self.name = name
        self.key = key
        self.title = title
        self.isBorderline = isBorderline
    }
}

/// One of the changes that lead from a label set to a list; it names its label by the id.
public enum ListedChange: Hashable, Sendable {
    /// A label may not be given any more.
    case retire(String)
    /// One that was retired or merged may be given again.
    case restore(String, key: String?, title: String?)
    /// A label gets another name.
    case rename(String, to: String)
    /// A label gets another key, or none of its own.
    case rekey(String, to: String?)
    /// A label gets another title, or none.
    case retitle(String, to: String?)
    /// A label is added.
    case add(Label)

    /// The change of a set that some of the others may have changed already.
    public func change(in labels: LabelSet) -> LabelChange {
        switch self {
        case .retire(let id): .retire(labels.ownName(of: id))
        case .restore(let id, let key, let title):
            .add(Label(name: labels.ownName(of: id), key: key, title: title))
        case .rename(let id, let name): .rename(labels.ownName(of: id), to: name)
        case .rekey(let id, let key): .rekey(labels.ownName(of: id), to: key)
        case .retitle(let id, let title): .retitle(labels.ownName(of: id), to: title)
        case .add(let label): .add(label)
        }
    }
}

extension LabelSet {
    /// The most changes that one list may come to.
    public static let maximumListedChanges = 200

    /// The changes after which the labels that may be given are those of a list.
    ///
    /// A label is known by its id: with another name it is renamed, one that is not listed is retired, one
    /// that was retired or merged is brought back, and one without an id is added. Which of them can come
    /// first depends on the others, as where one takes the name or the key that another gives up.
    ///
    /// - Throws: `missingField` or `invalidField` with the place, for a list that can be meant in two ways:
    ///   without any id, with an id that no label has or two have, or with the name of a label in place
    ///   of its id; `invalidField` for a label that is to become the borderline one or is to be that no
    ///   more, and for more than ``maximumListedChanges`` changes.
    public func changes(to list: [ListedLabel]) throws(ReviewError) -> [ListedChange] {
        try check(list)
        let listed = Dictionary(
            list.compactMap { label in label.id.map { (ExactText($0), label) } },
            uniquingKeysWith: { first, _ in first })
        let wantedKeys = Set(list.compactMap(\.key).map(ExactText.init))
        var changes: [ListedChange] = []
        for label in labels {
            guard let next = listed[ExactText(label.id)] else {
                changes.append(.retire(label.id))
                continue
            }
            // A key that another label gets is given up before.
            if let key = label.key, !Self.isSame(key, next.key),
                wantedKeys.contains(ExactText(key))
            {
                changes.append(.rekey(label.id, to: nil))
            }
        }
        for next in list { changes += self.changes(of: next.id.flatMap(label(id:)), to: next) }
        guard changes.count <= Self.maximumListedChanges else {
            throw .invalidField(
                path: "labels", found: "\(changes.count) changes",
                accepted: "at most \(Self.maximumListedChanges) at once")
        }
        return changes
    }

    /// What makes a label the listed one; nil of one that is not there.
    private func changes(of label: Label?, to next: ListedLabel) -> [ListedChange] {
        guard let label else {
            return [
                .add(
                    Label(
                        name: next.name, key: next.key, title: next.title,
                        isBorderline: next.isBorderline))
            ]
        }
        var changes: [ListedChange] = []
        if label.status != .active {
            changes.append(.restore(label.id, key: next.key, title: next.title))
        }
        if !Self.isSame(label.name, next.name) { changes.append(.rename(label.id, to: next.name)) }
        if !Self.isSame(label.key, next.key) { changes.append(.rekey(label.id, to: next.key)) }
        if !Self.isSame(label.title, next.title) {
            changes.append(.retitle(label.id, to: next.title))
        }
        return changes
    }

    private static func isSame(_ one: String?, _ other: String?) -> Bool {
        one.map(ExactText.init) == other.map(ExactText.init)
    }

    /// Refuses a list that can be meant in two ways.
    private func check(_ list: [ListedLabel]) throws(ReviewError) {
        guard !list.isEmpty else { throw .invalidLabelSet(.empty) }
        guard list.contains(where: { $0.id != nil }) else {
            throw .missingField(path: "labels[0].id")
        }
        var ids: Set<ExactText> = []
        for (index, listed) in list.enumerated() {
            let place = "labels[\(index)]"
            guard let id = listed.id else {
                if let known = label(named: listed.name) {
                    throw .invalidField(
                        path: "\(place).name", found: "\"\(listed.name)\" without an id",
                        accepted: "the id \"\(known.id)\" with the name of a label that is there")
                }
                continue
            }
            guard let known = label(id: id) else {
                throw .invalidField(
                    path: "\(place).id", found: "\"\(id)\"",
                    accepted: "the id of a label of the project, or none for a label to be added")
            }
            guard ids.insert(ExactText(id)).inserted else {
                throw .invalidField(
                    path: "\(place).id", found: "\"\(id)\" a second time",
                    accepted: "each label once")
            }
            guard listed.isBorderline == known.isBorderline else {
                throw .invalidField(
                    path: "\(place).borderline", found: "\(listed.isBorderline)",
                    accepted: "\(known.isBorderline), which a label stays")
            }
        }
    }
}
