import Foundation

/// How many audits it takes to know an error rate so well, or to show that it is low enough.
///
/// For planning: the error rate given is the one expected, and whether it is the true one only the
/// audits tell.
public enum AuditSizing {
    /// The interval that is to be short.
    public enum Interval: String, Hashable, Sendable, CaseIterable {
        /// Wilson's.
        case wilson
        /// Clopper and Pearson's.
        case clopperPearson = "clopper_pearson"
    }

    /// The least audits in which `errors` errors still show that the error rate is at most `limit`.
    ///
    /// The smallest n with P(at most `errors` of n | `limit`) <= `delta`, by the binomial
    /// distribution. At most 2 % with 95 %: 149 audits without an error, 236 with one.
    ///
    /// - Parameters:
    ///   - limit: the error rate to be shown, 0<..<1.
    ///   - errors: how many errors are found.
    ///   - delta: the probability of showing it although it is not so, 0<..<1.
    public static func toCertify(limit: Double, errors: Int, delta: Double = 0.05) -> Int {
        precondition(0 < limit && limit < 1 && 0 < delta && delta < 1 && errors >= 0)
        var low = errors
        var high = max(2 * errors, 1)
        while atMost(errors, of: high, ifErrorIs: limit) > delta { (low, high) = (high, 2 * high) }
        while high - low > 1 {
            let middle = (low + high) / 2
            if atMost(errors, of: middle, ifErrorIs: limit) > delta {
                low = middle
            } else {
                high = middle
            }
        }
        return high
    }

    /// The audits that show with probability `power` that the error rate is at most `limit`, if it is
    /// `error`.
    ///
    /// The probability does not grow with every single audit, because errors are whole: it falls from one
    /// to the next until one error more is allowed, and then leaps. Tried are sizes one per cent apart,
    /// from the least that can show anything, and the first is taken at which it is enough, and with
    /// 10, 20, 40 and 50 audits more as well; between those it may fall short by a hundredth. At
    /// most 2 % with 95 %, if it is 1 %: 1,058 for a chance of 80 %, and at 1,090 it is 79.1 %.
    ///
    /// - Returns: nil if `error` is not below `limit`.
    public static func toCertify(
        limit: Double, ifErrorIs error: Double, power: Double, delta: Double = 0.05
    ) -> Int? {
        precondition(0 < power && power < 1 && error >= 0)
        guard error < limit else { return nil }
        func isEnough(_ audits: Int) -> Bool {
            chance(of: audits, limit: limit, ifErrorIs: error, delta: delta) >= power
        }
        var n = toCertify(limit: limit, errors: 0, delta: delta)
        while ![0, 10, 20, 40, 50].allSatisfy({ isEnough(n + $0) }) {
            n = Int(Double(n) * 1.01) + 1
        }
        return n
    }

    /// The probability that so many audits show it.
    static func chance(
        of audits: Int, limit: Double, ifErrorIs error: Double, delta: Double
    ) -> Double {
        var errors = -1
        while atMost(errors + 1, of: audits, ifErrorIs: limit) <= delta { errors += 1 }
        return errors < 0 ? 0 : atMost(errors, of: audits, ifErrorIs: error)
    }

    /// The least audits whose interval is expected to reach no further than `half` to each side.
    ///
    /// The mean of half the interval's length over all numbers of errors that may be found, if the error
    /// rate is `error`. 1 % give or take one point: 438 (Wilson), 478 (Clopper-Pearson).
    ///
    /// - Parameters:
    ///   - error: the expected error rate, 0<..<1.
    ///   - half: half the length asked for, 0<..<1.
    public static func forInterval(
        _ interval: Interval, ofError error: Double, half: Double, level: Double = 0.95
    ) throws(Unknown) -> Int {
        precondition(0 < error && error < 1 && 0 < half && half < 1)
        // Lengths go with the inverse root: each guess is corrected by that, then by single steps.
        var n = forNormalInterval(ofError: error, half: half, level: level)
        for _ in 0..<4 {
            let length = try expectedHalf(interval, error: error, n: n, level: level)
            n = max(1, Int(Double(n) * (length / half) * (length / half)))
        }
        while try expectedHalf(interval, error: error, n: n, level: level) > half { n += 1 }
        while n > 1, try expectedHalf(interval, error: error, n: n - 1, level: level) <= half {
            n -= 1
        }
        return n
    }

    /// As `forInterval` by the textbook's normal approximation: z^2 p (1 - p) / half^2.
    ///
    /// Too few where errors are rare; 381 for 1 % give or take one point. Of a finite number of items
    /// it takes fewer: for half a point 1,522, of 500 items 377.
    ///
    /// - Parameter items: how many items there are; nil for any number.
    public static func forNormalInterval(
        ofError error: Double, half: Double, items: Int? = nil, level: Double = 0.95
    ) -> Int {
        precondition(0 < error && error < 1 && 0 < half && 0 < level && level < 1)
        let z = SpecialFunctions.normalQuantile((1 + level) / 2)
        let audits = z * z * error * (1 - error) / (half * half)
        guard let items else { return Int(audits.rounded(.up)) }
        return Int((audits / (1 + (audits - 1) / Double(items))).rounded(.up))
    }

    /// Half the length of the interval, averaged over what may be found.
    static func expectedHalf(
        _ interval: Interval, error: Double, n: Int, level: Double
    ) throws(Unknown) -> Double {
        let mean = Double(n) * error
        // What lies nine deviations off has no weight in a double.
        let reach = 9 * (mean * (1 - error)).squareRoot() + 20
        let counts = max(0, Int(mean - reach))...min(n, Int(mean + reach))
        var sum = 0.0
        for errors in counts {
            let found = try Proportion(errors, of: n)
            let estimate =
                switch interval {
                case .wilson: try found.wilson(level: level)
                case .clopperPearson: try found.clopperPearson(level: level)
                }
            sum += probability(errors, of: n, error) * (estimate.hi - estimate.lo) / 2
        }
        return sum
    }

    private static func probability(_ errors: Int, of n: Int, _ error: Double) -> Double {
        let (x, n) = (Double(errors), Double(n))
        let choices =
            SpecialFunctions.logGamma(n + 1) - SpecialFunctions.logGamma(x + 1)
            - SpecialFunctions.logGamma(n - x + 1)
        return exp(choices + x * log(error) + (n - x) * log(1 - error))
    }

    private static func atMost(_ errors: Int, of n: Int, ifErrorIs error: Double) -> Double {
        Proportion.probability(ofAtMost: errors, of: n, ifTrueShareIs: error)
    }
}
