import Glibc

/// An interval around an error rate that holds after every audit at once.
///
/// A window's interval is right when it is looked at once; a dashboard is looked at daily. The
/// probability that the true rate is ever outside this one, from the first audit to the last, is at
/// most 1 - level. It is the wider for that.
///
/// The beta-binomial mixture of Howard, Ramdas, McAuliffe and Sekhon 2021, Ann. Stat. 49:1055-1080,
/// proposition 7: outside are the rates p at which the likelihood of the best bet, averaged over a
/// beta distribution with mean p, is at least 1 / (1 - level) times that of p. The distribution is
/// the one that makes the interval shortest after ``audits`` audits.
public struct ConfidenceSequence: Hashable, Sendable {
    /// After how many audits the interval is to be shortest, at least 1.
    public let audits: Int
    /// The remaining probability at which it is to be shortest, 0<..<1.
    public let alpha: Double

    /// Shortest after 1,000 audits, at 5 %.
    public static let standard = ConfidenceSequence(shortestAfter: 1000, alpha: 0.05)

    /// Chooses where the sequence is shortest; it covers wherever that is.
    public init(shortestAfter audits: Int, alpha: Double) {
        self.audits = max(audits, 1)
        self.alpha = alpha.held(in: 1e-12...(1 - 1e-12))
    }

    /// The interval after `share.x` errors in `share.n` audits.
    ///
    /// 10 of 1000 at 95 % gives 0.002917...0.022371, where Clopper and Pearson's interval is
    /// 0.004806...0.018313.
    public func interval(for share: Proportion, level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let limit = -log(1 - level)
        func isOutside(_ rate: Double) -> Bool { logEvidence(share, against: rate) >= limit }
        return Estimate(
            value: share.value,
            lo: share.x == 0 ? 0 : Self.edge(from: share.value, to: 0, isOutside),
            hi: share.x == share.n ? 1 : Self.edge(from: share.value, to: 1, isOutside),
            level: level, method: .betaBinomialMixture, n: share.n)
    }

    /// The logarithm of the evidence against a rate above 0 and below 1.
    private func logEvidence(_ share: Proportion, against rate: Double) -> Double {
        guard rate > 0, rate < 1 else { return .infinity }
        let wrong = Double(share.x)
        let right = Double(share.n - share.x)
        let spread = rate * (1 - rate)
        let strength = max(
            spread * Double(audits) / Self.shape(alpha) - spread, 1e-3 * spread)
        let a = strength / (1 - rate)
        let b = strength / rate
        return Self.logBeta(a + wrong, b + right) - Self.logBeta(a, b)
            - wrong * log(rate) - right * log1p(-rate)
    }

    /// What the variance looked for is divided by to give the mixture's: the same paper, equation
    /// 3.5 approximated as in section 3.4.
    private static func shape(_ alpha: Double) -> Double {
        let twice = -2 * log(alpha)
        return twice + log(1 + twice)
    }

    private static func logBeta(_ a: Double, _ b: Double) -> Double {
        SpecialFunctions.logGamma(a) + SpecialFunctions.logGamma(b)
            - SpecialFunctions.logGamma(a + b)
    }

    /// Where, on the way from a rate inside to the end, rates begin to be outside: the last one found
    /// on the far side, so that the interval is never too short.
    private static func edge(
        from inside: Double, to end: Double, _ isOutside: (Double) -> Bool
    ) -> Double {
        var inside = inside
        var outside = end
        for _ in 0..<100 {
            let middle = inside + (outside - inside) / 2
            if middle == inside || middle == outside { break }
            if isOutside(middle) { outside = middle } else { inside = middle }
        }
        return outside
    }
}
