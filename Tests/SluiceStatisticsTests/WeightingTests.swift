import SluiceStatistics
import Testing

@Suite("Weights and probabilities")
struct WeightingTests {
    @Test("a weighted mean and its spread are those of the closed forms")
    func weightedMean() throws {
        let propensities = [0.02, 0.02, 0.02, 0.05, 0.05, 0.1, 0.1, 0.25, 1, 1, 1, 1]
        let outcomes = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0]
        let sample = try WeightedSample(
            zip(propensities, outcomes).map {
                WeightedSample.Observation(propensity: $0, holds: $1 == 1)
            })
        expectClose(sample.total, 62, within: 1e-12)
        expectClose(sample.mean, 0.28440366972477066, within: 1e-12)
        expectClose(sample.standardError, 0.19281013970512534, within: 1e-12)
        expectClose(sample.kishSize, 5.577934272300469, within: 1e-12)
        let estimate = try sample.estimate()
        #expect(estimate.lo < estimate.value && estimate.value < estimate.hi && estimate.n == 12)
    }

    @Test("a wrong item of weight 50 and a right one of weight 1 are 98 % wrong")
    func workedNumber() throws {
        let sample = try WeightedSample([
            WeightedSample.Observation(propensity: 0.02, holds: true),
            WeightedSample.Observation(propensity: 1, holds: false),
        ])
        expectClose(sample.mean, 50.0 / 51)
    }

    @Test("equal probabilities give the plain share and Wilson's interval")
    func equalWeights() throws {
        let sample = try WeightedSample(
            (0..<50).map { WeightedSample.Observation(propensity: 0.1, holds: $0 < 5) })
        let weighted = try sample.estimate()
        let plain = try Proportion(5, of: 50).wilson()
        expectClose(weighted.value, plain.value)
        expectClose(weighted.lo, plain.lo)
        expectClose(weighted.hi, plain.hi)
    }

    @Test("no observation and probabilities that cannot be are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) { try WeightedSample([]) }
        for propensity in [0, -0.1, 1.1, .nan, .leastNonzeroMagnitude] as [Double] {
            #expect(throws: Unknown(.impossiblePropensity)) {
                try WeightedSample([.init(propensity: propensity, holds: true)])
            }
        }
    }

    @Test("weights of an export are normalised to a mean of one and know their worth")
    func exportWeights() throws {
        let propensities = Array(repeating: 1.0, count: 10) + Array(repeating: 0.02, count: 4)
        let weights = propensities.map { 1 / $0 }
        let normalised = Weights.normalised(weights)
        expectClose(normalised[0], 0.06666666666666667, within: 1e-12)
        expectClose(normalised[13], 3.3333333333333335, within: 1e-12)
        expectClose(Weights.kishSize(weights), 4.405594405594406, within: 1e-12)
        let labels = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        let sample = try WeightedSample(
            zip(propensities, labels).map { .init(propensity: $0, holds: $1 == 1) })
        expectClose(sample.mean, 0.26666666666666666, within: 1e-12)
        #expect(Weights.trimmed(weights, toMedianTimes: 20) == weights.map { min($0, 20) })
    }

    @Test("weights that say nothing are worth nothing, and huge ones do not overflow")
    func oddWeights() {
        #expect(Weights.kishSize([]) == 0 && Weights.kishSize([0, 0]) == 0)
        expectClose(Weights.kishSize([1e300, 1e300]), 2)
        #expect(Weights.normalised([]) == [] && Weights.normalised([0]) == [0])
        #expect(Weights.trimmed([], toMedianTimes: 20) == [])
    }

    @Test("the union of independent reasons, with rules and unknown ones")
    func unionPropensity() {
        let reasons: [SelectionReason] = [.random(0.02), .random(0.1), .unknown]
        expectClose(Propensity.union(reasons) ?? 0, 0.118, within: 1e-12)
        #expect(Propensity.union(reasons + [.certain]) == 1)
        #expect(Propensity.union([.unknown]) == nil && Propensity.union([]) == nil)
        #expect(Propensity.union([.random(0)]) == 0)
    }
}
