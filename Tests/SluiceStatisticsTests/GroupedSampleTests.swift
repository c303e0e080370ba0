import Testing

@testable import SluiceStatistics

@Suite("Counts by probability of being chosen")
struct GroupedSampleTests {
    private typealias Group = GroupedSample.Group

    @Test("they say what the single items say")
    func asItems() throws {
        let groups = [
            Group(propensity: 0.02, n: 31, x: 2), Group(propensity: 1, n: 400, x: 75),
            Group(propensity: 0.3, n: 17, x: 0), Group(propensity: 0.5, n: 0, x: 0),
        ]
        let items = try WeightedSample(
            groups.flatMap { group in
                (0..<group.n).map {
                    WeightedSample.Observation(propensity: group.propensity, holds: $0 < group.x)
                }
            })
        let grouped = try GroupedSample(groups)
        #expect(abs(grouped.mean - items.mean) < 1e-12)
        #expect(abs(grouped.kishSize - items.kishSize) < 1e-9)
        let (one, other) = (try grouped.estimate(), try items.estimate())
        #expect(abs(one.lo - other.lo) < 1e-12 && abs(one.hi - other.hi) < 1e-12)
        #expect(one.n == 448 && one.method == .weightedWilson)
    }

    @Test("one probability for all is one stratum: Wilson's interval of the counts")
    func oneStratum() throws {
        let sample = try GroupedSample([
            Group(propensity: 0.05, n: 600, x: 4), Group(propensity: 0.05, n: 400, x: 6),
        ])
        #expect(try sample.estimate() == Proportion(10, of: 1000).wilson())
    }

    @Test("the worked numbers are those of the description")
    func worked() throws {
        let sample = try GroupedSample([
            Group(propensity: 0.1, n: 2, x: 1), Group(propensity: 1, n: 20, x: 10),
        ])
        #expect(sample.mean == 0.5)
        #expect(abs(sample.kishSize - 7.272727) < 1e-6)
    }

    @Test("counts and probabilities that cannot be have no estimate")
    func impossible() {
        #expect(throws: Unknown(.noObservations)) { try GroupedSample([]) }
        #expect(throws: Unknown(.noObservations)) {
            try GroupedSample([Group(propensity: 0, n: 0, x: 0)])
        }
        #expect(throws: Unknown(.impossiblePropensity)) {
            try GroupedSample([Group(propensity: 0, n: 1, x: 0)])
        }
        #expect(throws: Unknown(.impossiblePropensity)) {
            try GroupedSample([Group(propensity: 1.5, n: 1, x: 0)])
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try GroupedSample([Group(propensity: 1, n: 1, x: 2)])
        }
    }
}
