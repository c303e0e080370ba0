/// Outcomes of items each chosen for review with its own known probability.
public struct WeightedSample: Hashable, Sendable {
    /// One reviewed item.
    public struct Observation: Hashable, Sendable {
        /// The probability with which it was chosen, 0 < p <= 1, known when it was routed.
        public let propensity: Double
        /// Whether the property counted holds, usually "the prediction was wrong".
        public let holds: Bool

        /// Pairs a probability with an outcome.
        public init(propensity: Double, holds: Bool) {
            self.propensity = propensity
            self.holds = holds
        }
    }

    /// What was observed, at least once.
    public let observations: [Observation]

    /// The sum of all weights 1/p: an estimate of how many items there are.
    public let totalWeight: Double

    /// Takes the observations.
    ///
    /// - Throws: ``Unknown`` if there are none or a probability cannot be.
    public init(_ observations: [Observation]) throws(Unknown) {
        guard !observations.isEmpty else { throw Unknown(.noObservations) }
        // The reciprocal of a subnormal probability is infinite.
        guard
            observations.allSatisfy({ $0.propensity >= .leastNormalMagnitude && $0.propensity <= 1 }
            )
        else { throw Unknown(.impossiblePropensity) }
        self.observations = observations
        totalWeight = observations.reduce(0) { $0 + 1 / $1.propensity }
    }

    /// An estimate of how many items of the whole traffic have the property: use it for counts only.
    ///
    /// Horvitz and Thompson 1952, J. Am. Stat. Assoc. 47:663-685.
    public var total: Double {
        observations.reduce(0) { $0 + ($1.holds ? 1 / $1.propensity : 0) }
    }

    /// Shares ``total`` among the true number of items, at least 1; not held to 0...1.
    ///
    /// Use ``mean`` for a rate: it does not depend on how many items happened to be drawn.
    public func totalShare(ofItems items: Int) -> Double { total / Double(max(items, 1)) }

    /// The share of items with the property: the weighted mean.
    ///
    /// Hájek 1971, comment in Foundations of Statistical Inference, 236. Weights 50 (wrong) and 1
    /// (right) give 0.980392.
    public var mean: Double { min(total / totalWeight, 1) }

    /// The standard error of ``mean`` when items were chosen independently of each other.
    ///
    /// Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 5.7, for Poisson
    /// sampling: sqrt(sum (1-p) (w (y - mean))^2) / sum w.
    public var standardError: Double {
        let mean = mean
        let sum = observations.reduce(0.0) { sum, observation in
            let residual = ((observation.holds ? 1 : 0) - mean) / observation.propensity
            return sum + (1 - observation.propensity) * residual * residual
        }
        return sum.squareRoot() / totalWeight
    }

    /// How many equally weighted observations would tell as much, 1...n.
    public var kishSize: Double {
        Weights.kishSize(observations.map { 1 / $0.propensity })
    }

    /// The share with Wilson's interval taken at Kish's size, which covers where the interval from
    /// ``standardError`` does not: for rare properties.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let size = kishSize
        let (lo, hi) = Proportion.wilson(share: mean, n: size, level: level)
        return Estimate(
            value: mean, lo: lo, hi: hi, level: level, method: .weightedWilson,
            n: observations.count, nEffective: size)
    }
}
