import Glibc

/// How unsure a model is, from the probabilities it gives the labels; 0 is sure.
///
/// Settles 2009, Active Learning Literature Survey, section 3.1. Every measure is 0 without a
/// probability, and takes the probabilities as they are, summing to 1 or not.
public enum Uncertainty {
    /// 1 - the highest probability: 0.3 for 0.7, 0.2, 0.1.
    ///
    /// All it needs is the top label.
    public static func leastConfidence(_ probabilities: [Double]) -> Double {
        probabilities.max().map { 1 - $0 } ?? 0
    }

    /// 1 - the lead of the highest probability over the second: 0.5 for 0.7, 0.2, 0.1.
    public static func margin(_ probabilities: [Double]) -> Double {
        let sorted = probabilities.sorted(by: >)
        guard let first = sorted.first else { return 0 }
        return 1 - (first - (sorted.count > 1 ? sorted[1] : 0))
    }

    /// Shannon's entropy in nats: 0.801819 for 0.7, 0.2, 0.1.
    public static func entropy(_ probabilities: [Double]) -> Double {
        probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    }

    /// The entropy as a share of the highest possible for so many labels: 0.729847 for 0.7, 0.2, 0.1.
    public static func normalisedEntropy(_ probabilities: [Double]) -> Double {
        probabilities.count > 1 ? entropy(probabilities) / log(Double(probabilities.count)) : 0
    }
}
