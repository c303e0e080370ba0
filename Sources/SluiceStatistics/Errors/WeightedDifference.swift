/// The difference of one share between two groups of items, each chosen with its own probability.
public struct WeightedDifference: Hashable, Sendable {
    /// The group subtracted from.
    public let first: GroupedSample
    /// The group subtracted.
    public let second: GroupedSample

    /// Takes two groups without an item in common; the difference is `first - second`.
    public init(_ first: GroupedSample, minus second: GroupedSample) {
        self.first = first
        self.second = second
    }

    /// The square-and-add interval of the difference, -1...1.
    ///
    /// Newcombe 1998, Stat. Med. 17:873-890, method 10, on each group's own limits: Wilson's, at
    /// Kish's size where weights differ. Where all items were chosen alike it is
    /// ``ProportionDifference/newcombe(level:)``: 42 of 300 minus 21 of 300 gives 0.07
    /// (0.020952...0.119859).
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let one = try first.estimate(level: level)
        let other = try second.estimate(level: level)
        let (lo, hi) = ProportionDifference.squareAndAdd(one, other, correlation: 0)
        let isWeighted = one.nEffective != nil || other.nEffective != nil
        return Estimate(
            value: one.value - other.value, lo: lo, hi: hi, level: level,
            method: isWeighted ? .weightedNewcombe : .newcombe, n: one.n + other.n,
            nEffective: isWeighted
                ? (one.nEffective ?? Double(one.n)) + (other.nEffective ?? Double(other.n)) : nil)
    }

    /// The p-value, 0...1, of the claim that the first group's share is not above the second's.
    ///
    /// Fisher's exact test, one-sided (Fisher 1935, J. R. Stat. Soc. 98:39-82): the probability of so
    /// many or more of the property in the first group if it fell on both alike. Where weights differ, at
    /// the effective counts, rounded against the finding; a normal approximation would call two errors
    /// among thirty items a finding where one in a hundred is wrong. 42 of 300 and 21 of 300 give
    /// 0.003667.
    public var fisherP: Double { Self.tail(first, second) }

    /// The p-value, 0...1, of the claim that both groups have the same share: twice the smaller tail.
    public var fisherTwoSidedP: Double {
        min(2 * min(Self.tail(first, second), Self.tail(second, first)), 1)
    }

    /// How likely the first has so many or more if the property falls on both alike.
    private static func tail(_ first: GroupedSample, _ second: GroupedSample) -> Double {
        let (x1, n1) = counts(first, .down)
        let (x2, n2) = counts(second, .up)
        do {
            return try Hypergeometric(population: n1 + n2, marked: x1 + x2, drawn: n1)
                .probability(ofAtLeast: x1)
        } catch {
            // Counts of a sample are never impossible; none is no evidence.
            return 1
        }
    }

    /// The effective counts as whole numbers.
    private static func counts(
        _ sample: GroupedSample, _ rounding: FloatingPointRoundingRule
    ) -> (x: Int, n: Int) {
        let n = Int((sample.kishSize + rest).rounded(.down))
        let x = Double(n) * sample.mean
        let rounded = rounding == .down ? (x + rest).rounded(.down) : (x - rest).rounded(.up)
        return (min(Int(rounded), n), n)
    }

    /// What rounding may take from a whole number.
    private static let rest = 1e-9
}
