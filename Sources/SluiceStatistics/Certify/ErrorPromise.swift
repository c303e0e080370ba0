import Glibc

/// A promise about an error rate: it is at most `limit`, and that fails to be so with a probability of
/// at most `delta`.
public struct ErrorPromise: Hashable, Sendable {
    /// The error rate that is not to be exceeded, 0<..<1.
    public let limit: Double
    /// The probability with which the promise may be broken, 0<..<1.
    public let delta: Double

    /// Takes both.
    ///
    /// - Returns: nil unless both are between 0 and 1.
    public init?(limit: Double, delta: Double) {
        guard limit > 0, limit < 1, delta > 0, delta < 1 else { return nil }
        self.limit = limit
        self.delta = delta
    }

    private init(limit: Double, checkedDelta delta: Double) {
        self.limit = limit
        self.delta = delta
    }

    /// The same limit at one `count`th of the probability; for `count` such promises at once.
    public func divided(by count: Int) -> ErrorPromise {
        ErrorPromise(limit: limit, checkedDelta: delta / Double(max(count, 1)))
    }

    /// The same limit at what look `number` may spend.
    public func spent(atLook number: Int) -> ErrorPromise {
        ErrorPromise(
            limit: limit, checkedDelta: DeltaSpending.share(of: delta, look: number))
    }

    /// The least labels that can keep it, all of them right: ln delta / ln (1 - limit), rounded up.
    ///
    /// At most 2 % with 95 %: 149; for one of ten labels, at a tenth of the probability, 263.
    public var leastLabels: Int { Int((log(delta) / log1p(-limit)).rounded(.up)) }
}
