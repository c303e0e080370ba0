import Glibc

/// A calibration map with two numbers: the log odds of being right are a straight line in the log
/// odds of the confidence.
///
/// Platt 1999, Advances in Large Margin Classifiers, 61-74, on log odds and without his priors. For
/// a single confidence per prediction and less than about a thousand outcomes. A slope of 1 and an
/// offset of 0 change nothing.
public struct PlattMap: Hashable, Sendable {
    /// How much the log odds of being right grow with those of the confidence; never below 0, so
    /// that the map keeps the order of predictions.
    public let slope: Double
    /// The log odds of being right at a confidence of one half.
    public let offset: Double

    /// Takes the two numbers of a line; a slope below 0 counts as 0.
    public init(slope: Double, offset: Double) {
        self.slope = slope.held(in: 0...Self.steepest)
        self.offset = offset.held(in: -Self.steepest...Self.steepest)
    }

    /// Fits the line of the greatest weighted likelihood, by damped Newton steps.
    ///
    /// Where confidence separates right from wrong perfectly there is no greatest, and the line
    /// stops at a slope of at most 100; where surer predictions are wrong more often the best rising
    /// line is level.
    ///
    /// - Throws: ``Unknown`` if there is no outcome, or only one kind of it.
    public init(fitting outcomes: [ScoredOutcome]) throws(Unknown) {
        guard !outcomes.isEmpty else { throw Unknown(.noObservations) }
        let rightOnes = outcomes.count { $0.isRight }
        guard rightOnes > 0, rightOnes < outcomes.count else { throw Unknown(.tooFew) }
        let points = outcomes.map { Point(x: $0.logOdds, y: $0.rightness, weight: $0.weight) }
        let (slope, offset) = Self.fit(points)
        guard slope <= 0 else {
            self.init(slope: slope, offset: offset)
            return
        }
        let weight = points.reduce(0) { $0 + $1.weight }
        let right = points.reduce(0) { $0 + $1.weight * $1.y }
        self.init(slope: 0, offset: log(right / (weight - right)))
    }

    /// How often predictions of this confidence are right, 0...1.
    public func probability(of confidence: Double) -> Double {
        ScoredOutcome.probability(
            ofLogOdds: slope * ScoredOutcome.logOdds(of: confidence) + offset)
    }

    private static let steepest = 100.0

    private struct Point {
        let x, y, weight: Double
    }

    private static func fit(_ points: [Point]) -> (slope: Double, offset: Double) {
        var (slope, offset) = (1.0, 0.0)
        var loss = loss(points, slope, offset)
        for _ in 0..<200 {
            let step = newtonStep(points, slope, offset)
            var share = 1.0
            var next = (slope - step.slope, offset - step.offset)
            var nextLoss = Self.loss(points, next.0, next.1)
            // Far from the best a full step may overshoot.
            while nextLoss > loss, share > 1e-9 {
                share /= 2
                next = (slope - share * step.slope, offset - share * step.offset)
                nextLoss = Self.loss(points, next.0, next.1)
            }
            let moved = abs(next.0 - slope) + abs(next.1 - offset)
            guard nextLoss <= loss else { break }
            (slope, offset, loss) = (next.0, next.1, nextLoss)
            if moved < 1e-13 * (1 + abs(slope) + abs(offset)) || abs(slope) > steepest { break }
        }
        return (slope, offset)
    }

    /// The negative log likelihood.
    private static func loss(_ points: [Point], _ slope: Double, _ offset: Double) -> Double {
        points.reduce(0) { sum, point in
            let logOdds = slope * point.x + offset
            let signed = point.y == 1 ? -logOdds : logOdds
            // log(1 + e^s), without overflow for a large s.
            return sum + point.weight * (max(signed, 0) + log1p(exp(-abs(signed))))
        }
    }

    private static func newtonStep(
        _ points: [Point], _ slope: Double, _ offset: Double
    ) -> (slope: Double, offset: Double) {
        var (gradientSlope, gradientOffset) = (0.0, 0.0)
        var (curveSlope, curveMixed, curveOffset) = (0.0, 0.0, 0.0)
        for point in points {
            let probability = ScoredOutcome.probability(ofLogOdds: slope * point.x + offset)
            let excess = point.weight * (probability - point.y)
            let curve = point.weight * probability * (1 - probability)
            gradientSlope += excess * point.x
            gradientOffset += excess
            curveSlope += curve * point.x * point.x
            curveMixed += curve * point.x
            curveOffset += curve
        }
        // Keeps the steps finite where all confidences are the same.
        curveSlope += 1e-12 * (1 + curveSlope)
        curveOffset += 1e-12 * (1 + curveOffset)
        let determinant = curveSlope * curveOffset - curveMixed * curveMixed
        guard determinant > 0 else { return (gradientSlope, gradientOffset) }
        return (
            (curveOffset * gradientSlope - curveMixed * gradientOffset) / determinant,
            (curveSlope * gradientOffset - curveMixed * gradientSlope) / determinant
        )
    }
}
