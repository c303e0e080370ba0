/// Audits that somebody has answered otherwise than the model and that wait for a second look, and what
/// became of those that are settled.
///
/// Only contradictions wait. What waits is therefore never missing at random, and a figure without it
/// flatters the model: all its errors may be among them. Every figure of labels has them at both ends,
/// as ``AuditedError`` has: right in all of them at its lower end, wrong in all at its upper one, and in
/// the value wrong in ``wrongShare`` of them.
public struct DisputedAudits: Hashable, Sendable {
    /// How many wait.
    public var waiting: Int
    /// How many were disputed and have a label by now.
    public var settled: Int
    /// In how many of those the model was wrong.
    public var confirmed: Int

    /// Collects the counts.
    public init(waiting: Int = 0, settled: Int = 0, confirmed: Int = 0) {
        self.waiting = waiting
        self.settled = settled
        self.confirmed = confirmed
    }

    /// Counts others as well.
    public static func += (sum: inout Self, other: Self) {
        sum.waiting += other.waiting
        sum.settled += other.settled
        sum.confirmed += other.confirmed
    }

    /// The share of disputed audits in which the model is taken to be wrong, 0<...1: of those settled,
    /// and of one more in which it was; 1 while none is settled.
    public var wrongShare: Double {
        Double(confirmed + 1) / Double(max(settled, 0) + 1)
    }

    /// A figure between that with all disputed audits right and that with all of them wrong.
    ///
    /// - Parameter waiting: how many disputed audits are among its observations, which are not counted
    ///   in `n`; nil for all.
    public func between(_ right: Estimate, _ wrong: Estimate, waiting: Int? = nil) -> Estimate {
        Self.between(
            right, wrong, wrongShare: wrongShare, n: max(right.n - (waiting ?? self.waiting), 0))
    }

    /// The figure of labels to which the disputed audits are added as right, or as wrong.
    ///
    /// - Parameter make: makes it; called once if none is disputed.
    public func estimate(
        _ make: (_ disputedAreWrong: Bool) throws(Unknown) -> Estimate
    ) throws(Unknown) -> Estimate {
        let right = try make(false)
        return waiting > 0 ? between(right, try make(true)) : right
    }

    static func between(
        _ right: Estimate, _ wrong: Estimate, wrongShare: Double, n: Int
    ) -> Estimate {
        Estimate(
            value: right.value + wrongShare * (wrong.value - right.value),
            lo: min(right.lo, wrong.lo), hi: max(right.hi, wrong.hi), level: right.level,
            method: right.method, n: n, nEffective: right.nEffective)
    }
}
