import SluiceStatistics
import Testing

@Suite("Automation at equal error")
struct RiskCoverageTests {
    private func items(_ pairs: [(Double?, Bool)], weight: Double = 1) -> [RiskCoverage.Item] {
        pairs.map { .init(confidence: $0.0, isWrong: $0.1, weight: weight) }
    }

    @Test("the curve has one point a distinct confidence, and the worked numbers")
    func curve() throws {
        let curve = try RiskCoverage(
            items([(0.6, false), (0.9, false), (0.7, true), (0.8, false)]))
        #expect(curve.points.map(\.threshold) == [0.9, 0.8, 0.7, 0.6])
        #expect(curve.points.map(\.share) == [0.25, 0.5, 0.75, 1])
        #expect(curve.mostAutomation(atError: 0)?.share == 0.5)
        #expect(curve.mostAutomation(atError: 0.25)?.share == 1)
        #expect(curve.mostAutomation(atError: 0.24)?.threshold == 0.8)
        #expect(curve.point(from: 0.75)?.n == 2 && curve.point(from: 0.95) == nil)
    }

    @Test("items of one confidence come together, in whatever order")
    func ties() throws {
        let values: [(Double?, Bool)] = [(0.9, true), (0.9, false), (0.9, false), (0.5, false)]
        for rotated in [values, values.reversed()] {
            let curve = try RiskCoverage(items(rotated))
            #expect(curve.points.count == 2 && curve.mostAutomation(atError: 0.1) == nil)
            expectClose(curve.points[0].error, 1.0 / 3)
        }
    }

    @Test("what has no confidence is never automated but belongs to the traffic")
    func withoutConfidence() throws {
        let curve = try RiskCoverage(
            items([(nil, false), (nil, true), (0.4, false), (0.3, false)]))
        #expect(curve.points.map(\.share) == [0.25, 0.5])
        #expect(try RiskCoverage(items([(nil, true)])).points.isEmpty)
    }

    @Test("weights say how much of the traffic an item stands for")
    func weights() throws {
        let curve = try RiskCoverage(
            items([(0.9, false)], weight: 18) + items([(0.8, true)], weight: 2))
        #expect(curve.points.map(\.share) == [0.9, 1])
        #expect(curve.mostAutomation(atError: 0.1)?.share == 1)
    }

    @Test("a sharper model automates more at the same error, and the interval says how surely")
    func sharper() throws {
        var generator = SeededGenerator(seed: 2)
        var serving: [RiskCoverage.Item] = []
        var candidate: [RiskCoverage.Item] = []
        for _ in 0..<1500 {
            let difficulty = Double.random(in: 0..<1, using: &generator)
            let isWrong = generator.flip(0.3 * difficulty * difficulty)
            let noise = Double.random(in: 0..<1, using: &generator)
            serving.append(
                .init(confidence: 1 - (difficulty + noise) / 2, isWrong: isWrong, weight: 1))
            candidate.append(.init(confidence: 1 - difficulty, isWrong: isWrong, weight: 1))
        }
        let equal = try EqualErrorAutomation(
            serving: serving, candidate: candidate, error: 0.04)
        #expect(equal.candidateShare.value > equal.servingShare.value)
        #expect(equal.difference.lo > 0 && equal.difference.method == .bootstrap)
        expectClose(
            equal.difference.value, equal.candidateShare.value - equal.servingShare.value)
        #expect(equal.candidate?.share == equal.candidateShare.value)
        let again = try EqualErrorAutomation(
            serving: serving, candidate: candidate, error: 0.04)
        #expect(again == equal, "the same items must give the same numbers")
        let same = try EqualErrorAutomation(serving: serving, candidate: serving, error: 0.04)
        #expect(same.difference.value == 0 && same.difference.lo == 0 && same.difference.hi == 0)
    }

    @Test("the interval of a share covers the true one about as often as it says")
    func coverage() throws {
        var generator = SeededGenerator(seed: 77)
        // Wrong with probability 0.5 (1 - confidence): accepting from t upwards errs (1 - t) / 4 on
        // average, so an error of 0.05 is reached at a share of 0.2.
        var covered = 0
        for _ in 0..<40 {
            let items = (0..<400).map { _ in
                let confidence = Double.random(in: 0..<1, using: &generator)
                return RiskCoverage.Item(
                    confidence: confidence, isWrong: generator.flip(0.5 * (1 - confidence)),
                    weight: 1)
            }
            let share = try EqualErrorAutomation(serving: items, candidate: items, error: 0.05)
                .servingShare
            if share.lo <= 0.2, 0.2 <= share.hi { covered += 1 }
        }
        #expect(covered >= 33, "\(covered) of 40")
    }

    @Test("no item, a weight that cannot be and lists of two lengths are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) { try RiskCoverage([]) }
        #expect(throws: Unknown(.impossiblePropensity)) {
            try RiskCoverage(items([(0.5, true)], weight: .infinity))
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try EqualErrorAutomation(
                serving: items([(0.5, true)]), candidate: [], error: 0.1)
        }
    }
}
