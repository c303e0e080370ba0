/// Thresholds to choose from, fixed before a label is looked at: quantiles of the confidences of
/// earlier traffic.
///
/// A grid made from the labels it is tested on would be a choice that no test accounts for.
public struct ConfidenceGrid: Hashable, Sendable {
    /// One threshold; a confidence equal to it is accepted.
    public struct Step: Hashable, Sendable {
        /// The threshold, 0...1.
        public let threshold: Double
        /// The share of the earlier traffic at or above it, 0...1.
        public let share: Double

        /// Collects both.
        public init(threshold: Double, share: Double) {
            self.threshold = threshold
            self.share = share
        }
    }

    /// From the highest threshold, which accepts least, down; no threshold twice.
    public let steps: [Step]

    /// Takes the steps of a grid that was made before.
    public init(steps: [Step]) {
        self.steps = steps
    }

    /// Takes the thresholds that accept 1 %, 2 % … 99 % of earlier traffic; equal ones are one.
    ///
    /// Predictions without a confidence are never accepted and count for the shares only. Of the
    /// confidences 0.00, 0.01 … 0.99 the first step is 0.99 with a share of 0.01 and the last 0.01.
    ///
    /// - Parameters:
    ///   - confidences: each in 0...1.
    ///   - items: how many predictions there were, with a confidence or without.
    /// - Complexity: O(n log n).
    public init(confidences: [Double], items: Int) {
        let sorted = confidences.sorted(by: >)
        var steps: [Step] = []
        var accepted = 0
        for percent in 1...99 {
            // Rounded up, in whole numbers: one per cent of 150 items is two.
            let rank = (percent * items + 99) / 100
            guard rank >= 1, rank <= sorted.count else { continue }
            let threshold = sorted[rank - 1]
            guard steps.last?.threshold != threshold else { continue }
            accepted = max(accepted, rank)
            while accepted < sorted.count, sorted[accepted] == threshold { accepted += 1 }
            steps.append(Step(threshold: threshold, share: Double(accepted) / Double(items)))
        }
        self.steps = steps
    }

    /// The first step that accepts a confidence; nil for one below them all.
    public func firstStep(accepting confidence: Double) -> Int? {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].threshold <= confidence { high = middle } else { low = middle + 1 }
        }
        return low < steps.count ? low : nil
    }

    /// Where to begin walking: the first step at which so many labels are expected that a promise has
    /// room for some errors; else the one at which most are, if that can keep the promise at all.
    ///
    /// Beginning at the least number of labels gets stuck at the first error; three times as many
    /// proved the best beginning on easy and hard models alike.
    ///
    /// - Parameters:
    ///   - expected: the labels expected at each step, known without looking at any.
    ///   - multiple: how many times the least number.
    /// - Returns: nil when no step has enough.
    public static func start(
        expected: [Double], promise: ErrorPromise, multiple: Double = 3
    ) -> Int? {
        let least = Double(promise.leastLabels)
        if let first = expected.firstIndex(where: { $0 >= multiple * least }) { return first }
        guard let most = expected.max(), most >= least else { return nil }
        return expected.firstIndex(of: most)
    }
}
