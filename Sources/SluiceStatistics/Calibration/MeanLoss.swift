import Glibc

/// The mean loss of probabilities over labelled predictions, or by how much another set of
/// probabilities for the same predictions changes it.
///
/// Weighted by 1/propensity, it is an estimate for all traffic, of which the labelled predictions are a
/// sample. A loss has few large values, those of the wrong predictions one was sure of, and a sample
/// easily has too few of them. Two things set that right, without which the interval at 95 % covers
/// 85 % where a few labels of large weight decide: the variance is taken to be no smaller than the
/// probabilities themselves say, and the end on the side of the long tail is moved out by what the
/// skewness gives.
public struct MeanLoss: Hashable, Sendable {
    /// What a prediction costs that is given a probability of being right.
    public enum Score: Hashable, Sendable {
        /// The squared difference, 0...1: Brier 1950, Monthly Weather Review 78:1-3.
        case brier
        /// The negative logarithm of the probability of what happened, which is held to 1e-15 from 0
        /// and 1: 0...34.54.
        case logarithmic

        /// The loss where the prediction is right, or where it is wrong.
        public func loss(of probability: Double, isRight: Bool) -> Double {
            let given = isRight ? probability : 1 - probability
            switch self {
            case .brier: return (1 - given) * (1 - given)
            case .logarithmic: return -log(given.held(in: 1e-15...(1 - 1e-15)))
            }
        }

        /// The largest loss there is.
        fileprivate var largest: Double { loss(of: 0, isRight: true) }
    }

    /// One prediction: what is lost if it is right and if it is wrong, and which of them it is.
    private struct Term: Hashable {
        let right: Double
        let wrong: Double
        let isRight: Bool
        let weight: Double
        /// How sure one is that it is right, once or twice.
        let probabilities: [Double]

        var loss: Double { isRight ? right : wrong }
    }

    /// The mean loss, or the mean change of it.
    public let value: Double
    /// How many predictions there are.
    public let n: Int
    /// How many equally weighted predictions would tell as much, 1...n.
    public let effectiveSize: Double
    /// The variance of ``value``.
    private let variance: Double
    /// The skewness of ``value``.
    private let skewness: Double
    /// Between what the mean must lie.
    private let range: ClosedRange<Double>

    /// The mean loss of predictions.
    ///
    /// - Throws: ``Unknown`` if there is none.
    public init(_ score: Score, of outcomes: [ScoredOutcome]) throws(Unknown) {
        try self.init(
            outcomes.map { outcome in
                Term(
                    right: score.loss(of: outcome.confidence, isRight: true),
                    wrong: score.loss(of: outcome.confidence, isRight: false),
                    isRight: outcome.isRight, weight: outcome.weight,
                    probabilities: [outcome.confidence])
            }, within: 0...score.largest)
    }

    /// By how much a map changes the mean loss of predictions it was not fitted to: below zero, it
    /// helps.
    ///
    /// Taken prediction by prediction, so that how hard they are, which both losses share, does not
    /// widen the interval.
    ///
    /// - Throws: ``Unknown`` if there is no prediction.
    public init(
        _ score: Score, changedBy map: CalibrationMap, of outcomes: [ScoredOutcome]
    ) throws(Unknown) {
        try self.init(
            outcomes.map { outcome in
                let (before, after) = (
                    outcome.confidence, map.probability(of: outcome.confidence)
                )
                func change(_ isRight: Bool) -> Double {
                    score.loss(of: after, isRight: isRight)
                        - score.loss(of: before, isRight: isRight)
                }
                return Term(
                    right: change(true), wrong: change(false), isRight: outcome.isRight,
                    weight: outcome.weight, probabilities: [before, after])
            }, within: -score.largest...score.largest)
    }

    private init(_ terms: [Term], within range: ClosedRange<Double>) throws(Unknown) {
        guard let first = terms.first else { throw Unknown(.noObservations) }
        let whole = terms.reduce(0) { $0 + $1.weight }
        let mean = terms.reduce(0) { $0 + $1.weight * $1.loss } / whole
        let n = Double(terms.count)
        var seen = Moments()
        var expected = Array(repeating: Moments(), count: first.probabilities.count)
        for term in terms {
            let share = term.weight / whole
            seen.add(share * (term.loss - mean), 1)
            for (index, probability) in term.probabilities.enumerated() {
                expected[index].add(share * (term.right - mean), probability)
                expected[index].add(share * (term.wrong - mean), 1 - probability)
            }
        }
        if n > 1 { seen.second *= n / (n - 1) }
        let moments = [seen] + expected
        variance = moments.map(\.second).max() ?? 0
        let third = moments.map(\.third).max { abs($0) < abs($1) } ?? 0
        skewness = variance > 0 ? third / (variance * variance.squareRoot()) : 0
        value = mean
        self.n = terms.count
        effectiveSize = Weights.kishSize(terms.map(\.weight))
        self.range = range
    }

    /// Sums of what the terms differ from the mean by.
    private struct Moments {
        var second = 0.0
        var third = 0.0

        mutating func add(_ difference: Double, _ probability: Double) {
            second += probability * difference * difference
            third += probability * difference * difference * difference
        }
    }

    /// The mean with an interval for all traffic.
    ///
    /// The linearised variance of a weighted mean (Särndal, Swensson and Wretman 1992, Model Assisted
    /// Survey Sampling, section 5.7, without the factor 1 - p: it is what the model does that is
    /// estimated, not what it did to the items at hand) and t at Kish's size less one. The end on the
    /// side of the long tail is moved out by skewness (1 + 2 t^2) / 6 standard errors, which is what the
    /// Edgeworth expansion of a studentised mean gives (Hall 1988, Ann. Stat. 16:927-953); the other
    /// end, which that would move in, is left. The Brier score of ninety right and ten wrong
    /// predictions of 0.9 is 0.09 (0.042139...0.147232).
    ///
    /// - Throws: ``Unknown`` (`tooFew`) with one prediction.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        guard n > 1 else { throw Unknown(.tooFew) }
        let t = SpecialFunctions.studentQuantile(
            1 - (1 - level) / 2, degreesOfFreedom: effectiveSize - 1)
        let shift = skewness * (1 + 2 * t * t) / 6
        let error = variance.squareRoot()
        return Estimate(
            value: value,
            lo: max(value - error * (t - min(shift, 0)), range.lowerBound),
            hi: min(value + error * (t + max(shift, 0)), range.upperBound),
            level: level, method: .linearisedMean, n: n,
            nEffective: sizeIfWeighted(effectiveSize, of: n))
    }
}
