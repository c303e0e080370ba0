/// The difference of two shares counted in two independent samples.
///
/// For shares of the same items use ``PairedOutcomes``: what the two have in common makes the
/// interval shorter.
public struct ProportionDifference: Hashable, Sendable {
    /// The share subtracted from.
    public let first: Proportion
    /// The share subtracted.
    public let second: Proportion

    /// Takes the two samples; the difference is `first - second`.
    public init(_ first: Proportion, minus second: Proportion) {
        self.first = first
        self.second = second
    }

    /// The observed difference, -1...1.
    public var value: Double { first.value - second.value }

    /// The square-and-add interval: Wilson's limits of both shares, combined.
    ///
    /// Newcombe 1998, Stat. Med. 17:873-890, method 10. 42 of 300 minus 21 of 300 at 95 % gives 0.07
    /// (0.020952...0.119859).
    public func newcombe(level: Double = 0.95) throws(Unknown) -> Estimate {
        let (lo, hi) = Self.squareAndAdd(
            try first.wilson(level: level), try second.wilson(level: level), correlation: 0)
        return Estimate(
            value: value, lo: lo, hi: hi, level: level, method: .newcombe, n: first.n + second.n)
    }

    /// The limits of `first - second` from the limits of both and their correlation, -1...1.
    static func squareAndAdd(
        _ first: Estimate, _ second: Estimate, correlation: Double
    ) -> (lo: Double, hi: Double) {
        func distance(_ one: Double, _ other: Double) -> Double {
            // Rounding may take the sum just below zero where the correlation is one.
            max(one * one - 2 * correlation * one * other + other * other, 0).squareRoot()
        }
        let difference = first.value - second.value
        let down = distance(first.value - first.lo, second.hi - second.value)
        let up = distance(first.hi - first.value, second.value - second.lo)
        return (max(difference - down, -1), min(difference + up, 1))
    }
}
