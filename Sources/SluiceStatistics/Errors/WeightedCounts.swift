/// Outcomes of reviewed items, counted by the probability with which each was chosen.
///
/// Whole counts: items can be added, parts merged and one taken from another exactly, and memory grows
/// with the number of different probabilities alone.
public struct WeightedCounts: Hashable, Sendable {
    private var counts: [Double: Count] = [:]

    private struct Count: Hashable {
        var n = 0
        var x = 0
    }

    /// Starts without an item.
    public init() {}

    /// Counts an item, or as many alike.
    ///
    /// - Parameter holds: whether the property counted holds, usually "the prediction was wrong".
    public mutating func add(propensity: Double, holds: Bool, times: Int = 1) {
        counts[propensity, default: Count()].n += times
        if holds { counts[propensity, default: Count()].x += times }
    }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: WeightedCounts) {
        counts.merge(other.counts) { Count(n: $0.n + $1.n, x: $0.x + $1.x) }
    }

    /// What is left without the items of a part of it.
    public func without(_ part: WeightedCounts) -> WeightedCounts {
        var left = self
        for (propensity, count) in part.counts {
            left.counts[propensity, default: Count()].n -= count.n
            left.counts[propensity, default: Count()].x -= count.x
        }
        return left
    }

    /// The items of `whole`, of which the property now is to be in `part`.
    init(_ part: WeightedCounts, in whole: WeightedCounts) {
        counts = whole.counts.reduce(into: [:]) { counts, entry in
            counts[entry.key] = Count(n: entry.value.n, x: part.counts[entry.key]?.n ?? 0)
        }
    }

    /// All of them.
    var everything: WeightedCounts { self }

    /// Those with the property alone.
    var holding: WeightedCounts {
        var holding = WeightedCounts()
        for (propensity, count) in counts where count.x > 0 {
            holding.counts[propensity] = Count(n: count.x, x: count.x)
        }
        return holding
    }

    /// The same items, none with the property.
    var holdingNowhere: WeightedCounts {
        var nowhere = WeightedCounts()
        for (propensity, count) in counts { nowhere.counts[propensity] = Count(n: count.n, x: 0) }
        return nowhere
    }

    /// How many items there are.
    public var n: Int { counts.values.reduce(0) { $0 + $1.n } }

    /// Of how many the property holds.
    public var x: Int { counts.values.reduce(0) { $0 + $1.x } }

    /// The least probability of any item; nil without one.
    public var leastPropensity: Double? { counts.filter { $0.value.n > 0 }.keys.min() }

    /// How many items of the traffic they stand for: the sum of 1/propensity.
    public var weight: Double { sum(\.n) }

    /// How many items of the traffic with the property they stand for.
    public var weightHolding: Double { sum(\.x) }

    // In one order, so that the same counts give the same last digit.
    private func sum(_ count: KeyPath<Count, Int>) -> Double {
        counts.keys.sorted().reduce(0) { $0 + Double(counts[$1]?[keyPath: count] ?? 0) / $1 }
    }

    /// The counts as a sample.
    ///
    /// - Throws: ``Unknown`` if there is no item, a count or a probability cannot be.
    public func sample() throws(Unknown) -> GroupedSample {
        try GroupedSample(
            counts.sorted { $0.key < $1.key }.map {
                GroupedSample.Group(propensity: $0.key, n: $0.value.n, x: $0.value.x)
            })
    }

    /// The share with the property, with its interval.
    ///
    /// - Throws: ``Unknown`` as ``sample()``.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        try sample().estimate(level: level)
    }
}
