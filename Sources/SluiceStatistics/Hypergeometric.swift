import Glibc

/// How many of a kind are among some drawn without replacement from a population.
public struct Hypergeometric: Hashable, Sendable {
    /// How many there are in all.
    public let population: Int
    /// How many of them are of the kind, 0...population.
    public let marked: Int
    /// How many are drawn, 0...population.
    public let drawn: Int

    /// Takes the three counts.
    ///
    /// - Throws: ``Unknown`` if they cannot be.
    public init(population: Int, marked: Int, drawn: Int) throws(Unknown) {
        guard marked >= 0, drawn >= 0, population >= max(marked, drawn) else {
            throw Unknown(.impossibleCounts)
        }
        self.init(of: population, marked: marked, drawn: drawn)
    }

    /// Takes three counts that can be.
    init(of population: Int, marked: Int, drawn: Int) {
        self.population = population
        self.marked = marked
        self.drawn = drawn
    }

    /// The numbers that can come up.
    public var possible: ClosedRange<Int> {
        max(0, drawn + marked - population)...min(drawn, marked)
    }

    /// The standard deviation of the number.
    ///
    /// 20 drawn of 100 of which 30 are marked: 1.842265.
    public var standardDeviation: Double {
        guard population > 1 else { return 0 }
        let (all, share) = (Double(population), Double(marked) / Double(population))
        let left = (all - Double(drawn)) / (all - 1)
        return (Double(drawn) * share * (1 - share) * left).squareRoot()
    }

    /// The probability that at most `x` come up, 0...1.
    ///
    /// Johnson, Kemp and Kotz 2005, Univariate Discrete Distributions, 3rd ed., section 6.2. At most 2
    /// of 30 marked among 20 of 100: 0.022681.
    public func probability(ofAtMost x: Int) -> Double {
        guard x >= possible.lowerBound else { return 0 }
        guard x < possible.upperBound else { return 1 }
        return min(sum(possible.lowerBound...x), 1)
    }

    /// The probability that at least `x` come up, 0...1; summed by itself, so that small ones keep
    /// their digits.
    public func probability(ofAtLeast x: Int) -> Double {
        guard x <= possible.upperBound else { return 0 }
        guard x > possible.lowerBound else { return 1 }
        return min(sum(x...possible.upperBound), 1)
    }

    /// The natural logarithm of the probability that `x` come up, for a possible `x`.
    func logProbability(of x: Int) -> Double {
        Self.logWays(marked, x) + Self.logWays(population - marked, drawn - x)
            - Self.logWays(population, drawn)
    }

    private func sum(_ range: ClosedRange<Int>) -> Double {
        range.reduce(0) { $0 + exp(logProbability(of: $1)) }
    }

    private static func logWays(_ n: Int, _ k: Int) -> Double {
        SpecialFunctions.logGamma(Double(n + 1)) - SpecialFunctions.logGamma(Double(k + 1))
            - SpecialFunctions.logGamma(Double(n - k + 1))
    }
}
