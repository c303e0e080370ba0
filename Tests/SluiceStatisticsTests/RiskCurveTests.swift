import SluiceStatistics
import Testing

@Suite("Risk and coverage with intervals")
struct RiskCurveTests {
    private func items(
        _ pairs: [(Double?, Bool)], propensity: Double = 1
    ) -> [RiskCurve.Item] {
        pairs.map { .init(confidence: $0.0, isWrong: $0.1, propensity: propensity) }
    }

    /// The closed form on ten items, two of them with equal confidence.
    private let ten: [(Double?, Bool)] = [
        (0.99, false), (0.97, false), (0.95, true), (0.9, false), (0.9, true), (0.8, false),
        (0.7, false), (0.6, true), (0.55, true), (0.5, false),
    ]

    @Test("the points are the distinct thresholds, whatever the order of the items")
    func points() throws {
        let expected: [(Double, Double, Double)] = [
            (0.99, 0.1, 0), (0.97, 0.2, 0), (0.95, 0.3, 1.0 / 3), (0.9, 0.5, 0.4),
            (0.8, 0.6, 1.0 / 3), (0.7, 0.7, 2.0 / 7), (0.6, 0.8, 0.375), (0.55, 0.9, 4.0 / 9),
            (0.5, 1, 0.4),
        ]
        for pairs in [ten, ten.reversed()] {
            let curve = try RiskCurve(items(pairs))
            #expect(curve.points.count == expected.count && curve.n == 10)
            for (point, (threshold, coverage, risk)) in zip(curve.points, expected) {
                #expect(point.threshold == threshold)
                expectClose(point.coverage, coverage, within: 1e-12)
                expectClose(point.risk.value, risk, within: 1e-12)
            }
            #expect(try curve.points[3].risk == Proportion(2, of: 5).wilson())
            #expect(curve.point(from: 0.85)?.threshold == 0.9)
            #expect(curve.point(from: 1) == nil)
            let area = expected.reduce((0.0, 0.0)) {
                ($0.0 + ($1.1 - $0.1) * $1.2, $1.1)
            }.0
            expectClose(try #require(curve.areaUnderRisk), area, within: 1e-12)
        }
    }

    @Test("audits count for what they stand for, in the share and in the interval")
    func weighted() throws {
        let curve = try RiskCurve(
            items(Array(repeating: (0.9, false), count: 19) + [(0.9, true)], propensity: 0.02)
                + items(Array(repeating: (0.5, true), count: 50)))
        let first = try #require(curve.points.first)
        expectClose(first.coverage, 1000.0 / 1050)
        #expect(try first.risk == Proportion(1, of: 20).wilson())
        let last = try #require(curve.points.last)
        expectClose(last.risk.value, 100.0 / 1050)
        let sample = try GroupedSample([
            .init(propensity: 0.02, n: 20, x: 1), .init(propensity: 1, n: 50, x: 50),
        ])
        #expect(last.risk.method == .weightedWilson)
        expectClose(last.risk.lo, try sample.estimate().lo)
        expectClose(last.risk.hi, try sample.estimate().hi)
    }

    @Test("items without a confidence belong to the traffic and are never accepted")
    func withoutConfidence() throws {
        let curve = try RiskCurve(items([(nil, true), (nil, false), (0.4, false), (0.3, true)]))
        #expect(curve.points.map(\.coverage) == [0.25, 0.5] && curve.areaUnderRisk == nil)
        #expect(try RiskCurve(items([(nil, true)])).points.isEmpty)
    }

    @Test("thinned, the first and the last point stay and the others are spread evenly")
    func thinned() throws {
        let curve = try RiskCurve(
            items((0..<1000).map { (Double($0) / 1000, $0 % 7 == 0) }))
        let kept = curve.thinned(to: 11)
        #expect(kept.count == 11)
        #expect(kept.first == curve.points.first && kept.last == curve.points.last)
        for (place, point) in kept.enumerated().dropFirst() {
            #expect(abs(point.coverage - Double(place) / 10) < 0.003, "\(place)")
        }
        #expect(curve.thinned(to: 5000).count == 1000)
    }

    @Test("no item and a probability that cannot be are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) { try RiskCurve([]) }
        #expect(throws: Unknown(.impossiblePropensity)) {
            try RiskCurve(items([(0.5, true)], propensity: 0))
        }
    }
}
