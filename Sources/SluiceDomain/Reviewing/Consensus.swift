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
    /// When every review that was asked for is in, the answer with most votes wins if it has
    /// `rule.agree` of them (the borderline label: `rule.borderlineAgree`) and no other answer has
    /// as many; a tie is never broken by the order of labels. Two of three equal answers agree at
    /// 0.667. Where one review is asked, that one decides. With `rule.endsEarly` an answer wins as
    /// soon as it would whatever the missing reviews say.
    ///
    /// - Parameters:
    ///   - votes: the counted verdicts in any order; skips are not among them.
    ///   - skips: how many different reviewers skipped the item.
    ///   - asked: how many reviews the task asks for at present.
    ///   - rule: the rule of the task's policy.
    ///   - borderline: the project's borderline label, if it has one.
    public static func settle(
        votes: [Verdict], skips: Int, asked: Int, rule: ConsensusRule, borderline: String? = nil
    ) -> Settlement {
        if votes.contains(.escalate) || skips >= skipsToEscalate { return .adjudicate }
        let open = max(0, asked - votes.count)
        guard open == 0 || (rule.endsEarly && !votes.isEmpty) else { return .open }
        let tally = VoteTally(
            votes, rule: asked == 1 ? ConsensusRule(agree: 1, atMost: rule.atMost) : rule,
            borderline: borderline)
        if let winner = tally.winner(open: open) {
            let agreement = Double(winner.votes) / Double(votes.count)
            switch winner.verdict {
            case .label(let name): return .label(name, agreement: agreement)
            case .unusable: return .unusable(agreement: agreement)
            case .skip, .escalate: return .adjudicate
            }
        }
        if open > 0 { return .open }
        return asked < rule.atMost ? .oneMore : .adjudicate
    }

    /// Whether several answers share the most votes.
    static func isTied(_ votes: [Verdict]) -> Bool {
        let counts = VoteTally.counts(votes).values
        let most = counts.max() ?? 0
        return counts.count { $0 == most } > 1
    }
}

/// Votes counted by answer; labels are told apart byte by byte.
private struct VoteTally {
    private let counts: [ExactVerdict: Int]
    private let rule: ConsensusRule
    private let borderline: ExactVerdict?

    init(_ votes: [Verdict], rule: ConsensusRule, borderline: String?) {
        counts = Self.counts(votes)
        self.rule = rule
        self.borderline = borderline.map { ExactVerdict(.label($0)) }
    }

    static func counts(_ votes: [Verdict]) -> [ExactVerdict: Int] {
        votes.reduce(into: [:]) { $0[ExactVerdict($1), default: 0] += 1 }
    }

    /// The answer that wins whatever the `open` reviews still to come say.
    func winner(open: Int) -> (verdict: Verdict, votes: Int)? {
        if doubtGoesFirst, let borderline {
            let doubts = counts[borderline, default: 0]
            if doubts >= rule.borderlineAgree { return (borderline.verdict, doubts) }
            if doubts + open >= rule.borderlineAgree { return nil }
        }
        guard let (leader, votes) = counts.max(by: { $0.value < $1.value }) else { return nil }
        // With reviews to come, an answer that nobody has given yet is a rival too.
        let rival = counts.filter { $0.key != leader }.values.max() ?? 0
        guard votes >= needed(by: leader), votes > rival + open else { return nil }
        return (leader.verdict, votes)
    }

    private var doubtGoesFirst: Bool { rule.borderlineAgree < rule.agree }

    private func needed(by answer: ExactVerdict) -> Int {
        answer == borderline ? rule.borderlineAgree : rule.agree
    }
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
