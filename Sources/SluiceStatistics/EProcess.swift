import Glibc

/// The capital of a gambler who bets, item after item, that a mean is above zero.
///
/// If the mean of what is observed, given all that came before, is never above zero, capital does
/// not grow on average, and the probability that it ever reaches 1/alpha is at most alpha (Ville
/// 1939, Étude critique de la notion de collectif): one may look after every item, for as long as
/// one likes. Which stake is best is not known beforehand, so the capital is spread evenly over
/// several.
struct EProcess: Hashable, Sendable {
    private let stakes: [Double]
    private var logs: [Double]
    /// The highest capital so far; it starts at 1.
    private(set) var peak = 1.0

    /// Takes the stakes, each above zero and at most 1 / (the largest possible loss).
    init(stakes: [Double]) {
        self.stakes = stakes
        logs = stakes.map { _ in 0 }
    }

    /// Bets on one observation.
    mutating func observe(_ value: Double) {
        for index in stakes.indices { logs[index] += log1p(stakes[index] * value) }
        peak = max(peak, capital)
    }

    /// The capital now, the mean over the stakes.
    var capital: Double {
        logs.reduce(0) { $0 + exp(min($1, 700)) } / Double(logs.count)
    }
}

/// Watches, item by item, whether a candidate is wrong more often than the serving version.
///
/// Valid at any time: however often it is looked at, and however long it runs, a candidate that is
/// no worse is accused with a probability of at most alpha. Items must come in the order in which
/// they were labelled. Ramdas, Grünwald, Vovk and Shafer 2023, Stat. Sci. 38:576-601; bets on bounded
/// means: Waudby-Smith and Ramdas 2024, J. R. Stat. Soc. B 86:1-27.
///
/// Each item on which only the candidate is wrong multiplies the capital by 1 + stake, each on
/// which only the serving version is wrong by 1 - stake, averaged over stakes of 0.05, 0.1, 0.2, 0.4
/// and 0.8. Ten items in a row that only the candidate gets wrong give 79.277, after which
/// one more reaches 100, the alarm at 0.01: 139.035.
public struct PairedEProcess: Hashable, Sendable {
    private var process = EProcess(stakes: [0.05, 0.1, 0.2, 0.4, 0.8])
    /// How many items were observed.
    public private(set) var n = 0

    /// Begins with a capital of 1.
    public init() {}

    /// Takes the next item.
    ///
    /// - Parameter share: the item's weight 1/propensity over the largest weight that an item may
    ///   have, 0...1; that bound must not depend on the outcomes. 1 where every item is labelled
    ///   with the same probability.
    public mutating func observe(
        servingIsWrong: Bool, candidateIsWrong: Bool, weightShare share: Double = 1
    ) {
        n += 1
        guard servingIsWrong != candidateIsWrong else { return }
        process.observe((candidateIsWrong ? 1 : -1) * share.held(in: 0...1))
    }

    /// The evidence now that the candidate is worse: 1 is none, 20 strong, 100 very strong.
    public var evidence: Double { process.capital }

    /// The highest evidence so far, at least 1.
    public var peak: Double { process.peak }

    /// Whether the evidence has ever reached 1/alpha, for `alpha` in 0..<1.
    public func alarms(at alpha: Double) -> Bool { peak >= 1 / alpha }
}

/// Watches, item by item, whether an error rate is above a limit.
///
/// Valid at any time, as ``PairedEProcess`` is. An item multiplies the capital by
/// 1 + c/limit * (1 - limit) if it is wrong and by 1 - c if not, averaged over c of 0.02, 0.04, 0.08,
/// 0.16, 0.32, 0.48 and 0.8. At a limit of 0.02, two wrong items in a row give 372.932.
public struct ErrorLimitEProcess: Hashable, Sendable {
    private var process: EProcess
    /// The limit, above 0 and below 1.
    public let limit: Double
    /// How many items were observed.
    public private(set) var n = 0

    /// Begins with a capital of 1 against a limit, which is held to 1e-6...1 - 1e-6.
    public init(limit: Double) {
        self.limit = limit.held(in: 1e-6...(1 - 1e-6))
        let stakes = [0.02, 0.04, 0.08, 0.16, 0.32, 0.48, 0.8]
        process = EProcess(stakes: stakes.map { [limit = self.limit] in $0 / limit })
    }

    /// Takes the next item; `weightShare` is as in ``PairedEProcess``.
    public mutating func observe(isWrong: Bool, weightShare share: Double = 1) {
        n += 1
        process.observe(((isWrong ? 1 : 0) - limit) * share.held(in: 0...1))
    }

    /// The evidence now that the rate is above the limit.
    public var evidence: Double { process.capital }

    /// The highest evidence so far, at least 1.
    public var peak: Double { process.peak }

    /// Whether the evidence has ever reached 1/alpha, for `alpha` in 0..<1.
    public func alarms(at alpha: Double) -> Bool { peak >= 1 / alpha }
}
