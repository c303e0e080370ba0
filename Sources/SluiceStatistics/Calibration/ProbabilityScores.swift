import Glibc

/// Scores of probabilities that only honest ones make smallest, and a test of their honesty.
///
/// Weighted by 1/propensity. Unlike the calibration error they need no bins and are not too high
/// with few predictions, but they grow with how hard the items are, too: compare them on the same
/// items.
public struct ProbabilityScores: Hashable, Sendable {
    /// The mean squared difference of confidence and outcome, 0...1.
    ///
    /// Brier 1950, Monthly Weather Review 78:1-3.
    public let brier: Double
    /// The mean negative logarithm of the probability given to what happened; probabilities are
    /// held to 1e-15 from 0 and 1.
    public let logLoss: Double
    /// Whether confidences are too high or too low on the whole, nil where all are 0, 0.5 or 1.
    ///
    /// Spiegelhalter 1986, Stat. Med. 5:421-433: sum w (y - c)(1 - 2c) over the root of
    /// sum w^2 (1 - 2c)^2 c (1 - c), normal if the model is calibrated. Twenty right predictions of a
    /// confidence of 0.6 give z = -3.651484.
    public let spiegelhalter: Test?

    /// A statistic that is normal if nothing is wrong, and how unlikely it then is.
    public struct Test: Hashable, Sendable {
        /// Standard deviations from what a calibrated model would give.
        public let z: Double
        /// The probability of a z at least as far from zero, 0...1.
        public let p: Double

        /// Computes the probability that belongs to z.
        public init(z: Double) {
            self.z = z
            p = SpecialFunctions.normalTails(z)
        }
    }

    /// Scores predictions.
    ///
    /// - Throws: ``Unknown`` if there is none.
    public init(_ outcomes: [ScoredOutcome]) throws(Unknown) {
        guard !outcomes.isEmpty else { throw Unknown(.noObservations) }
        var weight = 0.0
        var squares = 0.0
        var losses = 0.0
        var excess = 0.0
        var variance = 0.0
        for outcome in outcomes {
            let confidence = outcome.confidence
            let slope = 1 - 2 * confidence
            let surprise = outcome.rightness - confidence
            let given = (outcome.isRight ? confidence : 1 - confidence).held(
                in: 1e-15...(1 - 1e-15))
            weight += outcome.weight
            squares += outcome.weight * surprise * surprise
            losses -= outcome.weight * log(given)
            excess += outcome.weight * surprise * slope
            variance +=
                outcome.weight * outcome.weight * slope * slope * confidence * (1 - confidence)
        }
        brier = squares / weight
        logLoss = losses / weight
        spiegelhalter = variance > 0 ? Test(z: excess / variance.squareRoot()) : nil
    }
}
