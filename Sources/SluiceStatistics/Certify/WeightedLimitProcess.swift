/// Evidence, at every moment, that an error rate is below a limit, from items labelled with known
/// probabilities.
///
/// It may be looked at after every item, for as long as one likes: whatever the moment, evidence of
/// 1/delta is reached with a probability of at most delta if the rate is at the limit or above.
/// Each item multiplies it by 1 - b * share * (wrong - limit), averaged over stakes b. Items must come
/// in an order that knows nothing of later ones, every item that was drawn in its place. Bets on bounded
/// means: Waudby-Smith and Ramdas 2024, J. R. Stat. Soc. B 86:1-27; weighted by the probability of
/// selection: Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro 2024, ACM/IMS J. Data Sci. 1:3.
///
/// At a limit of 0.05 and a stake of 0.9 a right item of full weight gives 1.045.
public struct WeightedLimitProcess: Hashable, Sendable {
    private var process: EProcess
    /// The limit, 0<..<1.
    public let limit: Double
    /// How many items were observed.
    public private(set) var n = 0

    /// Stakes small enough for many errors and large enough for none.
    public static let usualStakes = [0.1, 0.2, 0.35, 0.5, 0.7, 0.9]

    /// Begins with evidence of 1 against a limit, which is held to 1e-6...1 - 1e-6.
    ///
    /// - Parameter stakes: each above 0 and at most 1.
    public init(limit: Double, stakes: [Double] = usualStakes) {
        self.limit = limit.held(in: 1e-6...(1 - 1e-6))
        process = EProcess(stakes: stakes.map { $0.held(in: 1e-6...1) })
    }

    /// Takes the next labelled item.
    ///
    /// - Parameter share: its weight 1/propensity over the largest weight an item may have, 0...1;
    ///   that bound must be known before the item is.
    public mutating func observe(isWrong: Bool, weightShare share: Double = 1) {
        n += 1
        process.observe((limit - (isWrong ? 1 : 0)) * share.held(in: 0...1))
    }

    /// The evidence now; 1 is none.
    public var evidence: Double { process.capital }

    /// The highest evidence so far, at least 1.
    public var peak: Double { process.peak }
}

/// A labelled item as the walk by evidence takes it.
public struct WeightedLabel: Hashable, Sendable {
    /// The model's confidence, 0...1.
    public let confidence: Double
    /// Whether its prediction is wrong.
    public let isWrong: Bool
    /// Its weight over the largest weight there may be, 0...1.
    public let weightShare: Double

    /// Collects the parts.
    public init(confidence: Double, isWrong: Bool, weightShare: Double) {
        self.confidence = confidence
        self.isWrong = isWrong
        self.weightShare = weightShare
    }
}

/// The walk of ``ThresholdWalk`` by evidence that may be looked at at any time.
///
/// The thresholds a walk reaches at all its looks, taken together, break the promise with a probability
/// of at most delta: the first step that truly breaks the limit would have to gather 1/delta once.
public struct EvidenceWalk: Hashable, Sendable {
    /// One step that was tested.
    public struct Test: Hashable, Sendable {
        /// Its place in the grid.
        public let step: Int
        /// The labelled items at or above its threshold.
        public let labelled: Int
        /// Those of them that are wrong.
        public let errors: Int
        /// The highest evidence so far.
        public let peak: Double
        /// Whether it keeps the promise.
        public let isKept: Bool
    }

    /// The steps tested, in order.
    public let tests: [Test]
    /// The last step that kept the promise; nil when the first one tested did not.
    public let certified: Int?

    /// Walks from a start on.
    ///
    /// - Parameters:
    ///   - labels: in an order that knows nothing of later ones; the same at every look, with more at
    ///     the end.
    ///   - thresholds: from the highest down, the same at every look.
    ///   - start: a place in `thresholds`, the same at every look.
    /// - Complexity: O(labels) for each step walked.
    public init(
        _ labels: [WeightedLabel], thresholds: [Double], promise: ErrorPromise, start: Int
    ) {
        var tests: [Test] = []
        var certified: Int?
        for step in max(start, 0)..<max(thresholds.count, start, 0) {
            var process = WeightedLimitProcess(limit: promise.limit)
            var errors = 0
            for label in labels where label.confidence >= thresholds[step] {
                process.observe(isWrong: label.isWrong, weightShare: label.weightShare)
                errors += label.isWrong ? 1 : 0
            }
            let isKept = process.peak >= 1 / promise.delta
            tests.append(
                Test(
                    step: step, labelled: process.n, errors: errors, peak: process.peak,
                    isKept: isKept))
            guard isKept else { break }
            certified = step
        }
        self.tests = tests
        self.certified = certified
    }
}
