/// How long items wait for a decision, counting those that still wait.
///
/// Leaving the open items out makes a growing backlog look fast: only the quick ones are done.
///
/// Kaplan and Meier 1958, J. Am. Stat. Assoc. 53:457-481. Waits of 12, 18, 29, 30, 45, 60 and 120
/// minutes with two more open after 172 and 173 have their median at 45; without the two, at 30.
public struct KaplanMeier: Hashable, Sendable {
    /// One item.
    public struct Wait: Hashable, Sendable {
        /// How long it waited until its decision, or has waited until now; finite, in any unit.
        public let duration: Double
        /// Whether it has been decided.
        public let isDecided: Bool

        /// Takes a duration, ended by a decision or still running.
        public init(_ duration: Double, isDecided: Bool) {
            self.duration = duration
            self.isDecided = isDecided
        }
    }

    /// The curve drops at a time to a share that holds until the next step.
    public struct Step: Hashable, Sendable {
        /// When.
        public let time: Double
        /// The share of items still waiting from then on, 0...1.
        public let stillWaiting: Double
    }

    /// The steps of the curve, one for each time at which something was decided, in order.
    public let steps: [Step]

    /// How many items were counted.
    public let n: Int

    /// How many of them are still open.
    public let open: Int

    /// Takes the waits in any order.
    ///
    /// Those whose duration is not finite are left out.
    ///
    /// - Complexity: O(n log n).
    public init(_ waits: [Wait]) { self.init(counted: waits.map { ($0, 1) }) }

    /// Takes waits in any order, each with how many items it is of; those of no item, and those whose
    /// duration is not finite, are left out.
    ///
    /// - Complexity: O(n log n) in the number of waits, whatever they count for.
    public init(counted waits: [(wait: Wait, count: Int)]) {
        let sorted = waits.filter { $0.wait.duration.isFinite && $0.count > 0 }
            .sorted { $0.wait.duration < $1.wait.duration }
        let all = sorted.reduce(0) { $0 + $1.count }
        var steps: [Step] = []
        var stillWaiting = 1.0
        var atRisk = all
        var index = 0
        while index < sorted.count {
            let time = sorted[index].wait.duration
            var decided = 0
            var ended = 0
            // An item open at a time was at risk then, so decisions come before it.
            while index < sorted.count, sorted[index].wait.duration == time {
                if sorted[index].wait.isDecided { decided += sorted[index].count }
                ended += sorted[index].count
                index += 1
            }
            if decided > 0 {
                stillWaiting *= Double(atRisk - decided) / Double(atRisk)
                steps.append(Step(time: time, stillWaiting: stillWaiting))
            }
            atRisk -= ended
        }
        self.steps = steps
        n = all
        open = sorted.reduce(0) { $0 + ($1.wait.isDecided ? 0 : $1.count) }
    }

    /// The time by which a share of 0...1 of the items is decided, nil if that was not reached.
    ///
    /// The first step at or below the share left over, with a margin of 1e-12 for rounding: libraries
    /// differ where the curve hits it exactly.
    public func quantile(_ share: Double) -> Double? {
        steps.first { $0.stillWaiting <= 1 - share + 1e-12 }?.time
    }

    /// The share of items still waiting after a time, 0...1; 1 before the first decision.
    public func stillWaiting(after time: Double) -> Double {
        steps.last { $0.time <= time }?.stillWaiting ?? 1
    }
}
