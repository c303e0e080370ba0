/// How much two models could automate at the same error, on the same items.
public struct EqualErrorAutomation: Hashable, Sendable {
    /// The error both are allowed, 0...1.
    public let error: Double
    /// Where the serving version gets there; nil if it automates nothing at this error.
    public let serving: RiskCoverage.Point?
    /// Where the candidate gets there; nil if it automates nothing at this error.
    public let candidate: RiskCoverage.Point?
    /// The serving version's share of the traffic, with its interval.
    public let servingShare: Estimate
    /// The candidate's share of the traffic, with its interval.
    public let candidateShare: Estimate
    /// The candidate's share minus the serving version's: above zero, it automates more.
    public let difference: Estimate

    /// Compares two models; `serving[i]` and `candidate[i]` are the same item, of the same weight.
    ///
    /// The intervals are percentiles of a bootstrap over items that draws each item a Poisson number
    /// of times, as is right for items chosen independently of each other (Efron 1979, Ann. Stat.
    /// 7:1-26; Chamandy et al. 2012, Estimating uncertainty for massive data streams). It is seeded,
    /// so the same items give the same numbers: 1,000 rounds, fewer down to 100 for more than 10,000
    /// items.
    ///
    /// - Throws: ``Unknown`` if there are no items, weights cannot be or the counts differ.
    /// - Complexity: O(n log n + rounds * n), some 10 million steps in all up to 100,000 items.
    public init(
        serving: [RiskCoverage.Item], candidate: [RiskCoverage.Item], error: Double,
        level: Double = 0.95
    ) throws(Unknown) {
        let level = try checked(level)
        guard serving.count == candidate.count else { throw Unknown(.impossibleCounts) }
        let curves = (try RiskCoverage(serving), try RiskCoverage(candidate))
        self.error = error
        self.serving = curves.0.mostAutomation(atError: error)
        self.candidate = curves.1.mostAutomation(atError: error)
        let rankings = (Ranking(serving), Ranking(candidate))
        let rounds = min(max(10_000_000 / serving.count, 100), 1000)
        var random = SplitMix64(seed: UInt64(serving.count))
        var weights = serving.map(\.weight)
        var shares: (serving: [Double], candidate: [Double], difference: [Double]) = ([], [], [])
        for _ in 0..<rounds {
            // Nobody gets the figure any more.
            if Task.isCancelled { break }
            for index in weights.indices {
                weights[index] = Double(random.poisson()) * serving[index].weight
            }
            let one = rankings.0.share(atError: error) { weights[$0] }
            let other = rankings.1.share(atError: error) { weights[$0] }
            shares.serving.append(one)
            shares.candidate.append(other)
            shares.difference.append(other - one)
        }
        func estimate(_ value: Double, _ draws: [Double]) -> Estimate {
            let tail = (1 - level) / 2
            return Estimate(
                value: value, lo: Quantile.linear(tail, of: draws) ?? value,
                hi: Quantile.linear(1 - tail, of: draws) ?? value, level: level,
                method: .bootstrap, n: serving.count)
        }
        let one = self.serving?.share ?? 0
        let other = self.candidate?.share ?? 0
        servingShare = estimate(one, shares.serving)
        candidateShare = estimate(other, shares.candidate)
        difference = estimate(other - one, shares.difference)
    }
}

/// Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 17.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A draw of a Poisson variable with mean 1, at most 20.
    mutating func poisson() -> Int {
        let draw = Double(next() >> 11) / 0x1p53
        var term = 0.36787944117144233
        var sum = term
        var value = 0
        while draw >= sum, value < 20 {
            value += 1
            term /= Double(value)
            sum += term
        }
        return value
    }
}
