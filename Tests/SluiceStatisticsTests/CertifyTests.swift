import SluiceStatistics
import Testing

@Suite("Thresholds that keep a promise")
struct CertifyTests {
    private func promise(_ limit: Double = 0.02, _ delta: Double = 0.05) throws -> ErrorPromise {
        try #require(ErrorPromise(limit: limit, delta: delta))
    }

    @Test("the chain of 3,000 labels stops where the binomial tail says so")
    func chain() throws {
        let steps = zip(CertifyVectors.accepted, CertifyVectors.errors).enumerated().map {
            ThresholdStep(
                threshold: 0.995 - 0.005 * Double($0.offset),
                strata: [
                    .init(
                        propensity: 1, items: $0.element.0, labelled: $0.element.0,
                        errors: $0.element.1)
                ])
        }
        let promise = try promise()
        #expect(promise.leastLabels == 149)
        let start = ConfidenceGrid.start(
            expected: CertifyVectors.accepted.map(Double.init), promise: promise)
        #expect(start == 2)
        let walk = ThresholdWalk(steps, promise: promise, starts: [2])
        let certified = try #require(walk.certified)
        #expect(abs(steps[certified].threshold - 0.9) < 1e-12)
        expectClose(Double(steps[certified].labelled) / 3000, 0.6493333333333333, within: 1e-12)
        expectClose(walk.tests[certified - 2].bound, 0.01906376131499977)
        let last = try Proportion(27, of: 1948)
        expectClose(last.tail(ifTrueShareIs: 0.02), 0.026843755376422765)
        let failed = try #require(walk.firstFailed)
        #expect(failed == certified + 1)
        expectClose(
            try Proportion(steps[failed].errors, of: steps[failed].labelled)
                .tail(ifTrueShareIs: 0.02), 0.05493117490695926)
        let plugIn = try #require(steps.lastIndex { ($0.observedError ?? 1) <= 0.02 })
        #expect(abs(steps[plugIn].threshold - 0.845) < 1e-12)
        // The next step would do with more labels of the same kind, one beyond the limit never.
        let needed = try #require(steps[failed].labelsNeeded(promise))
        #expect(needed > 2014 && needed < 2300)
        #expect(steps[plugIn + 10].labelsNeeded(promise) == nil)
        #expect(steps[certified].labelsNeeded(promise) == 1948)
    }

    @Test("several starts share the probability, and the furthest walk counts")
    func robust() throws {
        func step(_ labelled: Int, _ errors: Int) -> ThresholdStep {
            ThresholdStep(
                threshold: 0.5,
                strata: [
                    .init(propensity: 1, items: labelled, labelled: labelled, errors: errors)
                ])
        }
        // The first step has bad luck; those after it do not.
        let steps = [step(450, 6), step(900, 8), step(2000, 20), step(2500, 80)]
        let promise = try promise()
        #expect(ThresholdWalk(steps, promise: promise, starts: [0]).certified == nil)
        let walk = ThresholdWalk(steps, promise: promise, starts: [0, 1, 2, 3])
        #expect(walk.promise.delta == 0.0125)
        #expect(walk.certified == 2 && walk.firstFailed == 3)
        #expect(ThresholdWalk(steps, promise: promise, starts: []).certified == nil)
        #expect(ThresholdWalk(steps, promise: promise, starts: [9]).tests.isEmpty)
    }

    @Test("two groups chosen under an earlier threshold are bounded each for itself")
    func twoStrata() {
        for (audited, reviewed, bounds, upper) in [
            (
                (12_000, 1200, 6), (3000, 3000, 80), (0.01000192251164612, 0.03519776184707482),
                0.01504109037873186
            ),
            (
                (30_000, 600, 4), (900, 900, 20), (0.015469296635717389, 0.03820613620213087),
                0.016131534681341084
            ),
            ((12_000, 240, 0), (0, 0, 0), (0.01283809938403699, 0.0), 0.012838099384036988),
        ] {
            let one = StratifiedBound.Part(
                items: audited.0, labelled: audited.1, errors: audited.2, delta: 0.045)
            let other = StratifiedBound.Part(
                items: reviewed.0, labelled: reviewed.1, errors: reviewed.2, delta: 0.005)
            expectClose(one.bound, bounds.0, within: 1e-10)
            expectClose(other.bound, bounds.1, within: 1e-10)
            expectClose(StratifiedBound([one, other]).upper, upper, within: 1e-10)
        }
        let step = ThresholdStep(
            threshold: 0.8,
            strata: [
                .init(propensity: 0.1, items: 12_000, labelled: 1200, errors: 6),
                .init(propensity: 1, items: 3000, labelled: 3000, errors: 80),
            ])
        #expect(step.form == .twoStrata)
        expectClose(step.upperBound(failing: 0.05), 0.01504109037873186, within: 1e-10)
        expectClose(step.observedError ?? 0, (12_000 * 0.005 + 80) / 15_000)
    }

    @Test("what nobody could have labelled certifies nothing, and no label neither")
    func unobservable() throws {
        let unseen = ThresholdStep(
            threshold: 0.9,
            strata: [
                .init(propensity: 0, items: 10), .init(propensity: 1, items: 900, labelled: 900),
            ])
        #expect(unseen.form == .unobservable && unseen.upperBound(failing: 0.05) == 1)
        #expect(try !unseen.keeps(promise()))
        let open = ThresholdStep(threshold: 0.9, strata: [.init(propensity: 0.5, items: 10)])
        #expect(open.form == .unlabelled && open.observedError == nil)
        #expect(try open.labelsNeeded(promise()) == nil)
        let three = ThresholdStep(
            threshold: 0.9,
            strata: [0.05, 0.1, 1].map {
                .init(propensity: $0, items: 10_000, labelled: 500, errors: 1)
            })
        #expect(three.form == .strata)
        // The two audited ones share nine tenths.
        expectClose(
            three.upperBound(failing: 0.05),
            StratifiedBound(
                [0.0225, 0.0225, 0.005].map {
                    .init(items: 10_000, labelled: 500, errors: 1, delta: $0)
                }
            ).upper, within: 1e-12)
    }

    @Test("a grid accepts one per cent more at each step, and equal thresholds are one")
    func grid() {
        let even = ConfidenceGrid(confidences: (0..<100).map { Double($0) / 100 }, items: 100)
        #expect(even.steps.count == 99)
        #expect(even.steps.first == .init(threshold: 0.99, share: 0.01))
        #expect(even.steps.last == .init(threshold: 0.01, share: 0.99))
        let tied = ConfidenceGrid(
            confidences: Array(repeating: 0.9, count: 50) + Array(repeating: 0.4, count: 30),
            items: 100)
        #expect(
            tied.steps == [.init(threshold: 0.9, share: 0.5), .init(threshold: 0.4, share: 0.8)])
        #expect(tied.firstStep(accepting: 0.95) == 0 && tied.firstStep(accepting: 0.9) == 0)
        #expect(tied.firstStep(accepting: 0.5) == 1 && tied.firstStep(accepting: 0.3) == nil)
        #expect(ConfidenceGrid(confidences: [], items: 10).steps.isEmpty)
        #expect(ConfidenceGrid(confidences: [0.5], items: 1).steps.count == 1)
    }

    @Test("a walk starts with room for errors, else with most labels, else not at all")
    func start() throws {
        let promise = try promise()
        #expect(ConfidenceGrid.start(expected: [100, 446.9, 447, 900], promise: promise) == 2)
        #expect(ConfidenceGrid.start(expected: [100, 200, 160], promise: promise) == 1)
        #expect(ConfidenceGrid.start(expected: [100, 148], promise: promise) == nil)
        #expect(ConfidenceGrid.start(expected: [], promise: promise) == nil)
        #expect(promise.divided(by: 10).leastLabels == 263)
        #expect(ErrorPromise(limit: 0, delta: 0.05) == nil)
        #expect(ErrorPromise(limit: 0.02, delta: 1) == nil)
    }

    @Test("all looks together spend no more than there is")
    func spending() {
        let spent = (1...10_000).reduce(0.0) { $0 + DeltaSpending.share(of: 0.05, look: $1) }
        #expect(spent < 0.05 && spent > 0.0499)
        expectClose(DeltaSpending.share(of: 0.05, look: 1), 0.030396355092701335)
        expectClose(DeltaSpending.share(of: 0.05, look: 2), 0.030396355092701335 / 4)
    }
}
