/// What is known of the items at or above one threshold.
public struct ThresholdStep: Hashable, Sendable {
    /// Items that a person was to label with one probability.
    public struct Stratum: Hashable, Sendable {
        /// That probability, 0...1.
        public let propensity: Double
        /// How many items there are.
        public var items: Int
        /// How many of them tell whether they are wrong.
        public var labelled: Int
        /// How many of those are wrong, or are to be taken for wrong.
        public var errors: Int

        /// Collects the parts.
        public init(propensity: Double, items: Int = 0, labelled: Int = 0, errors: Int = 0) {
            self.propensity = propensity
            self.items = items
            self.labelled = labelled
            self.errors = errors
        }
    }

    /// How a step was judged.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        /// One sample with one probability: the binomial tail.
        case binomial
        /// Items audited and items that were all reviewed: a bound for each.
        case twoStrata = "two_strata"
        /// Several audit rates: a bound for each.
        case strata
        /// Some items could not have been labelled by anybody.
        case unobservable
        /// There is no label.
        case unlabelled
    }

    /// The threshold, 0...1.
    public let threshold: Double
    /// The groups, in any order, each propensity once.
    public let strata: [Stratum]

    /// Takes both.
    public init(threshold: Double, strata: [Stratum]) {
        self.threshold = threshold
        self.strata = strata
    }

    /// All items at or above the threshold.
    public var items: Int { strata.reduce(0) { $0 + $1.items } }

    /// All that tell whether they are wrong.
    public var labelled: Int { strata.reduce(0) { $0 + $1.labelled } }

    /// All that are wrong, unweighted.
    public var errors: Int { strata.reduce(0) { $0 + $1.errors } }

    /// The error rate observed, each group weighted by its items; nil while a group has no label.
    public var observedError: Double? {
        let present = strata.filter { $0.items > 0 }
        guard !present.isEmpty, present.allSatisfy({ $0.labelled > 0 }) else { return nil }
        let sum = present.reduce(0.0) {
            $0 + Double($1.items) * Double($1.errors) / Double($1.labelled)
        }
        return sum / Double(items)
    }

    /// How it is judged.
    public var form: Form {
        let present = strata.filter { $0.items > 0 }
        if present.contains(where: { $0.propensity <= 0 }) { return .unobservable }
        if present.isEmpty || present.contains(where: { $0.labelled == 0 }) { return .unlabelled }
        if present.count == 1 { return .binomial }
        return present.count == 2 && present.contains { $0.propensity >= 1 } ? .twoStrata : .strata
    }

    /// The share of the probability that the reviewed group gets; the audited ones share the rest.
    ///
    /// Reviewed items are many and tell nearly everything, so little goes a long way with them.
    static let reviewedShare = 0.1

    /// An error rate that the true one of these items exceeds with a probability of at most `delta`;
    /// 1 where that cannot be said.
    public func upperBound(failing delta: Double) -> Double {
        switch form {
        case .unobservable, .unlabelled: return 1
        case .binomial:
            return StratifiedBound(
                strata.map {
                    .init(
                        items: $0.items, labelled: $0.labelled, errors: $0.errors, delta: delta)
                }
            ).upper
        case .twoStrata, .strata:
            let present = strata.filter { $0.items > 0 }
            let audited = present.count { $0.propensity < 1 }
            let reviewed = present.count > audited ? Self.reviewedShare : 0
            let share = (1 - reviewed) / Double(max(audited, 1))
            return StratifiedBound(
                present.map {
                    .init(
                        items: $0.items, labelled: $0.labelled, errors: $0.errors,
                        delta: delta * ($0.propensity < 1 ? share : reviewed))
                }
            ).upper
        }
    }

    /// Whether the labels keep a promise at this threshold.
    ///
    /// One sample is judged by the binomial tail, which is the same as its bound but for the last
    /// digits.
    public func keeps(_ promise: ErrorPromise) -> Bool {
        guard form == .binomial, let one = strata.first(where: { $0.items > 0 }) else {
            return upperBound(failing: promise.delta) <= promise.limit
        }
        do {
            let sample = try Proportion(one.errors, of: one.labelled)
            return sample.tail(ifTrueShareIs: promise.limit) <= promise.delta
        } catch {
            return false
        }
    }
}
