/// Who decides in a project; a named, versioned state that is part of the policy.
public enum AutomationDegree: String, Sendable, CaseIterable {
    /// Reviewers decide everything and see no prediction.
    case humanOnly = "human_only"
    /// Reviewers decide everything and see no prediction; what would have become of each item is
    /// recorded and compared.
    case shadow
    /// Reviewers decide everything and see prediction, confidence and scores.
    case assist
    /// Confident predictions are accepted; the rest go to reviewers. Audits are blind.
    case partial
    /// The model decides everything; audits are still drawn, and are blind.
    case full
}
