/// Why reviewers could not settle an item.
public enum AdjudicationReason: String, Sendable, CaseIterable {
    /// Several answers have the most votes, and no more reviewers are asked.
    case disagreement
    /// A reviewer asked for an adjudicator.
    case escalated
    /// So many reviewers skipped it that no more are asked.
    case skipped
    /// As many reviewers as may be asked have answered, and not enough of them agree.
    case limit

    /// Why counted votes and skips led to an adjudicator.
    public init(votes: [Verdict], skips: Int) {
        if votes.contains(.escalate) {
            self = .escalated
        } else if skips >= Consensus.skipsToEscalate {
            self = .skipped
        } else {
            self = Consensus.isTied(votes) ? .disagreement : .limit
        }
    }
}
