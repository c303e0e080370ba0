/// A rate of one reviewer drawn towards that of all, the more so the less there is to go by.
///
/// The mean of a Beta posterior whose prior has the rate of all and weighs as much as `strength`
/// observations. A raw rate of five answers would put the luckiest first.
public struct ShrunkRate: Hashable, Sendable {
    /// The rate, 0...1.
    public let value: Double

    /// Takes `x` of `n` and the rate of all: (x + strength * rate) / (n + strength).
    ///
    /// 3 of 30 where all have 0.04 gives 0.076.
    ///
    /// - Throws: ``Unknown`` if the counts cannot be, the rate is not a share, or the prior weighs
    ///   nothing and there is no observation.
    public init(_ x: Int, of n: Int, all rate: Double, strength: Double = 20) throws(Unknown) {
        guard x >= 0, n >= x, 0...1 ~= rate, strength >= 0 else {
            throw Unknown(.impossibleCounts)
        }
        guard Double(n) + strength > 0 else { throw Unknown(.noObservations) }
        value = (Double(x) + strength * rate) / (Double(n) + strength)
    }
}
