/// A way to make one label of an item's answers; the raw values are what reports print.
public enum ConsensusMethod: String, Hashable, Sendable, CaseIterable {
    /// The label most answers give; every reviewer counts the same.
    case majority
    /// Dawid and Skene's model with a small prior: a confusion matrix for every reviewer.
    case map
    /// The model with one accuracy for every reviewer, and a small prior: for few answers.
    case oneCoin = "one-coin"
    /// Dawid and Skene's model without a prior, as first published; too sure with few answers.
    case maximumLikelihood = "ml"

    /// The method that suits how much is known of each reviewer.
    ///
    /// A reviewer's matrix takes about 30 answers for every label; under that, half of the reviewers
    /// who answered having fewer, one accuracy for each is estimated instead.
    public static func suited(to votes: Votes) -> ConsensusMethod {
        var counts = Array(repeating: 0, count: votes.reviewers)
        for cell in votes.cells { counts[Int(cell) / votes.labels] += 1 }
        let answered = counts.filter { $0 > 0 }.sorted()
        guard let median = answered.dropFirst(answered.count / 2).first else { return .oneCoin }
        return median >= 30 * votes.labels ? .map : .oneCoin
    }

    /// Estimates every item's label by this method, until it settles or 200 rounds have passed.
    ///
    /// The methods with a prior are tempered as well: as sure as answers left out show they may be.
    public func fit(_ votes: Votes) -> ConsensusFit {
        switch self {
        case .majority: ConsensusFit.shares(of: votes)
        case .map: DawidSkene(prior: .small).fit(votes).tempered(by: votes)
        case .oneCoin: OneCoin(prior: .small).fit(votes).tempered(by: votes)
        case .maximumLikelihood: DawidSkene(prior: .none).fit(votes)
        }
    }
}

/// When an estimate has settled.
public struct ConsensusStop: Hashable, Sendable {
    /// The most rounds.
    public let rounds: Int
    /// The change of any posterior below which an estimate has settled, 0...1.
    public let change: Double

    /// Takes the limits.
    public init(rounds: Int = 200, change: Double = 1e-6) {
        self.rounds = rounds
        self.change = change
    }
}
