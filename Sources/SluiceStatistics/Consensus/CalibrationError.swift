/// How far probabilities are from what comes true.
public struct CalibrationError: Hashable, Sendable {
    /// The expected error, 0...1: bins' differences of mean probability and share that came true,
    /// weighted by how much they hold.
    ///
    /// Naeini, Cooper and Hauskrecht 2015, AAAI, with bins of equal width. Too high with few outcomes:
    /// show it with `n`, and under a hundred not at all.
    public let expected: Double
    /// The largest difference of any bin, 0...1.
    public let largest: Double
    /// How many outcomes there are.
    public let n: Int

    /// Takes the probabilities, 0...1, and whether what they were given to came true.
    ///
    /// - Throws: ``Unknown`` if there is none.
    public init(
        _ outcomes: [(probability: Double, isTrue: Bool)], bins: Int = 15
    ) throws(Unknown) {
        var counts = Array(repeating: (n: 0, sum: 0.0, true: 0), count: max(bins, 1))
        var n = 0
        for (probability, isTrue) in outcomes {
            let probability = probability.held(in: 0...1)
            let bin = min(Int(probability * Double(counts.count)), counts.count - 1)
            counts[bin].n += 1
            counts[bin].sum += probability
            counts[bin].true += isTrue ? 1 : 0
            n += 1
        }
        guard n > 0 else { throw Unknown(.noObservations) }
        var expected = 0.0
        var largest = 0.0
        for bin in counts where bin.n > 0 {
            let gap = abs(bin.sum - Double(bin.true))
            expected += gap / Double(n)
            largest = max(largest, gap / Double(bin.n))
        }
        self.expected = expected
        self.largest = largest
        self.n = n
    }
}
