import SluiceStatistics
import Testing

@Suite("Calibration")
struct CalibrationTests {
    @Test("errors of bins of equal width and of equal mass agree with netcal")
    func diagrams() throws {
        // netcal 1.4.0; the tolerance is that of 1e-9.
        let plain = CalibrationVectors.plain
        let tenths = try ReliabilityDiagram(plain, binning: .equalWidth(10))
        expectClose(tenths.expectedError, 0.08305000000000001)
        expectClose(tenths.largestError, 0.19972727272727264)
        expectClose(
            try ReliabilityDiagram(plain, binning: .equalWidth(15)).expectedError,
            0.10004999999999999)
        expectClose(
            try ReliabilityDiagram(plain, binning: .equalMass(10)).expectedError,
            0.14161666666666667)
        let weighted = try ReliabilityDiagram(
            CalibrationVectors.weighted, binning: .equalWidth(10))
        expectClose(weighted.expectedError, 0.12375675675675675)
        #expect(weighted.n == 60 && weighted.weight == CalibrationVectors.weights.reduce(0, +))
    }

    @Test("bins say what they hold, with Wilson's interval at the size their weights are worth")
    func bins() throws {
        let tenths = try ReliabilityDiagram(CalibrationVectors.plain, binning: .equalWidth(10))
        #expect(tenths.bins.map(\.n).reduce(0, +) == 60)
        #expect(tenths.bins.map(\.range.lowerBound) == [0.5, 0.6, 0.7, 0.8, 0.9])
        let last = tenths.bins[4]
        #expect(last.n == 7 && last.accuracy == 1)
        #expect(try last.estimate() == Proportion(7, of: 7).wilson())
        let mixed = try ReliabilityDiagram(
            [
                ScoredOutcome(confidence: 0.91, isRight: true, weight: 1),
                ScoredOutcome(confidence: 0.99, isRight: false, weight: 3),
            ], binning: .equalWidth(10))
        #expect(mixed.bins.count == 1)
        expectClose(mixed.bins[0].confidence, 0.97)
        #expect(mixed.bins[0].accuracy == 0.25 && mixed.bins[0].effectiveSize == 1.6)
        let estimate = try mixed.bins[0].estimate()
        #expect(estimate.method == .weightedWilson && estimate.nEffective == 1.6)
        let masses = try ReliabilityDiagram(CalibrationVectors.plain, binning: .equalMass(7))
        #expect(masses.bins.map(\.n) == [9, 9, 8, 9, 8, 9, 8])
        #expect(
            zip(masses.bins, masses.bins.dropFirst()).allSatisfy {
                $0.range.upperBound <= $1.range.lowerBound
            })
    }

    @Test("scores agree with scikit-learn, and the test of honesty with MAPIE")
    func scores() throws {
        let plain = try ProbabilityScores(CalibrationVectors.plain)
        expectClose(plain.brier, 0.21197344999999998)
        expectClose(plain.logLoss, 0.6018090201854781)
        let test = try #require(plain.spiegelhalter)
        expectClose(test.z, 1.2167634459972705)
        expectClose(test.p, 0.22369423160463886)
        expectClose(
            try ProbabilityScores(CalibrationVectors.weighted).brier, 0.17542091891891892)
        let modest = try ProbabilityScores(
            (0..<20).map { _ in ScoredOutcome(confidence: 0.6, isRight: true) })
        expectClose(try #require(modest.spiegelhalter).z, -3.6514837167011067)
    }

    @Test("scores stay finite where a certain model is wrong, and say when nothing can be tested")
    func certainty() throws {
        let wrong = try ProbabilityScores([ScoredOutcome(confidence: 1, isRight: false)])
        #expect(wrong.brier == 1 && wrong.logLoss < 35 && wrong.spiegelhalter == nil)
        #expect(throws: Unknown(.noObservations)) { try ProbabilityScores([]) }
        #expect(throws: Unknown(.noObservations)) {
            try ReliabilityDiagram([], binning: .equalMass(3))
        }
        let odd = ScoredOutcome(confidence: .nan, isRight: true, weight: -.infinity)
        #expect(odd.confidence == 0 && odd.weight > 0)
    }

    @Test("a weight of three counts as three predictions")
    func weightsAreRepetitions() throws {
        var generator = SeededGenerator(seed: 3)
        let outcomes = (0..<400).map { _ in
            let confidence = Double.random(in: 0...1, using: &generator)
            return ScoredOutcome(
                confidence: confidence, isRight: generator.flip(confidence),
                weight: Double(Int.random(in: 1...3, using: &generator)))
        }
        let repeated = outcomes.flatMap { outcome in
            (0..<Int(outcome.weight)).map { _ in
                ScoredOutcome(confidence: outcome.confidence, isRight: outcome.isRight)
            }
        }
        let (weighted, plain) = (
            try ProbabilityScores(outcomes), try ProbabilityScores(repeated)
        )
        expectClose(weighted.brier, plain.brier)
        expectClose(weighted.logLoss, plain.logLoss)
        expectClose(
            try ReliabilityDiagram(outcomes, binning: .equalWidth(15)).expectedError,
            try ReliabilityDiagram(repeated, binning: .equalWidth(15)).expectedError)
        let maps = (try PlattMap(fitting: outcomes), try PlattMap(fitting: repeated))
        expectClose(maps.0.slope, maps.1.slope)
        expectClose(maps.0.offset, maps.1.offset)
        let steps = (try IsotonicMap(fitting: outcomes), try IsotonicMap(fitting: repeated))
        #expect(steps.0.corners.count == steps.1.corners.count)
        for (one, other) in zip(steps.0.corners, steps.1.corners) {
            expectClose(one.probability, other.probability)
        }
    }
}
