/// Selection with guaranteed risk: the threshold search of Geifman and El-Yaniv, to compare with.
///
/// Not used for certificates. It halves the way to the widest coverage as if the bound grew with the
/// coverage, which it does not, so it can miss a threshold that would do; its thresholds depend on the
/// labels they are tested on; and each of its log2(n) looks costs a part of the probability.
/// Geifman and El-Yaniv 2017, Selective classification for deep neural networks, NeurIPS 30,
/// algorithm 1; here with whole counts.
public struct SelectiveRisk: Hashable, Sendable {
    /// One look of the search.
    public struct Look: Hashable, Sendable {
        /// The place in the items by rising confidence whose confidence is the threshold.
        public let index: Int
        /// How many items are accepted.
        public let accepted: Int
        /// How many of them are wrong.
        public let errors: Int
        /// The bound on their error rate.
        public let bound: Double
    }

    /// The looks in order.
    public let looks: [Look]
    /// The probability each may fail with.
    public let delta: Double
    /// The threshold of the last look; nil when its bound is above the limit.
    public let threshold: Double?

    /// Searches for the widest coverage whose error is at most `limit`.
    ///
    /// - Parameter items: confidences and whether each prediction is wrong, in any order.
    /// - Throws: ``Unknown`` without items.
    /// - Complexity: O(n log n).
    public init(
        _ items: [(confidence: Double, isWrong: Bool)], promise: ErrorPromise
    ) throws(Unknown) {
        guard !items.isEmpty else { throw Unknown(.noObservations) }
        let sorted = items.sorted { $0.confidence < $1.confidence }
        var above = [0]
        for item in sorted.reversed() { above.append((above.last ?? 0) + (item.isWrong ? 1 : 0)) }
        var rounds = 0
        while 1 << rounds < items.count { rounds += 1 }
        let delta = promise.delta / Double(max(rounds, 1))
        var (low, high) = (0, items.count - 1)
        var looks: [Look] = []
        for _ in 0...rounds {
            let middle = (low + high + 1) / 2
            let accepted = items.count - middle
            let sample = try Proportion(above[accepted], of: accepted)
            let bound = sample.upperBound(failing: delta)
            looks.append(
                Look(index: middle, accepted: accepted, errors: sample.x, bound: bound))
            if bound > promise.limit { low = middle } else { high = middle }
        }
        self.looks = looks
        self.delta = delta
        threshold = looks.last.flatMap { last in
            last.bound <= promise.limit ? sorted[last.index].confidence : nil
        }
    }
}
