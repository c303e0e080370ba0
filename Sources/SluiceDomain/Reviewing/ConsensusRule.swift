/// When reviews become a decision: `agree` equal answers, out of `atMost` reviews at most.
public struct ConsensusRule: Hashable, Sendable {
    /// How many reviewers must give the same answer.
    public let agree: Int
    /// The most reviews an item may get before an adjudicator must decide.
    public let atMost: Int
    /// Whether an item is decided as soon as the reviews still to come cannot change the answer.
    public let endsEarly: Bool
    /// How many reviewers must give the borderline label for it to be the decision.
    ///
    /// Where that is fewer than `agree`, doubt goes first: so many votes for the borderline label
    /// are the decision however many votes another answer has.
    public let borderlineAgree: Int

    /// Makes a rule; all at least 1, `agree` and `borderlineAgree` no larger than `atMost`.
    ///
    /// - Parameter borderlineAgree: `agree` when nil.
    public init(agree: Int, atMost: Int, endsEarly: Bool = false, borderlineAgree: Int? = nil) {
        self.agree = agree
        self.atMost = atMost
        self.endsEarly = endsEarly
        self.borderlineAgree = borderlineAgree ?? agree
    }

    /// The rule where a policy names none: all `asked` reviews, and more than half of them agree.
    public static func majority(of asked: Int) -> ConsensusRule {
        ConsensusRule(agree: asked / 2 + 1, atMost: asked)
    }
}
