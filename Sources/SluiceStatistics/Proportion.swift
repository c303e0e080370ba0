/// A share of successes counted in independent trials, and the intervals around it.
///
/// Counts stay integers: an error rate times a sample size does not always give back the count.
public struct Proportion: Hashable, Sendable {
    /// How many of the trials counted, 0...n.
    public let x: Int
    /// How many trials there were, at least 1.
    public let n: Int

    /// Takes `x` of `n`.
    ///
    /// - Throws: ``Unknown`` if there is no trial or the counts cannot be.
    public init(_ x: Int, of n: Int) throws(Unknown) {
        guard x >= 0, n >= x else { throw Unknown(.impossibleCounts) }
        guard n > 0 else { throw Unknown(.noObservations) }
        self.x = x
        self.n = n
    }

    /// The observed share, 0...1.
    public var value: Double { Double(x) / Double(n) }

    /// Wilson's score interval: right on average, short, and never degenerate.
    ///
    /// The headline figure.
    ///
    /// Wilson 1927, J. Am. Stat. Assoc. 22:209-212. 10 of 1000 at 95 % gives 0.005441...0.018309.
    public func wilson(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let (lo, hi) = Self.wilson(share: value, n: Double(n), level: level)
        return Estimate(
            value: value, lo: x == 0 ? 0 : lo, hi: x == n ? 1 : hi, level: level, method: .wilson,
            n: n)
    }

    /// The exact interval: it covers at least as often as it says, whatever the true share.
    ///
    /// Clopper and Pearson 1934, Biometrika 26:404-413. 10 of 1000 at 95 % gives
    /// 0.004806...0.018313.
    public func clopperPearson(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let tail = (1 - level) / 2
        return Estimate(
            value: value, lo: lowerBound(failing: tail), hi: upperBound(failing: tail),
            level: level, method: .clopperPearson, n: n)
    }

    /// A share the true one exceeds with probability of at most `delta`; 1 if all trials counted.
    ///
    /// The one-sided bound of Clopper and Pearson 1934: the share at which `x` or fewer have
    /// probability `delta`. 0 of 149 at 0.05 gives 0.019905.
    public func upperBound(failing delta: Double) -> Double {
        x == n
            ? 1
            : SpecialFunctions.inverseIncompleteBeta(1 - delta, Double(x + 1), Double(n - x))
    }

    /// A share the true one undercuts with probability of at most `delta`; 0 if no trial counted.
    ///
    /// 10 of 1000 at 0.05 gives 0.005435.
    public func lowerBound(failing delta: Double) -> Double {
        x == 0
            ? 0
            : SpecialFunctions.inverseIncompleteBeta(delta, Double(x), Double(n - x + 1))
    }

    /// The probability of seeing `x` or fewer if the true share were `share`: the p-value of the
    /// claim that the true share is below it.
    ///
    /// 0 of 149 against 0.02 gives 0.049282.
    public func tail(ifTrueShareIs share: Double) -> Double {
        Self.probability(ofAtMost: x, of: n, ifTrueShareIs: share)
    }

    /// The binomial distribution's lower tail.
    static func probability(ofAtMost x: Int, of n: Int, ifTrueShareIs share: Double) -> Double {
        x >= n ? 1 : SpecialFunctions.incompleteBeta(1 - share, Double(n - x), Double(x + 1))
    }

    /// Clopper and Pearson's interval for a share of a number of trials that need not be whole, with a
    /// probability of `tail` beyond each end.
    static func exact(share: Double, n: Double, tail: Double) -> (lo: Double, hi: Double) {
        let (counted, others) = (n * share, n * (1 - share))
        return (
            counted > 0 ? SpecialFunctions.inverseIncompleteBeta(tail, counted, others + 1) : 0,
            others > 0 ? SpecialFunctions.inverseIncompleteBeta(1 - tail, counted + 1, others) : 1
        )
    }

    /// Wilson's interval for a share of a number of trials that need not be whole.
    static func wilson(share: Double, n: Double, level: Double) -> (lo: Double, hi: Double) {
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let center = share + z * z / (2 * n)
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return (max((center - spread) / scale, 0), min((center + spread) / scale, 1))
    }
}

/// Passes a confidence level on if it lies between 0 and 1.
func checked(_ level: Double) throws(Unknown) -> Double {
    guard level > 0, level < 1 else { throw Unknown(.impossibleLevel) }
    return level
}
