/// Outcomes of reviewed items counted by the probability with which they were chosen.
///
/// What ``WeightedSample`` says of single items, from counts: its size is the number of groups and
/// not the number of items.
public struct GroupedSample: Hashable, Sendable {
    /// Items chosen with one probability.
    public struct Group: Hashable, Sendable {
        /// The probability, 0 < p <= 1.
        public let propensity: Double
        /// How many items were reviewed.
        public let n: Int
        /// Of how many of them the property counted holds, usually "the prediction was wrong".
        public let x: Int

        /// Takes the probability and the two counts.
        public init(propensity: Double, n: Int, x: Int) {
            self.propensity = propensity
            self.n = n
            self.x = x
        }
    }

    /// The groups that have an item.
    public let groups: [Group]

    /// Takes the groups; those without an item are left out.
    ///
    /// - Throws: ``Unknown`` if there is no item, a count or a probability cannot be.
    public init(_ groups: some Sequence<Group>) throws(Unknown) {
        let groups = Array(groups)
        guard groups.allSatisfy({ $0.x >= 0 && $0.n >= $0.x }) else {
            throw Unknown(.impossibleCounts)
        }
        self.groups = groups.filter { $0.n > 0 }
        guard !self.groups.isEmpty else { throw Unknown(.noObservations) }
        guard
            self.groups.allSatisfy({ $0.propensity >= .leastNormalMagnitude && $0.propensity <= 1 })
        else { throw Unknown(.impossiblePropensity) }
    }

    /// How many items were reviewed.
    public var n: Int { groups.reduce(0) { $0 + $1.n } }

    /// The share of items with the property: the weighted mean.
    ///
    /// Hájek 1971, comment in Foundations of Statistical Inference, 236. One of 2 chosen with 1/10
    /// and 10 of 20 chosen with certainty give (10 + 10) / (20 + 20) = 0.5.
    public var mean: Double {
        let (sum, all) = groups.reduce((0.0, 0.0)) {
            ($0.0 + Double($1.x) / $1.propensity, $0.1 + Double($1.n) / $1.propensity)
        }
        return min(sum / all, 1)
    }

    /// How many equally weighted observations would tell as much, 1...n.
    ///
    /// Kish 1965, Survey Sampling, section 11.2: (sum w)^2 / sum w^2. The example of ``mean`` gives
    /// 40^2 / 220 = 7.272727.
    public var kishSize: Double {
        // Relative to the largest weight, so that no square overflows.
        let rarest = groups.reduce(1) { min($0, $1.propensity) }
        let (sum, squares) = groups.reduce((0.0, 0.0)) {
            let weight = rarest / $1.propensity
            return ($0.0 + Double($1.n) * weight, $0.1 + Double($1.n) * weight * weight)
        }
        return sum * sum / squares
    }

    /// The share with its interval: Wilson's where all were chosen with one probability, else
    /// Wilson's at Kish's size around the weighted mean.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        if let first = groups.first, groups.allSatisfy({ $0.propensity == first.propensity }) {
            return try Proportion(groups.reduce(0) { $0 + $1.x }, of: n).wilson(level: level)
        }
        let (lo, hi) = Proportion.wilson(share: mean, n: kishSize, level: level)
        return Estimate(
            value: mean, lo: lo, hi: hi, level: level, method: .weightedWilson, n: n,
            nEffective: kishSize)
    }
}
