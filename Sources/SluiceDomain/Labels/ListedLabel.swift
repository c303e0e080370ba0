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
    case retire(String)
    case restore(String, key: String?, title: String?)
    case rename(String, to: String)
    case rekey(String, to: String?)
    case retitle(String, to: String?)
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
        var changes: [ListedChange] = labels.filter { listed[ExactText($0.id)] == nil }
            .map { .retire($0.id) }
        // Keys that another label gets are given up before.
        let wanted = Set(list.compactMap(\.key).map(ExactText.init))
        for label in labels {
            guard let next = listed[ExactText(label.id)], let key = label.key,
                next.key.map(ExactText.init) != ExactText(key), wanted.contains(ExactText(key))
            else { continue }
            changes.append(.rekey(label.id, to: nil))
        }
        for next in list {
            guard let id = next.id, let label = label(id: id) else {
                changes.append(
                    .add(
                        Label(
                            name: next.name, key: next.key, title: next.title,
                            isBorderline: next.isBorderline)))
                continue
            }
            if label.status != .active {
                changes.append(.restore(id, key: next.key, title: next.title))
            }
            if ExactText(label.name) != ExactText(next.name) {
                changes.append(.rename(id, to: next.name))
            }
            if label.key.map(ExactText.init) != next.key.map(ExactText.init) {
                changes.append(.rekey(id, to: next.key))
            }
            if label.title.map(ExactText.init) != next.title.map(ExactText.init) {
                changes.append(.retitle(id, to: next.title))
            }
        }
        guard changes.count <= Self.maximumListedChanges else {
            throw .invalidField(
                path: "labels", found: "\(changes.count) changes",
                accepted: "at most \(Self.maximumListedChanges) at once")
        }
        return changes
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
