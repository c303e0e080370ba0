import Glibc

/// Watches, audit after audit, whether an error rate has come to lie above a limit.
///
/// A Shiryaev-Roberts e-detector: for each of seven bets b = c / limit the statistic goes from S to
/// (1 + S)(1 + b (y - limit)), and the alarm is raised when their mean reaches a level A. Shin,
/// Ramdas and Rinaldo 2024, NEJSDS 2:229-260. As long as the error rate, given all that came before,
/// is at or below the limit, at least A audits pass on average before an alarm. Unlike an e-process
/// from the beginning of time it forgets: good years do not delay the alarm of a bad day.
///
/// At a limit of 0.02 two wrong audits in a row from the start give 387.2324, and three 12,557.42: an
/// alarm at 5,000.
public struct ErrorRateDetector: Hashable, Sendable {
    /// The limit, above 0 and below 1.
    public let limit: Double
    /// The mean number of audits between two false alarms, at least.
    public let meanAuditsToFalseAlarm: Double
    /// How many audits were observed since the beginning or the last ``restart()``.
    public private(set) var n: Int
    /// The statistics of the bets; store them to go on later.
    public private(set) var statistics: [Double]

    /// The shares of the capital that are bet.
    public static let shares = [0.02, 0.04, 0.08, 0.16, 0.32, 0.48, 0.8]

    /// Begins without an audit; `limit` is held to 1e-6...1 - 1e-6 and the mean to at least 1.
    public init(limit: Double, meanAuditsToFalseAlarm: Double = 5000) {
        self.limit = limit.held(in: 1e-6...(1 - 1e-6))
        self.meanAuditsToFalseAlarm = meanAuditsToFalseAlarm.held(in: 1...1e12)
        n = 0
        statistics = Self.shares.map { _ in 0 }
    }

    /// Goes on from what was stored; nil if the statistics are not seven numbers of at least 0.
    public init?(
        limit: Double, meanAuditsToFalseAlarm: Double, n: Int, statistics: [Double]
    ) {
        self.init(limit: limit, meanAuditsToFalseAlarm: meanAuditsToFalseAlarm)
        guard
            n >= 0, statistics.count == Self.shares.count,
            statistics.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { return nil }
        self.n = n
        self.statistics = statistics
    }

    /// Takes the next audit, in an order that does not depend on its outcome: that of arrival, not
    /// that of the decisions, where right ones come at once and wrong ones after a second look.
    ///
    /// - Parameter share: the audit's weight 1/propensity over the largest weight that an audit may
    ///   have, 0...1; that bound must not depend on outcomes. 1 where all audits are drawn at one
    ///   rate.
    public mutating func observe(isWrong: Bool, weightShare share: Double = 1) {
        n += 1
        for index in statistics.indices {
            statistics[index] = next(index, isWrong: isWrong, share)
        }
    }

    /// Takes an audit whose outcome is not known yet for whichever gives less evidence: the model was
    /// right, or the answer will say nothing of the label.
    ///
    /// The statistics grow with each other and with each outcome, so that they are then at most what
    /// they will be once it is answered: an alarm is one of the complete stream as well.
    public mutating func observeWaiting(weightShare share: Double = 1) {
        for index in statistics.indices {
            statistics[index] = min(statistics[index], next(index, isWrong: false, share))
        }
    }

    private func next(_ index: Int, isWrong: Bool, _ share: Double) -> Double {
        let excess = ((isWrong ? 1 : 0) - limit) * share.held(in: 0...1)
        // Far above any alarm, and short of what cannot be stored.
        return min((1 + statistics[index]) * (1 + Self.shares[index] / limit * excess), 1e200)
    }

    /// The evidence now, at least 0.
    public var evidence: Double {
        statistics.reduce(0) { $0 + $1 / Double(statistics.count) }
    }

    /// Whether the evidence has reached the level now.
    public var alarms: Bool { evidence >= meanAuditsToFalseAlarm }

    /// Begins anew, as after an alarm that somebody has seen to.
    public mutating func restart() {
        n = 0
        statistics = Self.shares.map { _ in 0 }
    }
}
