/// What became of predictions, put side by side with how sure the model was of them.
///
/// A calibrated model is right on 90 % of what it gives a confidence of 0.9. Weighted by
/// 1/propensity, the diagram speaks for all traffic; without the weights it would speak for what
/// people looked at, which is mostly what the model was unsure of.
public struct ReliabilityDiagram: Hashable, Sendable {
    /// How predictions are put into bins.
    public enum Binning: Hashable, Sendable {
        /// Bins as wide as each other: bin `min(floor(confidence * bins), bins - 1)`.
        case equalWidth(Int)
        /// Bins that hold as many predictions as each other: bin `floor(rank * bins / n)`, ranked by
        /// confidence and then by order of input.
        case equalMass(Int)
    }

    /// One bin that holds predictions.
    public struct Bin: Hashable, Sendable {
        /// The confidences the bin is for: its bounds, or the least and largest in it where bins
        /// are of equal mass.
        public let range: ClosedRange<Double>
        /// How many predictions it holds, at least 1.
        public let n: Int
        /// The sum of their weights.
        public let weight: Double
        /// The weighted mean of their confidences, 0...1.
        public let confidence: Double
        /// The weighted share that is right, 0...1.
        public let accuracy: Double
        /// How many equally weighted predictions would tell as much, at most `n`.
        public let effectiveSize: Double
        /// The sum of their squared weights.
        let squares: Double
        /// The variance of the sum of their weighted residuals: of what is seen, or of what their
        /// confidences say, whichever is larger.
        let variance: Double
        /// The sum of their residuals, each times its squared weight.
        let tilt: Double

        /// How far the bin is from calibrated, 0...1.
        public var gap: Double { abs(accuracy - confidence) }

        /// The share that is right with Wilson's interval, at Kish's size where weights differ.
        public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
            let level = try checked(level)
            let size = min(effectiveSize, Double(n))
            let (lo, hi) = Proportion.wilson(share: accuracy, n: size, level: level)
            let nEffective = sizeIfWeighted(size, of: n)
            return Estimate(
                value: accuracy, lo: accuracy == 0 ? 0 : lo, hi: accuracy == 1 ? 1 : hi,
                level: level, method: nEffective == nil ? .wilson : .weightedWilson, n: n,
                nEffective: nEffective)
        }
    }

    /// The bins that hold predictions, in order of confidence.
    public let bins: [Bin]
    /// How many predictions there are.
    public let n: Int

    /// Puts predictions into bins.
    ///
    /// - Throws: ``Unknown`` if there is none.
    public init(_ outcomes: [ScoredOutcome], binning: Binning) throws(Unknown) {
        guard !outcomes.isEmpty else { throw Unknown(.noObservations) }
        n = outcomes.count
        switch binning {
        case .equalWidth(let count):
            let count = max(count, 1)
            var tallies = Array(repeating: Tally(), count: count)
            for outcome in outcomes {
                let bin = min(Int(outcome.confidence * Double(count)), count - 1)
                tallies[bin].add(outcome)
            }
            bins = tallies.enumerated().compactMap { index, tally in
                tally.bin(
                    range: Double(index) / Double(count)...Double(index + 1) / Double(count))
            }
        case .equalMass(let count):
            let count = max(count, 1)
            let ranked = outcomes.enumerated().sorted {
                ($0.element.confidence, $0.offset) < ($1.element.confidence, $1.offset)
            }
            var tallies = Array(repeating: Tally(), count: count)
            for (rank, outcome) in ranked.enumerated() {
                tallies[rank * count / ranked.count].add(outcome.element)
            }
            bins = tallies.compactMap { $0.bin(range: $0.seen) }
        }
    }

    /// The sum of all weights.
    public var weight: Double { bins.reduce(0) { $0 + $1.weight } }

    /// The expected calibration error, 0...1: the bins' gaps, weighted by how much they hold.
    ///
    /// Naeini, Cooper and Hauskrecht 2015, AAAI; Guo and others 2017, ICML, with 15 bins. Too high
    /// with few predictions: show it with ``expectedErrorEstimate(level:)``, and under a hundred not at
    /// all.
    public var expectedError: Double {
        let whole = weight
        return bins.reduce(0) { $0 + $1.weight / whole * $1.gap }
    }

    /// The largest gap of any bin, 0...1.
    public var largestError: Double { bins.reduce(0) { max($0, $1.gap) } }

    /// What is added up over the predictions of a bin.
    private struct Tally {
        var n = 0
        var weight = 0.0
        var squares = 0.0
        var confidence = 0.0
        var right = 0.0
        var residuals = 0.0
        var expected = 0.0
        var tilt = 0.0
        var seen = 0.0...0.0

        mutating func add(_ outcome: ScoredOutcome) {
            seen =
                n == 0
                ? outcome.confidence...outcome.confidence
                : min(
                    seen.lowerBound, outcome.confidence)...max(
                        seen.upperBound, outcome.confidence)
            n += 1
            let square = outcome.weight * outcome.weight
            let residual = outcome.rightness - outcome.confidence
            weight += outcome.weight
            squares += square
            residuals += square * residual * residual
            expected += square * outcome.confidence * (1 - outcome.confidence)
            tilt += square * residual
            confidence += outcome.weight * outcome.confidence
            right += outcome.weight * outcome.rightness
        }

        func bin(range: ClosedRange<Double>) -> Bin? {
            guard n > 0 else { return nil }
            return Bin(
                range: range, n: n, weight: weight, confidence: min(confidence / weight, 1),
                accuracy: min(right / weight, 1), effectiveSize: weight * weight / squares,
                squares: squares, variance: max(residuals, expected), tilt: tilt)
        }
    }
}
