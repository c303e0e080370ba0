import SluiceStatistics
import Testing

@Suite("Uncertainty, priority and splits")
struct QueueOrderTests {
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

    @Test("a static key orders by urgency, age and deadline at once")
    func staticKey() {
        let rule = PriorityKey(window: 3600, margin: 120)
        let keys = [
            "a": rule.key(enqueued: 0, urgency: 0.1), "b": rule.key(enqueued: 300, urgency: 0.9),
            "c": rule.key(enqueued: 600, urgency: 0.5), "d": rule.key(enqueued: 900, urgency: 1),
            "e": rule.key(enqueued: 1200, urgency: 0.2, deadline: 1500),
            "f": rule.key(enqueued: 3500, urgency: 1),
        ]
        let expected = ["a": 3240.0, "b": 660, "c": 2400, "d": 900, "e": 1380, "f": 3500]
        for (id, key) in expected { expectClose(keys[id] ?? 0, key) }
        #expect(
            keys.sorted { $0.value < $1.value }.map(\.key) == ["b", "d", "e", "c", "a", "f"])
    }

    @Test("no key lies before the arrival or more than a window after it")
    func keyBounds() {
        let rule = PriorityKey(window: 100, margin: 10)
        for urgency in [-1, 0, 0.5, 1, 2, .nan] as [Double] {
            for deadline in [nil, 0, 1005, 5000] as [Double?] {
                let key = rule.key(enqueued: 1000, urgency: urgency, deadline: deadline)
                #expect((1000...1100).contains(key))
            }
        }
    }

    @Test("a number on an edge lies in the part above it")
    func splits() {
        #expect(Split(unit: 0) == .train && Split(unit: 0.8.nextDown) == .train)
        #expect(Split(unit: 0.8) == .dev && Split(unit: 0.9.nextDown) == .dev)
        #expect(Split(unit: 0.9) == .test && Split(unit: 1.0.nextDown) == .test)
        let edges = Split.Edges(train: 0.5, dev: 0.2)
        #expect(Split(unit: 0.4, edges: edges) == .train && Split(unit: 0.5, edges: edges) == .test)
    }

    @Test("items of known hash land where the reference places them")
    func knownHashes() {
        #expect(Split(unit: 0.9570497900620389) == .test)
        #expect(Split(unit: 0.6017678136528206) == .train)
    }
}
