import SluiceStatistics
import Testing

@Suite("What automation saves")
struct CostTests {
    private let costs = UnitCosts(review: 0.85, audit: 0.85, error: 12)

    private func error(_ value: Double, _ lo: Double, _ hi: Double, n: Int = 500) -> Estimate {
        Estimate(value: value, lo: lo, hi: hi, level: 0.95, method: .wilson, n: n)
    }

    @Test("the interval of the error rate is carried through to the money")
    func saved() throws {
        let saved = try CostSaved(
            [
                .init(
                    items: 12_000, error: error(0.008, 0.0031467195, 0.0166513264), costs: costs)
            ],
            audits: 500)
        expectClose(saved.gross, 10_200)
        expectClose(saved.auditCost, 425)
        expectClose(saved.errorCost, 1152)
        expectClose(saved.net.value, 8623)
        expectClose(saved.net.lo, 7377.2089983999995)
        expectClose(saved.net.hi, 9321.872392)
        #expect(saved.net.n == 500 && saved.net.method == .wilson)
    }

    @Test("labels whose errors cost more are put together by square and add")
    func labels() throws {
        let saved = try CostSaved(
            [
                .init(items: 1000, error: error(0.01, 0.005, 0.02), costs: costs),
                .init(
                    items: 100, error: error(0.02, 0.01, 0.05, n: 60), costs: costs.with(error: 250)
                ),
            ],
            audits: 560)
        expectClose(saved.errorCost, 1000 * 0.01 * 12 + 100 * 0.02 * 250)
        expectClose(saved.net.value, 1100 * 0.85 - 560 * 0.85 - 620)
        // 120 and 750 more at the upper ends, together sqrt(120^2 + 750^2).
        expectClose(saved.net.value - saved.net.lo, 759.5393340703303)
        expectClose(saved.net.hi - saved.net.value, (60.0 * 60 + 250 * 250).squareRoot())
        #expect(saved.net.n == 560)
    }

    @Test("accepting pays from where a mistake costs less than asking")
    func chow() {
        expectClose(costs.acceptFrom(humanError: 0), 0.9291666666666667, within: 1e-12)
        expectClose(costs.acceptFrom(humanError: 0.02), 0.9091666666666667, within: 1e-12)
        expectClose(costs.errorWorthAccepting(humanError: 0.02), 0.09083333333333332, within: 1e-9)
        #expect(costs.with(error: 0).acceptFrom(humanError: 0.02) == 0)
        #expect(costs.with(error: 0.5).acceptFrom(humanError: 0) == 0)
    }

    @Test("with a map, accepting pays from the confidence whose probability is worth it")
    func calibratedChow() throws {
        let line = CalibrationMap.platt(PlattMap(slope: 1.5, offset: -1))
        let from = try #require(costs.acceptFrom(humanError: 0.02, by: line))
        expectClose(from, 0.9004589750830304, within: 1e-12)
        #expect(line.probability(of: from) >= costs.acceptFrom(humanError: 0.02))
        #expect(line.probability(of: from - 1e-12) < costs.acceptFrom(humanError: 0.02))
        #expect(
            costs.acceptFrom(humanError: 0.02, by: .identity)
                == costs.acceptFrom(humanError: 0.02))
        // The surest predictions are right in 62 of 100, which pays only where errors are cheap.
        let modest = CalibrationMap.platt(PlattMap(slope: 0, offset: 0.5))
        #expect(costs.acceptFrom(humanError: 0.02, by: modest) == nil)
        #expect(costs.with(error: 2).acceptFrom(humanError: 0, by: modest) == 0)
    }

    @Test("nothing decided saves nothing, and counts that cannot be are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) { try CostSaved([], audits: 0) }
        #expect(throws: Unknown(.impossibleCounts)) {
            try CostSaved(
                [.init(items: -1, error: error(0, 0, 0), costs: costs)], audits: 0)
        }
    }
}
