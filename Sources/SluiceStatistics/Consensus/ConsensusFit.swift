/// What the answers say of every item, and of everybody who gave them.
public struct ConsensusFit: Sendable {
    /// How many labels there are to choose from.
    public let labels: Int
    /// How common each label is, summing to 1.
    public let labelShares: [Double]
    /// How many rounds the estimate took.
    public let rounds: Int
    /// Whether the estimate settled before rounds ran out.
    public let hasSettled: Bool
    /// The power, 0.05...1, that the odds of labels were raised to so as not to be too sure; 1 if
    /// they are as the model has them.
    public let power: Double
    /// The probability of each label for each item.
    let posteriors: ContiguousArray<Double>
    /// The probability of each answer by reviewer, then answer, then true label.
    let confusion: ContiguousArray<Double>

    /// How many items there are.
    public var items: Int { posteriors.count / labels }

    /// How many reviewers there are.
    public var reviewers: Int { confusion.count / (labels * labels) }

    /// The probability of each label for an item, summing to 1.
    public func posterior(of item: Int) -> ArraySlice<Double> {
        ArraySlice(posteriors[item * labels..<(item + 1) * labels])
    }

    /// The likeliest label of an item and its probability; nil where two are as likely.
    ///
    /// A tie is undecided: no label ever wins by its place in the list.
    public func decision(of item: Int) -> (label: Int, posterior: Double)? {
        let own = posteriors[item * labels..<(item + 1) * labels]
        guard let most = own.indices.max(by: { own[$0] < own[$1] }) else { return nil }
        // Sums of the same logarithms in another order differ by rounding alone.
        let rivals = own.indices.count { own[$0] >= own[most] - 1e-9 }
        return rivals == 1 ? (most - item * labels, own[most]) : nil
    }

    /// The probability, 0...1, that a reviewer gives a label to an item whose label is `truth`.
    public func probability(reviewer: Int, gives label: Int, truth: Int) -> Double {
        confusion[(reviewer * labels + label) * labels + truth]
    }

    /// The probability, 0...1, that a reviewer's answer is right, labels being as common as they are.
    public func accuracy(of reviewer: Int) -> Double {
        (0..<labels).reduce(0) {
            $0 + labelShares[$1] * probability(reviewer: reviewer, gives: $1, truth: $1)
        }
    }

    /// The mean probability of the likeliest labels of all items that are decided: the share of
    /// them that are right, as far as the model is; nil where none is decided.
    public var expectedAccuracy: Double? {
        var sum = 0.0
        var decided = 0
        for item in 0..<items {
            guard let decision = decision(of: item) else { continue }
            sum += decision.posterior
            decided += 1
        }
        return decided > 0 ? sum / Double(decided) : nil
    }

    /// The shares of answers as they are: majority vote.
    static func shares(of votes: Votes) -> ConsensusFit {
        let shares = votes.shares
        var model = DawidSkene.Model(votes: votes)
        model.count(votes, shares)
        model.normalise(.none)
        return ConsensusFit(
            labels: votes.labels, labelShares: Array(model.labelShares), rounds: 0,
            hasSettled: true, power: 1, posteriors: shares, confusion: model.confusion)
    }
}
