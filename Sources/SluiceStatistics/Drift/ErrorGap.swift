/// The audited error rate less the one that confidences promise.
///
/// Confidences know of harder items and not of what became wrong: a gap whose interval lies above
/// zero says that the model is no longer as calibrated as it was, which is the sign of a change in
/// what the right labels are.
public struct ErrorGap: Hashable, Sendable {
    /// The difference with the square-and-add interval of both, -1...1.
    public let estimate: Estimate

    /// Takes both with intervals of the same level.
    ///
    /// Newcombe 1998, Stat. Med. 17:873-890, method 10, from the intervals as they are. 0.1
    /// (0.06...0.15) less 0.02 (0.015...0.03) is 0.08 (0.0388...0.1302).
    public init(audited: Estimate, expected: Estimate) {
        let (lo, hi) = ProportionDifference.squareAndAdd(audited, expected, correlation: 0)
        estimate = Estimate(
            value: audited.value - expected.value, lo: lo, hi: hi, level: audited.level,
            method: .newcombe, n: audited.n, nEffective: audited.nEffective)
    }
}
