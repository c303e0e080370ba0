/// When the answers to an audit become a decision.
///
/// Where a model is wrong in one case of a hundred, reviewers who are wrong in one of a hundred make
/// it look twice as bad. So an answer that differs from the model's label is not believed before a
/// second person, who sees nothing of it, has said the same. Answers that agree with the model are:
/// two people would have to err in the same way for that to hide a mistake.
public enum SecondLook {
    /// How many must agree where the first differs from the model.
    static let agree = 2
    /// The most people asked about one audit.
    public static let atMost = 3

    /// Settles an audit.
    ///
    /// One answer that is the model's label is enough. Any other asks for a second; two that agree
    /// decide, and two that do not ask for a third. Three different ones are the adjudicator's.
    ///
    /// - Parameters:
    ///   - votes: the counted verdicts in any order; skips are not among them.
    ///   - skips: how many different reviewers skipped the item.
    ///   - asked: how many reviews the task asks for at present, at most `atMost`.
    ///   - predicted: the model's label.
    public static func settle(
        votes: [Verdict], skips: Int, asked: Int, predicted: String
    ) -> Settlement {
        // Two that agree decide also where a third was asked over an answer that was taken back since.
        let rule = ConsensusRule(agree: agree, atMost: atMost, endsEarly: true)
        // A rule for two is met by one where one is asked: so ask the consensus about two at least.
        guard votes.count == 1, asked == 1 else {
            return Consensus.settle(votes: votes, skips: skips, asked: asked, rule: rule)
        }
        if votes[0] == .escalate || skips >= Consensus.skipsToEscalate { return .adjudicate }
        if let label = votes[0].labelName, ExactText(label) == ExactText(predicted) {
            return .label(label, agreement: 1)
        }
        return .oneMore
    }
}
