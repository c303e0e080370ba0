/// What was predicted against what people decided, every sum weighted by 1/propensity: precision,
/// recall and F1 of each label, rare ones included.
public struct WeightedConfusion: Sendable {
    /// How many labels there are.
    public let labels: Int
    /// The items of each pair that came up, predicted label first.
    private var cells: [Int: WeightedCounts] = [:]
    /// The disputed audits of each predicted label, as if it were right.
    private var disputed: [Int: WeightedCounts] = [:]

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
    }

    /// Counts a reviewed item.
    ///
    /// - Parameter propensity: the probability with which it was chosen, known when it was routed.
    public mutating func add(predicted: Int, decided: Int, propensity: Double) {
        precondition(0..<labels ~= predicted && 0..<labels ~= decided, "these are the labels")
        cells[predicted * labels + decided, default: WeightedCounts()]
            .add(propensity: propensity, holds: predicted == decided)
    }

    /// Counts an audit that was predicted to be of a label and waits for a second look.
    public mutating func addDisputed(predicted: Int, propensity: Double) {
        precondition(0..<labels ~= predicted, "these are the labels")
        disputed[predicted, default: WeightedCounts()].add(propensity: propensity, holds: true)
    }

    /// A share of right ones, the disputed ones of these predicted labels at both ends.
    private func share(
        _ counts: WeightedCounts, _ disputes: DisputedAudits, level: Double,
        disputed isIncluded: (Int) -> Bool
    ) throws(Unknown) -> Estimate {
        guard counts.n > 0 else { throw Unknown(.noObservations) }
        var waiting = WeightedCounts()
        for (label, counts) in disputed where isIncluded(label) { waiting.merge(counts) }
        guard waiting.n > 0 else { return try counts.estimate(level: level) }
        var (right, wrong) = (counts, counts)
        right.merge(waiting)
        wrong.merge(waiting.holdingNowhere)
        return disputes.between(
            try right.estimate(level: level), try wrong.estimate(level: level), waiting: waiting.n)
    }

    /// A pair of labels that came up.
    public struct Cell: Hashable, Sendable {
        /// The place of the label predicted.
        public let predicted: Int
        /// The place of the label decided.
        public let decided: Int
        /// How many items were reviewed.
        public let items: Int
        /// How many items of the traffic they stand for.
        public let weight: Double
    }

    /// All pairs that came up, the heaviest first.
    public var pairs: [Cell] {
        cells.map {
            Cell(
                predicted: $0.key / labels, decided: $0.key % labels, items: $0.value.n,
                weight: $0.value.weight)
        }.sorted { ($1.weight, $0.predicted, $0.decided) < ($0.weight, $1.predicted, $1.decided) }
    }

    /// The share of all items that were predicted right.
    ///
    /// - Throws: ``Unknown`` if there is no item or a propensity cannot be.
    public func accuracy(
        _ disputes: DisputedAudits = DisputedAudits(), level: Double = 0.95
    ) throws(Unknown) -> Estimate {
        try share(sum { _, _ in true }, disputes, level: level) { _ in true }
    }

    /// Which share of all items people decide to be of that label.
    public func prevalence(of label: Int, level: Double = 0.95) throws(Unknown) -> Estimate {
        try WeightedCounts(sum { $1 == label }, in: sum { _, _ in true }).estimate(level: level)
    }

    /// How many reviewed items were predicted to be of that label, and how many decided.
    public func items(of label: Int) -> (predicted: Int, decided: Int) {
        (sum { predicted, _ in predicted == label }.n, sum { $1 == label }.n)
    }

    /// The share of items predicted to be of a label that are.
    ///
    /// - Throws: ``Unknown`` if none was predicted to be.
    public func precision(
        of label: Int, _ disputes: DisputedAudits = DisputedAudits(), level: Double = 0.95
    ) throws(Unknown) -> Estimate {
        try share(sum { predicted, _ in predicted == label }, disputes, level: level) {
            $0 == label
        }
    }

    /// The share of items of a label that were predicted to be.
    ///
    /// - Throws: ``Unknown`` if none is of it.
    public func recall(of label: Int, level: Double = 0.95) throws(Unknown) -> Estimate {
        try sum { $1 == label }.estimate(level: level)
    }

    /// The harmonic mean of precision and recall.
    ///
    /// It is 2q/(1+q) of the share q of right ones among all items that are of the label or were
    /// predicted to be, which is a share like any other: its interval goes through the same formula.
    /// (Dice 1945, Ecology 26:297-302, against Jaccard 1912, New Phytol. 11:37-50.) 8 right, 2 of them
    /// too many and 6 missed give q = 0.5 and 0.666667.
    ///
    /// - Throws: ``Unknown`` if no item is of the label or was predicted to be.
    public func f1(of label: Int, level: Double = 0.95) throws(Unknown) -> Estimate {
        let share = try sum { $0 == label || $1 == label }.estimate(level: level)
        func through(_ share: Double) -> Double { 2 * share / (1 + share) }
        return Estimate(
            value: through(share.value), lo: through(share.lo), hi: through(share.hi),
            level: share.level, method: share.method, n: share.n, nEffective: share.nEffective)
    }

    private func sum(
        _ isIncluded: (_ predicted: Int, _ decided: Int) -> Bool
    ) -> WeightedCounts {
        var sum = WeightedCounts()
        for (key, counts) in cells where isIncluded(key / labels, key % labels) {
            sum.merge(counts)
        }
        return sum
    }
}
