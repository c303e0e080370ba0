/// How often two model versions were right on the same items.
///
/// Only the items on which they differ tell the versions apart; those on which both are right or
/// both wrong say how rare such items are.
public struct PairedOutcomes: Hashable, Sendable {
    /// Items both got right.
    public let bothRight: Int
    /// Items the serving version got right and the candidate wrong: what the candidate breaks.
    public let broken: Int
    /// Items the serving version got wrong and the candidate right: what the candidate fixes.
    public let fixed: Int
    /// Items both got wrong.
    public let bothWrong: Int

    /// Takes the four counts.
    ///
    /// - Throws: ``Unknown`` if a count is negative or there is no item.
    public init(bothRight: Int, broken: Int, fixed: Int, bothWrong: Int) throws(Unknown) {
        guard min(bothRight, broken, fixed, bothWrong) >= 0 else {
            throw Unknown(.impossibleCounts)
        }
        guard bothRight + broken + fixed + bothWrong > 0 else { throw Unknown(.noObservations) }
        self.bothRight = bothRight
        self.broken = broken
        self.fixed = fixed
        self.bothWrong = bothWrong
    }

    /// How many items there are.
    public var n: Int { bothRight + broken + fixed + bothWrong }

    /// The p-value, 0...1, of the claim that the candidate breaks as many items as it fixes.
    ///
    /// McNemar's test in its exact form: twice the smaller binomial tail of the items that differ at
    /// one half, at most 1; 1 where no item differs. McNemar 1947, Psychometrika 12:153-157; exact by
    /// Mosteller 1952, Biometrics 8:220-226. 25 broken and 12 fixed give 0.047031.
    public var exactP: Double {
        let smaller = min(broken, fixed)
        let larger = max(broken, fixed)
        // With as many on either side, or none at all, the tail is the whole.
        guard smaller < larger else { return 1 }
        let tail = SpecialFunctions.incompleteBeta(0.5, Double(larger), Double(smaller + 1))
        return min(2 * tail, 1)
    }

    /// The candidate's error rate minus the serving version's: above zero, the candidate is worse.
    ///
    /// Square-and-add of Wilson's limits with the correlation of the two, corrected for continuity:
    /// Newcombe 1998, Stat. Med. 17:2635-2650, method 10. Unlike Wald's interval it covers with few
    /// items that differ. 36 both right, 12 broken, 2 fixed and none both wrong at 95 % gives 0.2
    /// (0.056930...0.340428).
    public func errorDifference(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let (lo, hi) = Self.newcombe(
            shares: (share(bothRight), share(broken), share(fixed), share(bothWrong)),
            n: Double(n), level: level)
        return Estimate(
            value: share(broken) - share(fixed), lo: lo, hi: hi, level: level,
            method: .newcombePaired, n: n)
    }

    private func share(_ count: Int) -> Double { Double(count) / Double(n) }

    /// The limits for shares that sum to one of a number of items that need not be whole.
    static func newcombe(
        shares: (bothRight: Double, broken: Double, fixed: Double, bothWrong: Double), n: Double,
        level: Double
    ) -> (lo: Double, hi: Double) {
        func limits(_ share: Double) -> Estimate {
            let share = min(share, 1)
            let (lo, hi) = Proportion.wilson(share: share, n: n, level: level)
            return Estimate(
                value: share, lo: lo, hi: hi, level: level, method: .wilson, n: Int(n))
        }
        let candidateWrong = shares.broken + shares.bothWrong
        let servingWrong = shares.fixed + shares.bothWrong
        return ProportionDifference.squareAndAdd(
            limits(candidateWrong), limits(servingWrong),
            correlation: correlation(shares, n: n))
    }

    /// The correlation of the two versions' mistakes, moved towards zero by half an item.
    private static func correlation(
        _ shares: (bothRight: Double, broken: Double, fixed: Double, bothWrong: Double), n: Double
    ) -> Double {
        let servingRight = shares.bothRight + shares.broken
        let candidateRight = shares.bothRight + shares.fixed
        let product =
            servingRight * (1 - servingRight) * candidateRight * (1 - candidateRight)
        guard product > 0 else { return 0 }
        let covariance = shares.bothRight * shares.bothWrong - shares.broken * shares.fixed
        // Newcombe's correction is for positive correlations only: those shorten the interval.
        let corrected = covariance > 0 ? max(covariance - 1 / (2 * n), 0) : covariance
        return (corrected / product.squareRoot()).held(in: -1...1)
    }
}
