import Glibc

/// A prediction whose outcome a person settled: how sure the model was, and whether it was right.
public struct ScoredOutcome: Hashable, Sendable {
    /// How sure the model was, 0...1.
    public let confidence: Double
    /// Whether the predicted label is the decided one.
    public let isRight: Bool
    /// How many items this one stands for, 1/propensity; above zero.
    public let weight: Double

    /// Pairs a confidence with an outcome; both numbers are held to their range.
    public init(confidence: Double, isRight: Bool, weight: Double = 1) {
        self.confidence = confidence.held(in: 0...1)
        self.isRight = isRight
        self.weight = weight.held(in: Double.leastNormalMagnitude...1e15)
    }

    /// 1 for a right prediction, 0 for a wrong one.
    var rightness: Double { isRight ? 1 : 0 }

    /// The log odds of the confidence, held to what a confidence of 1e-6 or 1 - 1e-6 gives: a model
    /// that says it cannot be wrong would outweigh all others.
    var logOdds: Double { Self.logOdds(of: confidence) }

    /// The log odds of a probability, held as ``logOdds``.
    static func logOdds(of probability: Double) -> Double {
        let held = probability.held(in: 1e-6...(1 - 1e-6))
        return log(held) - log1p(-held)
    }

    /// The probability with given log odds.
    static func probability(ofLogOdds logOdds: Double) -> Double {
        // Either form overflows on one side only.
        logOdds >= 0 ? 1 / (1 + exp(-logOdds)) : exp(logOdds) / (1 + exp(logOdds))
    }
}
