/// When reviews become a decision: `agree` equal answers, out of `atMost` reviews at most.
public struct ConsensusRule: Hashable, Sendable {
    /// How many reviewers must give the same answer.
    public let agree: Int
    /// The most reviews an item may get before an adjudicator must decide.
    public let atMost: Int

    /// Makes a rule; both at least 1, `agree` no larger than `atMost`.
    public init(agree: Int, atMost: Int) {
        self.agree = agree
        self.atMost = atMost
    }
}

/// What the reviews of one task amount to.
public enum Settlement: Hashable, Sendable {
    /// Not all the reviews asked for are in.
    case open
    /// No answer has enough votes yet, and one more reviewer may be asked.
    case oneMore
    /// The reviewers agree on a label; `agreement` is the share of votes for it, in 0...1.
    case label(String, agreement: Double)
    /// The reviewers agree that the input is unusable.
    case unusable(agreement: Double)
    /// An adjudicator must decide.
    case adjudicate
}

/// Turns the reviews of a task into what happens next; a pure function.
public enum Consensus {
    /// How many different people may skip an item before it is escalated.
    public static let skipsToEscalate = 3

    /// Settles a task.
    ///
    /// A decision waits until every review that was asked for is in. Then the answer with most
    /// votes wins if it has at least `rule.agree` of them and no other answer has as many; a tie
    /// is never broken by the order of labels. Two of three equal answers agree at 0.667.
    ///
    /// - Parameters:
    ///   - votes: the counted verdicts in any order; skips are not among them.
    ///   - skips: how many different reviewers skipped the item.
    ///   - asked: how many reviews the task asks for at present.
    ///   - rule: the rule of the policy.
    public static func settle(
        votes: [Verdict], skips: Int, asked: Int, rule: ConsensusRule
    ) -> Settlement {
        if votes.contains(.escalate) || skips >= skipsToEscalate { return .adjudicate }
        guard votes.count >= asked else { return .open }
        var counts: [ExactVerdict: Int] = [:]
        for vote in votes { counts[ExactVerdict(vote), default: 0] += 1 }
        let most = counts.values.max() ?? 0
        let leaders = counts.filter { $0.value == most }
        if let leader = leaders.first, leaders.count == 1, most >= min(rule.agree, asked) {
            let agreement = Double(most) / Double(votes.count)
            switch leader.key.verdict {
            case .label(let name): return .label(name, agreement: agreement)
            case .unusable: return .unusable(agreement: agreement)
            case .skip, .escalate: return .adjudicate
            }
        }
        return asked < rule.atMost ? .oneMore : .adjudicate
    }

    /// A verdict whose label is compared byte by byte.
    private struct ExactVerdict: Hashable {
        let verdict: Verdict

        init(_ verdict: Verdict) { self.verdict = verdict }

        static func == (lhs: Self, rhs: Self) -> Bool {
            lhs.verdict.word == rhs.verdict.word
                && lhs.verdict.labelName.map(ExactText.init)
                    == rhs.verdict.labelName.map(ExactText.init)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(verdict.word)
            hasher.combine(verdict.labelName.map(ExactText.init))
        }
    }
}
