/// A class of a project.
///
/// What is stored of predictions, answers and decisions is the id, which never changes; the name is
/// what producers, reviewers and exports use, and may.
public struct Label: Hashable, Sendable {
    /// Whether a label may still be given.
    public enum Status: Hashable, Sendable {
        /// Reviewers may give it.
        case active
        /// Nobody may give it any more.
        case retired
        /// It is another label now: the one of that id.
        case merged(into: String)
    }

    /// What is stored: the name the label was made with, or that and a number where another label had
    /// been made with it.
    public let id: String
    /// The name producers and exports use; 1 to 200 bytes.
    public let name: String
    /// The key that chooses this label in the terminal client: one letter or digit.
    public let key: String?
    /// What reviewers read instead of the name.
    public let title: String?
    /// Whether this label is the outcome "a person cannot tell either".
    public let isBorderline: Bool
    /// Whether it may still be given.
    public let status: Status
    /// The names it had before and that no other label has had since, oldest first.
    public let formerNames: [String]

    /// Makes a label; `LabelSet` checks it.
    ///
    /// - Parameter id: the name when it is nil.
    public init(
        name: String, key: String? = nil, title: String? = nil, isBorderline: Bool = false,
        id: String? = nil, status: Status = .active, formerNames: [String] = []
    ) {
        self.id = id ?? name
        self.name = name
        self.key = key
        self.title = title
        self.isBorderline = isBorderline
        self.status = status
        self.formerNames = formerNames
    }

    /// Whether the label goes by another name than the stored one.
    public var isRenamed: Bool { ExactText(id) != ExactText(name) }

    /// The label with some of its parts changed.
    func with(
        name: String? = nil, key: String?? = nil, title: String?? = nil, status: Status? = nil,
        formerNames: [String]? = nil
    ) -> Label {
        Label(
            name: name ?? self.name, key: key ?? self.key, title: title ?? self.title,
            isBorderline: isBorderline, id: id, status: status ?? self.status,
            formerNames: formerNames ?? self.formerNames)
    }
}

/// What a name stands for in a label set.
public enum NamedLabel: Hashable, Sendable {
    /// A label that may be given, by its name of today or by an earlier one.
    case active(Label)
    /// A label that is another one now.
    case merged(Label, into: Label)
    /// A label that nobody may give any more.
    case retired(Label)
}
