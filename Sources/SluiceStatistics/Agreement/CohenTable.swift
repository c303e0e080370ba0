/// What two reviewers said of the same items, label against label.
///
/// Whole counts: items can be added, taken out, and tables merged exactly.
public struct CohenTable: Hashable, Sendable {
    /// How many labels there are to choose from, used or not.
    public let labels: Int
    /// How many items there are.
    public private(set) var items = 0
    private var counts: [Int]

    /// How much a disagreement counts.
    public enum Weights: Hashable, Sendable, CaseIterable {
        /// Every one the same: labels without an order.
        case none
        /// By how many labels lie between.
        case linear
        /// By the square of it.
        case quadratic
    }

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
        counts = Array(repeating: 0, count: labels * labels)
    }

    /// Counts an item to which the reviewers gave these labels.
    public mutating func add(_ first: Int, _ second: Int, times: Int = 1) {
        precondition(
            0..<labels ~= first && 0..<labels ~= second, "answers are numbers of labels")
        counts[first * labels + second] += times
        items += times
        precondition(counts[first * labels + second] >= 0, "only what was counted is taken out")
    }

    /// Takes out an item that was counted with these labels.
    public mutating func remove(_ first: Int, _ second: Int) {
        add(first, second, times: -1)
    }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: CohenTable) {
        precondition(labels == other.labels, "both count the same labels")
        counts = zip(counts, other.counts).map(+)
        items += other.items
    }

    /// How many items got these two labels.
    public func count(_ first: Int, _ second: Int) -> Int { counts[first * labels + second] }

    /// On how many items the two agree.
    ///
    /// - Throws: ``Unknown`` if there is no item.
    public func agreeing() throws(Unknown) -> Proportion {
        try Proportion((0..<labels).reduce(0) { $0 + count($1, $1) }, of: items)
    }

    /// Cohen's kappa: 1 is perfect agreement, 0 what chance gives.
    ///
    /// Cohen 1960, Educ. Psychol. Meas. 20:37-46; weighted, 1968, Psychol. Bull. 70:213-220.
    ///
    /// - Throws: ``Unknown`` if there is no item, or both gave all items the same label.
    public func kappa(_ weights: Weights = .none) throws(Unknown) -> Double {
        guard items > 0 else { throw Unknown(.noObservations) }
        var rows = Array(repeating: 0, count: labels)
        var columns = rows
        for first in 0..<labels {
            for second in 0..<labels {
                rows[first] += count(first, second)
                columns[second] += count(first, second)
            }
        }
        var observed = 0.0
        var expected = 0.0
        for first in 0..<labels {
            for second in 0..<labels {
                let weight = weights.weight(abs(first - second))
                observed += weight * Double(count(first, second))
                expected += weight * Double(rows[first]) * Double(columns[second])
            }
        }
        guard expected > 0 else { throw Unknown(.singleLabel) }
        return 1 - observed * Double(items) / expected
    }

    /// Cohen's kappa with its interval from a bootstrap over items.
    ///
    /// - Throws: ``Unknown`` as ``kappa(_:)``, or if it is undefined for more than half of the
    ///   resamples, or the level is out of range.
    public func estimate(
        _ weights: Weights = .none, level: Double = 0.95, resamples: Int = 1000,
        using generator: inout some RandomNumberGenerator
    ) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let value = try kappa(weights)
        var table = self
        return try Bootstrap.estimate(
            value, n: items, level: level, resamples: resamples
        ) { () throws(Unknown) in
            table.counts = Multinomial.resample(counts, using: &generator)
            return try table.kappa(weights)
        }
    }
}

extension CohenTable.Weights {
    fileprivate func weight(_ distance: Int) -> Double {
        switch self {
        case .none: distance == 0 ? 0 : 1
        case .linear: Double(distance)
        case .quadratic: Double(distance * distance)
        }
    }
}
