/// A share bounded from above by bounding each of several groups for itself.
///
/// Each group may fail with its own probability, so together they fail with at most the sum: no
/// weights are estimated, and nothing is approximated. It is what makes labels usable that were chosen
/// under an earlier threshold, where some items were all reviewed and others audited.
public struct StratifiedBound: Hashable, Sendable {
    /// Items that were labelled with one probability.
    public struct Part: Hashable, Sendable {
        /// How many there are, labelled or not.
        public let items: Int
        /// How many of them were labelled.
        public let labelled: Int
        /// Of how many of those the property holds.
        public let errors: Int
        /// The probability with which the bound of this part may fail, above 0 and below 1.
        public let delta: Double

        /// Collects the parts.
        public init(items: Int, labelled: Int, errors: Int, delta: Double) {
            self.items = items
            self.labelled = labelled
            self.errors = errors
            self.delta = delta
        }

        /// The one-sided bound of Clopper and Pearson; 0 without items, 1 without labels.
        public var bound: Double {
            guard items > 0 else { return 0 }
            do {
                return try Proportion(errors, of: labelled).upperBound(failing: delta)
            } catch {
                return 1
            }
        }
    }

    /// The groups.
    public let parts: [Part]

    /// Takes the groups.
    public init(_ parts: [Part]) {
        self.parts = parts
    }

    /// A share that the true one exceeds with at most the sum of the parts' probabilities: the bounds
    /// weighted by items; 1 without any item.
    ///
    /// 6 errors in 1,200 audits of 12,000 items at 0.045, and 80 in 3,000 reviews of 3,000 items at
    /// 0.005, give 0.015041.
    public var upper: Double {
        let items = parts.reduce(0) { $0 + $1.items }
        guard items > 0 else { return 1 }
        let sum = parts.reduce(0.0) { $0 + Double($1.items) * $1.bound }
        return min(sum / Double(items), 1)
    }
}
