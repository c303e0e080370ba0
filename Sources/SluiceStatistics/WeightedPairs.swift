/// Outcomes of two model versions on the same items, each item labelled with a known probability.
///
/// A queue shows what the deciding version was unsure of, an audit a few of what it was sure of;
/// counted alike, the former speak for all traffic, and whichever version sent them there looks bad.
/// Weights set that right.
public struct WeightedPairs: Hashable, Sendable {
    /// One item that both versions scored and a person labelled.
    public struct Pair: Hashable, Sendable {
        /// The probability with which a person labels such an item, 0 < p <= 1, known when routed.
        public let propensity: Double
        /// Whether the serving version was wrong.
        public let servingIsWrong: Bool
        /// Whether the candidate was wrong.
        public let candidateIsWrong: Bool

        /// Pairs a probability with the two outcomes.
        public init(propensity: Double, servingIsWrong: Bool, candidateIsWrong: Bool) {
            self.propensity = propensity
            self.servingIsWrong = servingIsWrong
            self.candidateIsWrong = candidateIsWrong
        }
    }

    /// The pairs, at least one.
    public let pairs: [Pair]
    /// The items as counted, without weights.
    public let counts: PairedOutcomes
    /// Whether the probabilities differ, so that weights matter.
    public let isWeighted: Bool

    /// Takes the pairs.
    ///
    /// - Throws: ``Unknown`` if there are none or a probability cannot be.
    public init(_ pairs: [Pair]) throws(Unknown) {
        guard pairs.allSatisfy({ $0.propensity >= .leastNormalMagnitude && $0.propensity <= 1 })
        else { throw Unknown(.impossiblePropensity) }
        func count(_ serving: Bool, _ candidate: Bool) -> Int {
            pairs.reduce(0) {
                $1.servingIsWrong == serving && $1.candidateIsWrong == candidate ? $0 + 1 : $0
            }
        }
        counts = try PairedOutcomes(
            bothRight: count(false, false), broken: count(false, true), fixed: count(true, false),
            bothWrong: count(true, true))
        self.pairs = pairs
        isWeighted = pairs.contains { $0.propensity != pairs[0].propensity }
    }

    /// How many equally weighted items would tell as much, 1...n.
    public var kishSize: Double { Weights.kishSize(pairs.map { 1 / $0.propensity }) }

    /// The serving version's error rate: Wilson's interval, weighted where weights differ.
    public func servingError(level: Double = 0.95) throws(Unknown) -> Estimate {
        try error(level: level, wrong: counts.fixed + counts.bothWrong, \.servingIsWrong)
    }

    /// The candidate's error rate: Wilson's interval, weighted where weights differ.
    public func candidateError(level: Double = 0.95) throws(Unknown) -> Estimate {
        try error(level: level, wrong: counts.broken + counts.bothWrong, \.candidateIsWrong)
    }

    /// The candidate's error rate minus the serving version's: above zero, the candidate is worse.
    ///
    /// As ``PairedOutcomes/errorDifference(level:)``; where weights differ, on weighted means and
    /// Kish's effective size.
    public func errorDifference(level: Double = 0.95) throws(Unknown) -> Estimate {
        guard isWeighted else { return try counts.errorDifference(level: level) }
        let level = try checked(level)
        let shares = (
            bothRight: share(false, false), broken: share(false, true),
            fixed: share(true, false), bothWrong: share(true, true)
        )
        let size = kishSize
        let (lo, hi) = PairedOutcomes.newcombe(shares: shares, n: size, level: level)
        return Estimate(
            value: shares.broken - shares.fixed, lo: lo, hi: hi, level: level,
            method: .weightedNewcombePaired, n: pairs.count, nEffective: size)
    }

    private func error(
        level: Double, wrong: Int, _ isWrong: (Pair) -> Bool
    ) throws(Unknown) -> Estimate {
        guard isWeighted else { return try Proportion(wrong, of: counts.n).wilson(level: level) }
        return try WeightedSample(
            pairs.map { .init(propensity: $0.propensity, holds: isWrong($0)) }
        ).estimate(level: level)
    }

    private func share(_ serving: Bool, _ candidate: Bool) -> Double {
        var part = 0.0
        var whole = 0.0
        for pair in pairs {
            whole += 1 / pair.propensity
            if pair.servingIsWrong == serving, pair.candidateIsWrong == candidate {
                part += 1 / pair.propensity
            }
        }
        return part / whole
    }
}
