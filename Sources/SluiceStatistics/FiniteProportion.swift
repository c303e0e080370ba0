/// A share counted in a sample drawn without replacement from a known, finite population.
///
/// Use it when the sample is more than some 5 % of the population: what has been looked at is
/// certain, so the interval is shorter than Clopper and Pearson's.
public struct FiniteProportion: Hashable, Sendable {
    /// The sample.
    public let sample: Proportion
    /// How many items there are in all, at least the size of the sample.
    public let population: Int

    /// Takes `x` of `n` sampled from `population` items.
    ///
    /// - Throws: ``Unknown`` if there is no sample or the counts cannot be.
    public init(_ x: Int, of n: Int, from population: Int) throws(Unknown) {
        sample = try Proportion(x, of: n)
        guard population >= n else { throw Unknown(.impossibleCounts) }
        self.population = population
    }

    /// The numbers of items in the population that the sample does not speak against.
    ///
    /// Those for which seeing so few, and seeing so many, each has more than half the remaining
    /// probability. Inversion of the hypergeometric test: Thompson 2012, Sampling, 3rd ed., section
    /// 5.4. 2 of 200 from 1000 at 95 % gives 2...33.
    public func count(level: Double = 0.95) throws(Unknown) -> ClosedRange<Int> {
        let tail = (1 - (try checked(level))) / 2
        let certain = sample.x
        let possible = population - (sample.n - sample.x)
        let lo = Self.first(in: certain...possible) { atLeast(sample.x, if: $0) > tail }
        let beyond = Self.first(in: lo...(possible + 1)) {
            $0 > possible || atMost(sample.x, if: $0) <= tail
        }
        return lo...max(lo, beyond - 1)
    }

    /// The share in the population: the range of ``count(level:)`` over the population.
    ///
    /// 2 of 200 from 1000 at 95 % gives 0.002...0.033.
    public func exact(level: Double = 0.95) throws(Unknown) -> Estimate {
        let range = try count(level: level)
        return Estimate(
            value: sample.value, lo: Double(range.lowerBound) / Double(population),
            hi: Double(range.upperBound) / Double(population), level: level,
            method: .hypergeometric, n: sample.n)
    }

    /// The probability that a sample holds at most `x` if the population holds `k`.
    private func atMost(_ x: Int, if k: Int) -> Double {
        Hypergeometric(of: population, marked: k, drawn: sample.n).probability(ofAtMost: x)
    }

    private func atLeast(_ x: Int, if k: Int) -> Double {
        1 - atMost(x - 1, if: k)
    }

    /// The first member at which a test that stays true once true is true; the last if none.
    private static func first(in range: ClosedRange<Int>, where test: (Int) -> Bool) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if test(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
