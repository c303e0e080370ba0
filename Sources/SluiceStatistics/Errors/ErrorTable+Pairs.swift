extension ErrorTable {
    /// Two slices side by side.
    public struct Pair: Sendable {
        /// The slice with the higher error rate.
        public let one: Slice
        /// The other one.
        public let other: Slice
        /// The error rate of the first minus that of the other, at least 0.
        public let difference: Estimate
        /// The p-value of the claim that they do not differ, made to hold for all pairs.
        public let pAdjusted: Double

        /// Whether they differ, at 5 % over all pairs.
        public var isDifferent: Bool { pAdjusted <= 0.05 }
    }

    /// Every two of the slices with the most items, the surest difference first.
    ///
    /// For slices that share no item. Slices with fewer than ``fewest`` items are left out.
    ///
    /// - Parameter count: how many slices are compared; 8 of them are 28 pairs.
    public func pairs(atMost count: Int = 8, level: Double = 0.95) throws(Unknown) -> [Pair] {
        let largest = slices.filter { $0.value.n >= Self.fewest }
            .sorted { ($1.value.n, $0.key) < ($0.value.n, $1.key) }
            .prefix(count)
        var found: [(one: Slice, other: Slice, difference: WeightedDifference)] = []
        for (index, entry) in largest.enumerated() {
            let sample = try entry.value.sample()
            for next in largest.dropFirst(index + 1) {
                let rival = try next.value.sample()
                found.append(
                    sample.mean >= rival.mean
                        ? (entry.key, next.key, WeightedDifference(sample, minus: rival))
                        : (next.key, entry.key, WeightedDifference(rival, minus: sample)))
            }
        }
        let adjusted = MultipleTests.holm(found.map(\.difference.fisherTwoSidedP))
        var pairs: [Pair] = []
        for (entry, value) in zip(found, adjusted) {
            pairs.append(
                Pair(
                    one: entry.one, other: entry.other,
                    difference: try entry.difference.estimate(level: level), pAdjusted: value))
        }
        return pairs.sorted {
            ($0.pAdjusted, -$0.difference.value, $0.one, $0.other)
                < ($1.pAdjusted, -$1.difference.value, $1.one, $1.other)
        }
    }
}
