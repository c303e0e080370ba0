/// What one reviewer said about one item.
public enum Verdict: Hashable, Sendable {
    /// The item has this label.
    case label(String)
    /// Not for me; the item goes to somebody else and never comes back to this reviewer.
    case skip
    /// An adjudicator should decide.
    case escalate
    /// The input is broken; the item leaves training data and stays in the record.
    case unusable

    /// The word on the wire and in the database.
    public var word: String {
        switch self {
        case .label: "label"
        case .skip: "skip"
        case .escalate: "escalate"
        case .unusable: "unusable"
        }
    }

    /// The verdict with its label called otherwise.
    public func mapLabel<Failure>(
        _ call: (String) throws(Failure) -> String
    ) throws(Failure) -> Verdict {
        if case .label(let name) = self { .label(try call(name)) } else { self }
    }

    /// The label, when the verdict is one.
    public var labelName: String? {
        if case .label(let name) = self { name } else { nil }
    }
}

/// How a person's decision relates to the prediction it was about.
public enum Outcome: String, Sendable, CaseIterable {
    /// The model's label, decided by the model alone.
    case autoAccepted = "auto_accepted"
    /// A person gave the predicted label.
    case accepted
    /// A person gave another label.
    case corrected
    /// A person gave a label to an item that came without a prediction.
    case labelled
    /// A person gave the borderline label.
    case borderline
    /// People called the input unusable; there is no label.
    case unusable
    /// A review was taken back; the item has no decision until it is reviewed again.
    case reopened

    /// The outcome of people deciding on `label` where the model had predicted `predicted`; nil
    /// where it had predicted nothing.
    public init(label: Label, predicted: String?) {
        if label.isBorderline {
            self = .borderline
        } else if let predicted {
            self = ExactText(predicted) == ExactText(label.id) ? .accepted : .corrected
        } else {
            self = .labelled
        }
    }
}

/// Who made a decision.
public enum DecisionSource: String, Sendable, CaseIterable {
    /// The model, by the policy.
    case model
    /// One reviewer.
    case reviewer
    /// Several reviewers who agreed.
    case consensus
    /// An adjudicator.
    case adjudicator
}

/// Which of a project's two queues a task stands in.
public enum Queue: Int16, Sendable, CaseIterable {
    /// Items that need reviews.
    case review = 0
    /// Items that reviewers escalated, skipped three times, or could not agree on.
    case adjudication = 1

    /// The word on the wire.
    public var word: String {
        switch self {
        case .review: "review"
        case .adjudication: "adjudication"
        }
    }

    /// The queue of that word, or nil.
    public init?(word: String) {
        guard let queue = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = queue
    }
}
