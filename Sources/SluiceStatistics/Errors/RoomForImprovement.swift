/// How much there is to gain by being as good in a slice as people are.
public struct RoomForImprovement: Hashable, Sendable {
    /// How far the model is behind people, 0...1; 0 where it is not.
    public let gap: Estimate
    /// By how much the accuracy of everything would rise if the gap were closed: the gap times the
    /// slice's share of the data, 0...1.
    public let priority: Estimate

    /// Takes how often the model is wrong in a slice, how often a person is right, and how much of the
    /// data the slice is.
    ///
    /// Ng, Machine Learning Yearning, chapters 14 to 17. An accuracy of 0.94 where people have 0.95, on
    /// 60 % of the data, leaves a gap of 0.01 and 0.006 to gain. The interval of the gap is by square
    /// and add (Newcombe 1998) from those of the two; that of the priority takes the share as known.
    public init(errorRate: Estimate, humanLevel: Estimate, shareOfData: Double) {
        let accuracy = Estimate(
            value: 1 - errorRate.value, lo: 1 - errorRate.hi, hi: 1 - errorRate.lo,
            level: errorRate.level, method: errorRate.method, n: errorRate.n,
            nEffective: errorRate.nEffective)
        let (lo, hi) = ProportionDifference.squareAndAdd(humanLevel, accuracy, correlation: 0)
        func estimate(_ scale: Double) -> Estimate {
            Estimate(
                value: scale * max(0, humanLevel.value - accuracy.value), lo: scale * max(0, lo),
                hi: scale * max(0, hi), level: errorRate.level, method: .newcombe,
                n: errorRate.n, nEffective: errorRate.nEffective)
        }
        gap = estimate(1)
        priority = estimate(shareOfData)
    }
}
