import Testing

@testable import SluiceStatistics

@Suite("What audits say, by other formulas")
struct AuditEstimateTests {
    @Test("what other tools print can be checked", arguments: AuditVectors.comparisons)
    func comparisons(_ vector: AuditVectors.Comparison) throws {
        let share = try Proportion(vector.x, of: vector.n)
        for (estimate, expected) in [
            (try share.wald(), vector.wald), (try share.agrestiCoull(), vector.agrestiCoull),
            (try share.jeffreys(), vector.jeffreys),
        ] {
            // Jeffreys' interval of none does not begin at none; the estimate holds its value.
            expectClose(estimate.lo, min(expected.0, share.value))
            expectClose(estimate.hi, max(expected.1, share.value))
        }
    }

    @Test("without the cut at the number of audits it is R's own interval")
    func untruncated() throws {
        let expected = [
            (839.1695083880315, 0.0031467194766917014, 0.016651326395473193),
            (1025.6354853054581, 0.0016549858396504157, 0.011514486115253441),
            (527.4479155481475, 0.012714743553995505, 0.0409703264114835),
            (271.93111630769397, 0.0018675297848376998, 0.030434116257513966),
        ]
        for (vector, (size, lo, hi)) in zip(Vectors.stratified, expected) {
            let sample = try StratifiedSample(
                vector.items.indices.map {
                    .init(
                        items: vector.items[$0], audits: vector.audits[$0],
                        errors: vector.errors[$0])
                })
            let raw = try #require(sample.untruncatedSize(level: 0.95))
            expectClose(raw, size, within: 1e-8)
            let interval = sample.interval(at: raw, level: 0.95)
            expectClose(interval.lo, lo, within: 1e-8)
            expectClose(interval.hi, hi, within: 1e-8)
        }
    }

    @Test("the total over all items is a share only where as many were drawn as expected")
    func totalShare() throws {
        let propensities = [0.02, 0.02, 0.02, 0.05, 0.05, 0.1, 0.1, 0.25, 1, 1, 1, 1]
        let outcomes = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0]
        let sample = try WeightedSample(
            zip(propensities, outcomes).map { .init(propensity: $0, holds: $1 == 1) })
        expectClose(sample.totalShare(ofItems: 260), 0.23846153846153847, within: 1e-12)
        let share = Double(outcomes.reduce(0, +)) / Double(outcomes.count)
        expectClose(share, 0.3333333333333333, within: 1e-12)
    }

    @Test("a prediction-powered mean agrees with ppi-python")
    func predictionPowered() throws {
        let mean = try PredictionPoweredMean(
            labelled: zip(AuditVectors.outcomes, AuditVectors.expectedOfLabelled).map {
                .init(outcome: $0, expected: $1)
            }, unlabelled: AuditVectors.expectedOfUnlabelled)
        let whole = try mean.estimate(share: 1)
        expectClose(whole.value, 0.15624499999999997)
        expectClose(whole.lo, 0.03906224428667886)
        expectClose(whole.hi, 0.27342775571332106)
        let tuned = try mean.estimate()
        expectClose(tuned.value, 0.16610254011319026)
        expectClose(tuned.lo, 0.04933773648640527)
        expectClose(tuned.hi, 0.28286734373997524)
        expectClose(try mean.estimate(share: 0).value, 0.175)
        #expect(tuned.n == 40 && tuned.method == .predictionPowered)
    }

    @Test("expectations that are all the same add nothing")
    func constantExpectations() throws {
        let mean = try PredictionPoweredMean(
            labelled: [.init(outcome: 1, expected: 0.5), .init(outcome: 0, expected: 0.5)],
            unlabelled: [0.5, 0.5])
        #expect(mean.tunedShare == 0)
        #expect(try mean.estimate().value == 0.5)
        #expect(throws: Unknown(.noObservations)) {
            try PredictionPoweredMean(labelled: [], unlabelled: [1])
        }
        #expect(throws: Unknown(.noObservations)) {
            try PredictionPoweredMean(
                labelled: [.init(outcome: 1, expected: 1)], unlabelled: [])
        }
    }
}

@Suite("Errors as reviewers see them")
struct MisjudgedShareTests {
    @Test("a rate of 1 % seen as 1.94 % is corrected")
    func corrected() throws {
        let corrected = MisjudgedShare.corrected(
            observed: 0.0194, sensitivity: 0.95, specificity: 0.99)
        expectClose(try #require(corrected), 0.01000000000000008, within: 1e-12)
        // Fewer errors seen than mistakes made: nothing is left, not less than nothing.
        #expect(
            MisjudgedShare.corrected(observed: 0.001, sensitivity: 0.95, specificity: 0.99) == 0)
        #expect(
            MisjudgedShare.corrected(observed: 0.1, sensitivity: 0.5, specificity: 0.5) == nil)
    }

    @Test("the worked number, and refusal of reviewers no better than chance")
    func worked() throws {
        let estimate = try MisjudgedShare(
            observed: Proportion(97, of: 5000), found: Proportion(190, of: 200),
            left: Proportion(4950, of: 5000)
        ).estimate()
        expectClose(estimate.value, 0.01)
        expectClose(estimate.lo, 0.00516005, within: 1e-3)
        expectClose(estimate.hi, 0.01531880, within: 1e-3)
        #expect(throws: Unknown(.tooFew)) {
            try MisjudgedShare(
                observed: Proportion(1, of: 100), found: Proportion(1, of: 2),
                left: Proportion(1, of: 2)
            ).estimate()
        }
    }

    /// 1,000 runs: 931 covering ones are three standard errors below 95 %.
    @Test("it covers the true rate although sensitivity and specificity are counted, too")
    func coverage() throws {
        var random = SeededGenerator(seed: 78)
        var covering = 0
        let (truth, sensitivity, specificity) = (0.05, 0.9, 0.98)
        let seen = truth * sensitivity + (1 - truth) * (1 - specificity)
        for _ in 0..<1000 {
            let estimate = try MisjudgedShare(
                observed: Proportion(random.binomial(800, seen), of: 800),
                found: Proportion(random.binomial(60, sensitivity), of: 60),
                left: Proportion(random.binomial(300, specificity), of: 300)
            ).estimate()
            covering += estimate.lo <= truth && truth <= estimate.hi ? 1 : 0
        }
        #expect(covering >= 931, "\(covering) of 1000")
    }
}
