/// What a set of weights is worth, and how it is written to an export.
public enum Weights {
    /// The number of equally weighted observations that would tell as much, 0...n.
    ///
    /// Kish 1965, Survey Sampling, section 11.2: (sum w)^2 / sum w^2. Ten weights of 1 and four of
    /// 50 give 4.405594. No weight, or none above zero, gives 0.
    public static func kishSize(_ weights: [Double]) -> Double {
        // Relative to the largest, so that no square overflows.
        guard let largest = weights.max(), largest > 0 else { return 0 }
        let sum = weights.reduce(0) { $0 + $1 / largest }
        let squares = weights.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }
        return sum * sum / squares
    }

    /// The weights scaled to a mean of 1; unchanged if their sum is not above zero.
    public static func normalised(_ weights: [Double]) -> [Double] {
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return weights }
        return weights.map { $0 * Double(weights.count) / sum }
    }

    /// The weights with those above `factor` times the median lowered to that.
    public static func trimmed(_ weights: [Double], toMedianTimes factor: Double) -> [Double] {
        guard let median = Quantile.linear(0.5, of: weights) else { return weights }
        return weights.map { min($0, median * factor) }
    }
}
