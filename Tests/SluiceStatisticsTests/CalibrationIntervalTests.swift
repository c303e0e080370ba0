import SluiceStatistics
import Testing

@Suite("Intervals of calibration")
struct CalibrationIntervalTests {
    /// Predictions of one confidence, so many of them right.
    private func outcomes(_ confidence: Double, right: Int, of n: Int) -> [ScoredOutcome] {
        (0..<n).map { ScoredOutcome(confidence: confidence, isRight: $0 < right) }
    }

    private func expectClose(
        _ estimate: Estimate, _ value: Double, _ lo: Double, _ hi: Double, size: Double? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (found, expected) in [(estimate.value, value), (estimate.lo, lo), (estimate.hi, hi)] {
            SluiceStatisticsTests.expectClose(found, expected, sourceLocation: sourceLocation)
        }
        #expect(estimate.level == 0.95, sourceLocation: sourceLocation)
        guard let size else {
            return #expect(estimate.nEffective == nil, sourceLocation: sourceLocation)
        }
        SluiceStatisticsTests.expectClose(
            try #require(estimate.nEffective), size, sourceLocation: sourceLocation)
    }

    @Test("the worked numbers hold")
    func worked() throws {
        let plain = try MeanLoss(.brier, of: outcomes(0.9, right: 90, of: 100)).estimate()
        try expectClose(plain, 0.09, 0.04213888631945506, 0.1472323045964986)
        #expect(plain.method == .linearisedMean && plain.n == 100)
        let diagram = try ReliabilityDiagram(
            outcomes(0.9, right: 70, of: 100), binning: .equalWidth(15))
        let error = try diagram.expectedErrorEstimate()
        try expectClose(error, 0.2, 0.10200180077299739, 0.29799819922700277)
        #expect(error.method == .directionalDelta && error.n == 100)
        let largest = try diagram.largestErrorEstimate()
        try expectClose(largest, 0.2, 0.11240642048953742, 0.29981467617980484)
        #expect(largest.method == .simultaneousBins && largest.n == 100)
    }

    /// The reference is a computation of the same formulas with numpy 2.4.6 and scipy 1.17.1.
    @Test("sixty predictions, weighted and not, agree with the reference")
    func reference() throws {
        let map = CalibrationMap.platt(PlattMap(slope: 0.7, offset: -0.2))
        let plain = CalibrationVectors.plain
        let fifteen = try ReliabilityDiagram(plain, binning: .equalWidth(15))
        try expectClose(
            fifteen.expectedErrorEstimate(), 0.10005, 0, 0.21925087545434147)
        try expectClose(
            fifteen.largestErrorEstimate(), 0.26988888888888896, 0, 0.7454657797560234)
        try expectClose(
            MeanLoss(.brier, of: plain).estimate(), 0.21197344999999998, 0.1588751450974105,
            0.26964855126572024)
        try expectClose(
            MeanLoss(.logarithmic, of: plain).estimate(), 0.6018090201854781,
            0.47778960951940913, 0.739317373977561)
        try expectClose(
            MeanLoss(.brier, changedBy: map, of: plain).estimate(), -0.005320468756221316,
            -0.03030451784214735, 0.01792682753358665)
        let weighted = CalibrationVectors.weighted
        let size = 26.7557003257329
        let uneven = try ReliabilityDiagram(weighted, binning: .equalWidth(15))
        try expectClose(
            uneven.expectedErrorEstimate(), 0.14716216216216213, 0, 0.31123860483550936,
            size: size)
        try expectClose(
            uneven.largestErrorEstimate(), 0.26988888888888873, 0, 0.7454657797560234,
            size: size)
        try expectClose(
            MeanLoss(.logarithmic, of: weighted).estimate(), 0.5060543262411245,
            0.23396142037462664, 0.8429058207746958, size: size)
        try expectClose(
            MeanLoss(.logarithmic, changedBy: map, of: weighted).estimate(),
            -0.021669398077487075, -0.19791593789764056, 0.10714035876647629, size: size)
    }

    @Test("the values are those of the diagram and the scores")
    func values() throws {
        for outcomes in [CalibrationVectors.plain, CalibrationVectors.weighted] {
            let diagram = try ReliabilityDiagram(outcomes, binning: .equalWidth(15))
            let scores = try ProbabilityScores(outcomes)
            #expect(try diagram.expectedErrorEstimate().value == diagram.expectedError)
            #expect(try diagram.largestErrorEstimate().value == diagram.largestError)
            #expect(abs(try MeanLoss(.brier, of: outcomes).value - scores.brier) < 1e-15)
            #expect(
                abs(try MeanLoss(.logarithmic, of: outcomes).value - scores.logLoss) < 1e-14)
        }
    }

    @Test("a map that changes nothing changes nothing, and one that mends much is told from chance")
    func change() throws {
        let sure = outcomes(0.95, right: 350, of: 500)
        let none = try MeanLoss(.brier, changedBy: .identity, of: sure).estimate()
        #expect(none.value == 0 && none.lo == 0 && none.hi == 0)
        for score in [MeanLoss.Score.brier, .logarithmic] {
            let map = CalibrationMap.platt(PlattMap(slope: 0, offset: 0.85))
            let mended = try MeanLoss(score, changedBy: map, of: sure)
            let (before, after) = (
                try MeanLoss(score, of: sure), try MeanLoss(score, of: map.applied(to: sure))
            )
            #expect(abs(mended.value - (after.value - before.value)) < 1e-12)
            let paired = try mended.estimate()
            #expect(paired.hi < 0)
            // Sharing what the predictions are like makes it narrower than the two apart.
            let (one, other) = (try before.estimate(), try after.estimate())
            #expect(paired.hi - paired.lo < one.hi - one.lo + other.hi - other.lo)
        }
    }

    @Test("ends stay within what can be, and too little is said to be too little")
    func ends() throws {
        let wrong = outcomes(1, right: 0, of: 3)
        let worst = try ReliabilityDiagram(wrong, binning: .equalWidth(15))
        #expect(try worst.expectedErrorEstimate().hi == 1)
        #expect(try worst.largestErrorEstimate().hi == 1)
        #expect(try MeanLoss(.brier, of: wrong).estimate().hi == 1)
        #expect(try MeanLoss(.logarithmic, of: wrong).estimate().hi < 35)
        let right = outcomes(1, right: 3, of: 3)
        let best = try ReliabilityDiagram(right, binning: .equalWidth(15))
            .expectedErrorEstimate()
        #expect(best.value == 0 && best.lo == 0 && best.hi == 0)
        #expect(throws: Unknown(.noObservations)) { try MeanLoss(.brier, of: []) }
        #expect(throws: Unknown(.tooFew)) {
            try MeanLoss(.brier, of: outcomes(0.9, right: 1, of: 1)).estimate()
        }
        #expect(throws: Unknown(.impossibleLevel)) {
            try worst.expectedErrorEstimate(level: 1)
        }
        #expect(throws: Unknown(.impossibleLevel)) {
            try worst.largestErrorEstimate(level: 0)
        }
    }

    @Test("a few right predictions of one confidence do not prove it")
    func fewRight() throws {
        let three = try ReliabilityDiagram(
            outcomes(0.97, right: 3, of: 3), binning: .equalWidth(15)
        ).expectedErrorEstimate()
        #expect(three.lo == 0 && three.hi > 0.15)
    }
}
