import SluiceStatistics
import Testing

@Suite("Uncertainty")
struct UncertaintyTests {
    @Test("measures of uncertainty agree with scipy", arguments: Vectors.uncertainty)
    func uncertainty(_ vector: Vectors.Probabilities) {
        expectClose(
            Uncertainty.leastConfidence(vector.values), vector.leastConfidence, within: 1e-12)
        expectClose(Uncertainty.margin(vector.values), vector.margin, within: 1e-12)
        expectClose(Uncertainty.entropy(vector.values), vector.entropy, within: 1e-12)
        expectClose(
            Uncertainty.normalisedEntropy(vector.values), vector.normalisedEntropy, within: 1e-12)
    }

    @Test("without a probability, or with one that is certain, nothing is uncertain")
    func certain() {
        for values in [[], [1.0]] {
            #expect(Uncertainty.leastConfidence(values) == 0)
            #expect(Uncertainty.margin(values) == 0)
            #expect(Uncertainty.entropy(values) == 0)
            #expect(Uncertainty.normalisedEntropy(values) == 0)
        }
    }
}
