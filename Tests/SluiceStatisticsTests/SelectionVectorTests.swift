import SluiceStatistics
import Testing

@Suite("Selective risk against reference values")
struct SelectionVectorTests {
    @Test("p-values of bounded losses are those of the reference, from whole counts")
    func bentkus() throws {
        let errors = [0, 5, 10, 15, 20]
        let binary = [
            1.6829673572159215e-09, 6.400906688292924e-05, 0.010236548159763267,
            0.15391030720633242, 0.5590956057638875,
        ]
        let general = [
            1.6829673572159215e-09, 0.0001739946833644862, 0.027825822848830367,
            0.4183715912915226, 1.0,
        ]
        for (index, count) in errors.enumerated() {
            let sample = try Proportion(count, of: 1000)
            expectClose(
                HoeffdingBentkus.ofErrors(sample, limit: 0.02), binary[index], within: 1e-10)
            expectClose(
                HoeffdingBentkus.ofLosses(sample, limit: 0.02), general[index], within: 1e-10)
            expectClose(sample.tail(ifTrueShareIs: 0.02), binary[index], within: 1e-10)
        }
    }

    @Test("conformal risk control adds one loss")
    func conformal() throws {
        let expected = [
            (0, 0.000999000999000999), (10, 0.010989010989010988), (18, 0.01898101898101898),
            (19, 0.01998001998001998), (20, 0.02097902097902098),
        ]
        for (errors, adjusted) in expected {
            expectClose(
                ConformalRisk.adjusted(try Proportion(errors, of: 1000)), adjusted, within: 1e-12)
        }
    }

    @Test("the area under the risk-coverage curve, by rank, at best, and averaged over ties")
    func area() throws {
        let confidences = [0.99, 0.97, 0.95, 0.9, 0.9, 0.8, 0.7, 0.6, 0.55, 0.5]
        let errors = [2, 4, 7, 8]
        let isWrong = (0..<10).map { errors.contains($0) }
        let byRank = try #require(RiskCoverage.area(ofErrorsInOrder: isWrong))
        expectClose(byRank, 0.28218253968253965, within: 1e-12)
        let optimal = try #require(RiskCoverage.optimalArea(errors: 4, of: 10))
        expectClose(optimal, 0.11261904761904762, within: 1e-12)
        expectClose(byRank - optimal, 0.16956349206349203, within: 1e-12)
        // Either order of the tie gives the same, and the mean of the two orders at that.
        let items = zip(confidences, isWrong).map { (confidence: Double?.some($0), isWrong: $1) }
        let tied = try #require(RiskCoverage.area(of: items))
        expectClose(try #require(RiskCoverage.area(of: items.reversed())), tied, within: 1e-12)
        var swapped = isWrong
        swapped.swapAt(3, 4)
        let other = try #require(RiskCoverage.area(ofErrorsInOrder: swapped))
        expectClose(tied, (byRank + other) / 2, within: 1e-12)
        #expect(RiskCoverage.area(of: []) == nil && RiskCoverage.area(ofErrorsInOrder: []) == nil)
        #expect(RiskCoverage.optimalArea(errors: 3, of: 2) == nil)
        // Distinct thresholds only.
        let curve = try RiskCoverage(
            items.map { .init(confidence: $0.confidence, isWrong: $0.isWrong, weight: 1) })
        let expected = [
            (0.99, 0.1, 0.0), (0.97, 0.2, 0.0), (0.95, 0.3, 1.0 / 3), (0.9, 0.5, 0.4),
            (0.8, 0.6, 1.0 / 3), (0.7, 0.7, 2.0 / 7), (0.6, 0.8, 0.375), (0.55, 0.9, 4.0 / 9),
            (0.5, 1.0, 0.4),
        ]
        #expect(curve.points.count == expected.count)
        for (point, wanted) in zip(curve.points, expected) {
            #expect(point.threshold == wanted.0)
            expectClose(point.share, wanted.1, within: 1e-12)
            expectClose(point.error, wanted.2, within: 1e-12)
        }
    }

    @Test("the search with guaranteed risk looks where the reference does, and may find nothing")
    func search() throws {
        let wrong = Set(CertifyVectors.wrongOfThousand)
        let items = (0..<1000).map { index in
            let exact = 0.5 + 0.499 * Double(index) / 999
            return (
                confidence: (exact * 10_000).rounded() / 10_000, isWrong: wrong.contains(index)
            )
        }
        for (limit, looks, threshold) in [
            (0.05, CertifyVectors.looksAtFive, nil), (0.08, CertifyVectors.looksAtEight, 0.7463),
        ] {
            let promise = try #require(ErrorPromise(limit: limit, delta: 0.05))
            let found = try SelectiveRisk(items, promise: promise)
            expectClose(found.delta, 0.005, within: 1e-12)
            #expect(found.looks.map(\.index) == looks.map(\.index))
            #expect(found.looks.map(\.accepted) == looks.map(\.accepted))
            #expect(found.looks.map(\.errors) == looks.map(\.errors))
            for (look, expected) in zip(found.looks, looks) {
                expectClose(look.bound, expected.bound)
            }
            #expect(found.threshold == threshold)
        }
        // At 0.05 a threshold exists all the same, which a walk finds.
        let bound = try Proportion(8, of: 400).upperBound(failing: 0.05)
        expectClose(bound, 0.03579661761364029)
        expectClose(
            try Proportion(33, of: 550).upperBound(failing: 0.05), 0.0794098240888711)
    }

    @Test("weighted bets gather evidence as the reference does")
    func bets() throws {
        let accepted = CertifyVectors.isAccepted
        let audited = CertifyVectors.isAudited
        let wrong = Set(CertifyVectors.wrongPlaces)
        var process = WeightedLimitProcess(limit: 0.05, stakes: [0.9])
        for index in accepted.indices where accepted[index] {
            process.observe(
                isWrong: wrong.contains(index), weightShare: audited[index] ? 1 : 1 / 20)
            if index == 0 { expectClose(process.evidence, 1.045) }
        }
        expectClose(process.evidence, 7.978773272667778)
        expectClose(process.peak, 7.978773272667778)
        #expect(process.n == accepted.count { $0 })
    }

    @Test("a walk by evidence reaches the same as its bets, and stops at the first that is short")
    func evidenceWalk() throws {
        let promise = try #require(ErrorPromise(limit: 0.05, delta: 0.05))
        // 200 right items at 0.9, then, further down, a run of wrong ones.
        let labels =
            (0..<200).map { _ in WeightedLabel(confidence: 0.9, isWrong: false, weightShare: 1) }
            + (0..<100).map { WeightedLabel(confidence: 0.5, isWrong: $0 % 5 == 0, weightShare: 1) }
        let walk = EvidenceWalk(
            labels.shuffled(seed: 3), thresholds: [0.95, 0.9, 0.5], promise: promise, start: 1)
        #expect(walk.certified == 1)
        #expect(walk.tests.map(\.step) == [1, 2])
        #expect(walk.tests[0].labelled == 200 && walk.tests[0].errors == 0)
        #expect(walk.tests[1].labelled == 300 && walk.tests[1].errors == 20)
        var process = WeightedLimitProcess(limit: 0.05)
        for _ in 0..<200 { process.observe(isWrong: false) }
        #expect(walk.tests[0].peak == process.peak && process.peak >= 20)
        let none = EvidenceWalk(labels, thresholds: [0.95], promise: promise, start: 0)
        #expect(none.certified == nil && none.tests.count == 1)
        #expect(EvidenceWalk(labels, thresholds: [], promise: promise, start: 0).tests.isEmpty)
    }
}

extension Array {
    fileprivate func shuffled(seed: UInt64) -> Self {
        var random = SeededGenerator(seed: seed)
        return shuffled(using: &random)
    }
}
