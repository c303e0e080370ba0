import Glibc
import SluiceStatistics
import Testing

/// A model's confidences over all traffic, how often it is right at each, and what people label.
struct ConfidenceDesign: Sendable, CustomTestStringConvertible {
    let name: String
    /// A quantile of the confidences, at 0..<1.
    let confidence: Curve
    /// How often predictions of a confidence are right.
    let accuracy: Curve
    let n: Int
    /// Whether only a tenth of the predictions above 0.8 is labelled, as audits do it.
    let isWeighted: Bool

    var testDescription: String { "\(name), \(n)\(isWeighted ? ", weighted" : "")" }

    typealias Curve = @Sendable (Double) -> Double

    private static let flat: Curve = { 0.5 + 0.5 * $0 }
    private static let sharp: Curve = { 1 - 0.5 * (1 - $0) * (1 - $0) }
    private static let low: Curve = { pow($0, 0.3) }
    private static let squared: Curve = { $0 * $0 }

    /// Each with 200 and 2,000 labels, and with and without weights.
    static let all: [ConfidenceDesign] =
        four("flat, calibrated", flat) { $0 } + four("sharp, calibrated", sharp) { $0 }
        + four("flat, three points too sure", flat) { $0 - 0.03 }
        + four("sharp, much too sure", sharp, squared) + four("low, too sure", low, squared)

    private static func four(
        _ name: String, _ confidence: @escaping Curve, _ accuracy: @escaping Curve
    ) -> [ConfidenceDesign] {
        [(200, false), (200, true), (2000, false), (2000, true)].map { n, isWeighted in
            ConfidenceDesign(
                name: name, confidence: confidence, accuracy: accuracy, n: n,
                isWeighted: isWeighted)
        }
    }

    private static let points = 3000

    /// All traffic, alike in weight.
    private var traffic: [(confidence: Double, accuracy: Double)] {
        (0..<Self.points).map {
            let confidence = confidence((Double($0) + 0.5) / Double(Self.points))
            return (confidence, accuracy(confidence))
        }
    }

    private func propensity(_ confidence: Double) -> Double {
        isWeighted && confidence > 0.8 ? 0.1 : 1
    }

    /// What people label of it.
    func sample(_ random: inout SeededGenerator) -> [ScoredOutcome] {
        var outcomes: [ScoredOutcome] = []
        outcomes.reserveCapacity(n)
        while outcomes.count < n {
            let point = Int.random(in: 0..<Self.points, using: &random)
            let confidence = confidence((Double(point) + 0.5) / Double(Self.points))
            let propensity = propensity(confidence)
            guard propensity == 1 || random.flip(propensity) else { continue }
            outcomes.append(
                ScoredOutcome(
                    confidence: confidence, isRight: random.flip(accuracy(confidence)),
                    weight: 1 / propensity))
        }
        return outcomes
    }

    /// The gaps of fifteen bins of all traffic, and the share of it in them.
    var gaps: [(gap: Double, share: Double)] {
        var bins = Array(repeating: (difference: 0.0, n: 0), count: 15)
        for point in traffic {
            let bin = min(Int(point.confidence * 15), 14)
            bins[bin].difference += point.accuracy - point.confidence
            bins[bin].n += 1
        }
        return bins.map {
            (
                abs($0.difference) / Double(max($0.n, 1)),
                Double($0.n) / Double(Self.points)
            )
        }
    }

    /// The mean over all traffic of what depends on the confidence and the outcome.
    func mean(_ loss: (_ confidence: Double, _ isRight: Bool) -> Double) -> Double {
        traffic.reduce(0) {
            $0 + $1.accuracy * loss($1.confidence, true)
                + (1 - $1.accuracy) * loss($1.confidence, false)
        } / Double(Self.points)
    }
}

/// How often an interval holds what it is for.
private struct Coverage {
    private(set) var held = 0
    private(set) var runs = 0

    mutating func add(_ interval: ClosedRange<Double>, _ truth: Double) {
        runs += 1
        held += interval.contains(truth) ? 1 : 0
    }

    static func += (sum: inout Coverage, other: Coverage) {
        sum.held += other.held
        sum.runs += other.runs
    }

    var share: Double { Double(held) / Double(runs) }
}

extension Estimate {
    fileprivate var interval: ClosedRange<Double> { lo...hi }
}

@Suite("How often the intervals of calibration hold the true figures")
struct CalibrationCoverageTests {
    private static let runs = 400

    @Test(
        "the calibration error and the largest gap, in at least 94 % of samples",
        arguments: ConfidenceDesign.all)
    func errors(_ design: ConfidenceDesign) throws {
        var random = SeededGenerator(seed: 2019)
        let gaps = design.gaps
        let error = gaps.reduce(0) { $0 + $1.share * $1.gap }
        var (expected, largest) = (Coverage(), Coverage())
        for _ in 0..<Self.runs {
            let diagram = try ReliabilityDiagram(
                design.sample(&random), binning: .equalWidth(15))
            expected.add(try diagram.expectedErrorEstimate().interval, error)
            // A bin without labels says nothing, and is not spoken for.
            let seen = diagram.bins.map { gaps[min(Int($0.confidence * 15), 14)].gap }
            largest.add(
                try diagram.largestErrorEstimate().interval, try #require(seen.max()))
        }
        print("\(design.testDescription): error \(expected.share), gap \(largest.share)")
        #expect(expected.share >= 0.94, "\(expected.share)")
        #expect(largest.share >= 0.94, "\(largest.share)")
    }

    @Test("the scores, and what a map changes in them, in 94 % of all samples")
    func losses() throws {
        let map = CalibrationMap.platt(PlattMap(slope: 0.7, offset: -0.2))
        var random = SeededGenerator(seed: 1988)
        var all = Array(repeating: Coverage(), count: 4)
        for design in ConfidenceDesign.all {
            let scores: [MeanLoss.Score] = [.brier, .logarithmic]
            let truths = scores.flatMap { score in
                let before = design.mean { score.loss(of: $0, isRight: $1) }
                let after = design.mean {
                    score.loss(of: map.probability(of: $0), isRight: $1)
                }
                return [before, after - before]
            }
            var own = Array(repeating: Coverage(), count: 4)
            for _ in 0..<(design.n < 1000 ? Self.runs : Self.runs / 4) {
                let sample = design.sample(&random)
                let means = try scores.flatMap {
                    [
                        try MeanLoss($0, of: sample),
                        try MeanLoss($0, changedBy: map, of: sample),
                    ]
                }
                for (index, mean) in means.enumerated() {
                    own[index].add(try mean.estimate().interval, truths[index])
                }
            }
            print("\(design.testDescription): \(own.map(\.share))")
            for (index, coverage) in own.enumerated() {
                let error = (0.94 * 0.06 / Double(coverage.runs)).squareRoot()
                #expect(
                    coverage.share >= 0.94 - 3 * error, "\(design.testDescription), \(index)")
                all[index] += coverage
            }
        }
        for coverage in all { #expect(coverage.share >= 0.94, "\(coverage.share)") }
    }

    /// What the room for bias and skewness is for: the same designs tell them apart.
    @Test("intervals alike on both sides do not")
    func othersDoNot() throws {
        let design = try #require(
            ConfidenceDesign.all.first { $0.isWeighted && $0.n == 200 })
        let truth = design.mean { MeanLoss.Score.logarithmic.loss(of: $0, isRight: $1) }
        var random = SeededGenerator(seed: 1908)
        var (error, loss) = (Coverage(), Coverage())
        for _ in 0..<Self.runs {
            let sample = design.sample(&random)
            let expected = try ReliabilityDiagram(sample, binning: .equalWidth(15))
                .expectedErrorEstimate()
            error.add((2 * expected.value - expected.hi)...expected.hi, 0)
            loss.add(plain(sample), truth)
        }
        print("alike on both sides: error \(error.share), loss \(loss.share)")
        #expect(error.share < 0.9 && loss.share < 0.93)
    }

    /// The textbook's interval of a weighted mean of logarithmic losses.
    private func plain(_ sample: [ScoredOutcome]) -> ClosedRange<Double> {
        let losses = sample.map {
            MeanLoss.Score.logarithmic.loss(of: $0.confidence, isRight: $0.isRight)
        }
        let whole = sample.reduce(0) { $0 + $1.weight }
        let mean = zip(sample, losses).reduce(0) { $0 + $1.0.weight * $1.1 } / whole
        let squares = zip(sample, losses).reduce(0.0) {
            let residual = $1.0.weight * ($1.1 - mean)
            return $0 + residual * residual
        }
        let spread = 1.96 * squares.squareRoot() / whole
        return (mean - spread)...(mean + spread)
    }
}
