import Glibc
import SluiceStatistics
import Testing

@Suite("Calibration maps")
struct CalibrationMapTests {
    @Test("the weighted step function agrees with scikit-learn, corner by corner")
    func isotonic() throws {
        // scikit-learn 1.9.1 IsotonicRegression with sample weights, clipped outside.
        let map = try IsotonicMap(fitting: CalibrationVectors.weighted)
        let corners: [(Double, Double)] = [
            (0.508, 0), (0.526, 1.0 / 3), (0.548, 1.0 / 3), (0.553, 0.5), (0.852, 0.5),
            (0.859, 1), (0.994, 1),
        ]
        #expect(map.corners.count == corners.count)
        for (corner, expected) in zip(map.corners, corners) {
            expectClose(corner.confidence, expected.0)
            expectClose(corner.probability, expected.1)
        }
        let asked = [0.5, 0.6, 0.75, 0.8, 0.9, 0.97, 0.999]
        for (confidence, expected) in zip(asked, [0, 0.5, 0.5, 0.5, 1, 1, 1]) {
            expectClose(map.probability(of: confidence), expected)
        }
        expectClose(map.probability(of: 0.517), 1.0 / 6)
        #expect(IsotonicMap(corners: map.corners) == map)
        #expect(IsotonicMap(corners: map.corners.reversed()) == nil)
        #expect(IsotonicMap(corners: []) == nil)
    }

    @Test("the line and the temperature of single confidences agree with scikit-learn and scipy")
    func lineAndTemperature() throws {
        // scikit-learn 1.9.1 LogisticRegression without a penalty; scipy 1.17.1 bounded minimisation.
        let line = try PlattMap(fitting: CalibrationVectors.plain)
        expectClose(line.slope, 1.0323373477346178, within: 1e-5)
        expectClose(line.offset, -0.4012690905435074, within: 1e-5)
        expectClose(
            try Temperature(fitting: CalibrationVectors.plain).value, 1.3732103126722852,
            within: 1e-5)
        expectClose(
            try Temperature(fitting: CalibrationVectors.weighted).value, 1.4113181490004705,
            within: 1e-5)
    }

    @Test("the temperature of whole vectors agrees with scipy")
    func vectorTemperature() throws {
        let vectors = [
            [0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [0.9, 0.06, 0.04],
            [0.34, 0.33, 0.33], [0.6, 0.39, 0.01],
        ]
        let labels = [0, 1, 0, 0, 2, 1]
        let fitted = try Temperature(fitting: vectors, labels: labels)
        expectClose(fitted.value, 0.7018617191658116, within: 1e-5)
        expectClose(
            try fitted.logLoss(of: vectors, labels: labels), 0.7567094025523763, within: 1e-5)
        expectClose(
            try Temperature(1).logLoss(of: vectors, labels: labels), 0.7720950266961176,
            within: 1e-5)
        for vector in vectors {
            expectClose(fitted.probabilities(of: vector).reduce(0, +), 1)
            expectClose(Temperature(1).probabilities(of: vector)[1], vector[1])
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try Temperature(fitting: vectors, labels: [0, 1, 0, 0, 3, 1])
        }
        #expect(throws: Unknown(.noObservations)) { try Temperature(fitting: [], labels: []) }
    }

    @Test("a map keeps the order of predictions, whatever it is fitted to")
    func order() throws {
        var generator = SeededGenerator(seed: 17)
        for share in [0.0, 0.3, 1.0] {
            // From a model that is wrong the surer it is to one that is honest.
            let outcomes = (0..<1200).map { _ in
                let confidence = Double.random(in: 0...1, using: &generator)
                return ScoredOutcome(
                    confidence: confidence,
                    isRight: generator.flip(
                        share * confidence + (1 - share) * (1 - confidence)))
            }
            let maps: [CalibrationMap] = [
                .platt(try PlattMap(fitting: outcomes)),
                .isotonic(try IsotonicMap(fitting: outcomes)),
                .temperature(try Temperature(fitting: outcomes)), .identity,
            ]
            for map in maps {
                let mapped = (0...100).map { map.probability(of: Double($0) / 100) }
                #expect(zip(mapped, mapped.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
                #expect(mapped.allSatisfy { (0...1).contains($0) })
            }
        }
    }

    @Test("the inverse is the first confidence that reaches a probability, whatever the map")
    func inverse() throws {
        let line = CalibrationMap.platt(PlattMap(slope: 2, offset: -1))
        expectClose(
            try #require(line.smallestConfidence(reaching: 0.9)), 0.8318243439635804,
            within: 1e-12)
        let steps = CalibrationMap.isotonic(
            try #require(
                IsotonicMap(corners: [
                    .init(confidence: 0.5, probability: 0.25),
                    .init(confidence: 0.75, probability: 0.75),
                    .init(confidence: 0.875, probability: 0.75),
                    .init(confidence: 1, probability: 0.875),
                ])))
        for (probability, expected) in [
            (0, 0), (0.25, 0), (0.5, 0.625), (0.75, 0.75), (0.8125, 0.9375), (0.875, 1),
        ] {
            expectClose(try #require(steps.smallestConfidence(reaching: probability)), expected)
        }
        #expect(steps.smallestConfidence(reaching: (0.875).nextUp) == nil)
        #expect(CalibrationMap.identity.smallestConfidence(reaching: 0.3) == 0.3)
        expectClose(
            try #require(
                CalibrationMap.temperature(Temperature(0.5)).smallestConfidence(
                    reaching: 0.9878048780487805)), 0.9)
        var generator = SeededGenerator(seed: 31)
        for map in [line, steps, .temperature(Temperature(1.7))] {
            for _ in 0..<200 {
                let probability = Double.random(in: 0...1, using: &generator)
                guard let first = map.smallestConfidence(reaching: probability) else {
                    #expect(map.probability(of: 1) < probability)
                    continue
                }
                #expect(map.probability(of: first) >= probability)
                #expect(first == 0 || map.probability(of: first.nextDown) < probability)
            }
        }
    }

    @Test("perfectly separated outcomes still give a finite line")
    func separation() throws {
        let outcomes = (0..<40).map {
            ScoredOutcome(confidence: 0.5 + Double($0) / 100, isRight: $0 >= 20)
        }
        let line = try PlattMap(fitting: outcomes)
        #expect(line.slope > 10 && line.slope <= 100 && line.offset.isFinite)
        #expect(line.probability(of: 0.5) < 0.01 && line.probability(of: 0.9) > 0.99)
        #expect(throws: Unknown(.tooFew)) {
            try PlattMap(fitting: Array(outcomes.suffix(20)))
        }
        let same = (0..<40).map { ScoredOutcome(confidence: 0.9, isRight: $0 < 30) }
        expectClose(try PlattMap(fitting: same).probability(of: 0.9), 0.75, within: 1e-6)
    }

    @Test("the kind of map goes by the number of outcomes, and too few give none")
    func choice() throws {
        var generator = SeededGenerator(seed: 23)
        func outcomes(_ count: Int) -> [ScoredOutcome] {
            (0..<count).map { _ in
                let confidence = Double.random(in: 0.5...1, using: &generator)
                // Overconfident: right as often as the square of what it says.
                return ScoredOutcome(
                    confidence: confidence, isRight: generator.flip(confidence * confidence))
            }
        }
        guard case .platt = try CalibrationMap(fitting: outcomes(999)) else {
            Issue.record("not a line")
            return
        }
        let window = outcomes(4000)
        let map = try CalibrationMap(fitting: window)
        guard case .isotonic = map else {
            Issue.record("not a step function")
            return
        }
        // Fitted on one window, it makes the next one honest.
        let next = outcomes(4000)
        func error(_ outcomes: [ScoredOutcome]) throws -> Double {
            try ReliabilityDiagram(outcomes, binning: .equalWidth(15)).expectedError
        }
        let (before, after) = (try error(next), try error(map.applied(to: next)))
        #expect(before > 0.12 && after < 0.04, "\(before) and \(after)")
        #expect(throws: Unknown(.tooFew)) { try CalibrationMap(fitting: outcomes(99)) }
        let allRight = (0..<500).map { _ in ScoredOutcome(confidence: 0.9, isRight: true) }
        #expect(throws: Unknown(.tooFew)) { try CalibrationMap(fitting: allRight) }
    }

    @Test("the error that confidences promise is right where only the items changed")
    func expectedErrors() throws {
        var hundred = ExpectedErrorRate(map: .identity)
        hundred.add(confidence: 0.9, count: 100)
        let estimate = try hundred.estimate()
        expectClose(estimate.value, 0.1)
        expectClose(estimate.lo, 0.04120108046379838)
        expectClose(estimate.hi, 0.15879891953620162)
        #expect(estimate.method == .expectedErrors && estimate.n == 100)
        #expect(throws: Unknown(.noObservations)) {
            try ExpectedErrorRate(map: .identity).estimate()
        }
        var generator = SeededGenerator(seed: 29)
        // Items get harder, the model stays honest; then what is right changes and it does not know.
        var (promised, wrong, changed) = (ExpectedErrorRate(map: .identity), 0, 0)
        for _ in 0..<10_000 {
            let confidence = Double.random(in: 0.5...0.9, using: &generator)
            promised.add(confidence: confidence)
            wrong += generator.flip(1 - confidence) ? 1 : 0
            changed += generator.flip(1 - confidence + 0.1) ? 1 : 0
        }
        let interval = try promised.estimate()
        #expect((interval.lo...interval.hi).contains(Double(wrong) / 10_000))
        #expect(Double(changed) / 10_000 > interval.hi + 0.05)
    }
}
