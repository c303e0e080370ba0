/// The error rate of accepted items from audits that are not all done, and not all settled.
///
/// Parts of the traffic audited at one rate, and known to differ, are strata; each is weighed by its
/// items. One rate for all gives Wilson's interval of the pooled counts, from the first audit on;
/// several give Korn and Graubard's of the strata. There, a stratum that has fewer than two audits is
/// taken together with another of the same rate, which any two are. Where there is none its items are
/// an unknown part: the value is that of the rest, and the interval has all of them right at its lower
/// end and wrong at its upper one; that is done for at most a tenth of the items.
///
/// Where one person has contradicted the model and nobody has looked again, an audit is disputed.
/// Disputed ones enter the value by a share, and the interval as all right at its lower end and all
/// wrong at its upper one.
public struct AuditedError: Hashable, Sendable {
    /// The strata, of one rate each, in the order given.
    public let strata: [Stratum]
    /// The share of disputed audits in which the model is taken to be wrong, 0...1.
    public let wrongShare: Double

    /// The largest share of items that nothing is known of, if there is to be an estimate.
    public static let mostUnseen = 0.1

    /// Items that were audited at one rate.
    public struct Stratum: Hashable, Sendable {
        /// The probability with which each of them reaches a person, 0...1.
        public var propensity: Double
        /// How many items there are.
        public var items = 0
        /// How many of them were drawn for an audit.
        public var drawn = 0
        /// How many audits are not done, disputed ones included.
        public var open = 0
        /// How many audits said something about the label.
        public var audits = 0
        /// In how many of those the model was wrong.
        public var errors = 0
        /// How many of the open ones are disputed.
        public var disputed = 0

        /// An empty stratum.
        public init(propensity: Double) { self.propensity = propensity }

        /// Adds the counts of another; the propensity stays.
        public static func += (sum: inout Self, other: Self) {
            sum.items += other.items
            sum.drawn += other.drawn
            sum.open += other.open
            sum.audits += other.audits
            sum.errors += other.errors
            sum.disputed += other.disputed
        }

        /// The disputed audits taken for done, and the model for wrong in `wrong` of them.
        fileprivate func sample(wrong: Int) -> StratifiedSample.Stratum {
            .init(items: items, audits: audits + disputed, errors: errors + wrong)
        }

        /// Whether it has audits enough to be one of several.
        fileprivate var isSeen: Bool { audits + disputed >= min(2, items) }

        /// Whether it has audits enough as one of so many parts: alone, its spread is not asked for.
        fileprivate func isSeen(amongParts parts: Int) -> Bool {
            parts == 1 ? audits + disputed > 0 : isSeen
        }
    }

    /// Takes the strata.
    public init(_ strata: [Stratum], wrongShare: Double) {
        self.strata = strata
        self.wrongShare = wrongShare.held(in: 0...1)
    }

    /// All strata as one.
    public var sum: Stratum {
        strata.reduce(into: Stratum(propensity: strata.first?.propensity ?? 0)) { $0 += $1 }
    }

    /// The share of the items that belong to strata without audits, 0...1.
    public var unseenShare: Double {
        let all = Double(sum.items)
        let parts = parts
        let seen = parts.filter { $0.isSeen(amongParts: parts.count) }
        return all > 0 ? 1 - Double(seen.reduce(0) { $0 + $1.items }) / all : 0
    }

    /// The strata that an estimate keeps apart.
    ///
    /// One if all have the same rate; else each, those with too few audits joined to the largest other
    /// one of their rate.
    public var parts: [Stratum] {
        guard Set(strata.map(\.propensity)).count > 1 else { return strata.isEmpty ? [] : [sum] }
        var seen = strata.filter(\.isSeen)
        var unseen: [Double: Stratum] = [:]
        for stratum in strata where !stratum.isSeen {
            let host = seen.indices.filter { seen[$0].propensity == stratum.propensity }
                .max { seen[$0].items < seen[$1].items }
            if let host {
                seen[host] += stratum
            } else {
                unseen[stratum.propensity, default: .init(propensity: stratum.propensity)] +=
                    stratum
            }
        }
        return seen + unseen.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The error rate to display.
    ///
    /// 10,000 items with 150 audits, 6,000 with 150 and 4,000 with 200, at rates of their own, and 0, 1
    /// and 6 errors give 0.008 (0.002184...0.020356).
    ///
    /// - Throws: ``Unknown`` with `noObservations` if no audit is done, `stratumNotAudited` if too many
    ///   items belong to strata without audits.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        try between(level: level) { (strata) throws(Unknown) -> Estimate in
            guard strata.count > 1 else {
                return try Proportion(strata[0].errors, of: strata[0].audits).wilson(level: level)
            }
            return try StratifiedSample(strata).kornGraubard(level: level)
        }
    }

    /// The exact interval: Clopper and Pearson's, or that for a finite population if more than 5 % of
    /// the items were audited; nil of several rates, for which there is none.
    public func exact(level: Double = 0.95) throws(Unknown) -> Estimate? {
        guard parts.count == 1 else { return nil }
        return try between(level: level) { (strata) throws(Unknown) -> Estimate in
            let stratum = strata[0]
            guard stratum.audits * 20 > stratum.items else {
                return try Proportion(stratum.errors, of: stratum.audits)
                    .clopperPearson(level: level)
            }
            return try FiniteProportion(
                stratum.errors, of: stratum.audits, from: stratum.items
            ).exact(level: level)
        }
    }

    /// An interval that holds however often it is looked at while audits come in.
    ///
    /// ``ConfidenceSequence`` of one rate; of several, those of the strata at 1 - (1 - level) / strata,
    /// added up by their items (Bonferroni).
    ///
    /// - Parameter rates: how many rates audits may be drawn at: who looks before audits of all of them
    ///   are there spends the same share of the probability at every look.
    public func sequence(
        _ sequence: ConfidenceSequence = .standard, rates: Int = 1, level: Double = 0.95
    ) throws(Unknown) -> Estimate {
        try between(level: level) { (strata) throws(Unknown) -> Estimate in
            let all = Double(strata.reduce(0) { $0 + $1.items })
            let own = 1 - (1 - level) / Double(max(strata.count, rates))
            var (value, lo, hi) = (0.0, 0.0, 0.0)
            for stratum in strata {
                let interval = try sequence.interval(
                    for: Proportion(stratum.errors, of: stratum.audits), level: own)
                let weight = Double(stratum.items) / all
                value += weight * interval.value
                lo += weight * interval.lo
                hi += weight * interval.hi
            }
            return Estimate(
                value: value, lo: lo, hi: min(hi, 1), level: level, method: .betaBinomialMixture,
                n: strata.reduce(0) { $0 + $1.audits })
        }
    }

    /// The rate that the true one exceeds with a probability of at most `delta`, disputed audits and
    /// unknown items taken for wrong: Clopper and Pearson's one-sided bound, of several rates
    /// ``StratifiedSample/upperBound(failing:)``.
    public func upperBound(failing delta: Double = 0.05) throws(Unknown) -> Double {
        let (seen, unseen) = try known()
        let worst = seen.map { $0.sample(wrong: $0.disputed) }
        let bound =
            worst.count == 1
            ? try Proportion(worst[0].errors, of: worst[0].audits).upperBound(failing: delta)
            : try StratifiedSample(worst).upperBound(failing: delta)
        return min((1 - unseen) * bound + unseen, 1)
    }

    /// The rate if the model were right, and if it were wrong, in every audit that is not done.
    ///
    /// - Returns: nil if nothing was drawn.
    public var bounds: (allRight: Double, allWrong: Double)? {
        let all = Double(sum.items)
        guard sum.audits + sum.open > 0 else { return nil }
        var (right, wrong) = (0.0, 0.0)
        for part in parts {
            let weight = Double(part.items) / all
            let drawn = Double(part.audits + part.open)
            // A part without any audit may be anything.
            right += drawn > 0 ? weight * Double(part.errors) / drawn : 0
            wrong += drawn > 0 ? weight * Double(part.errors + part.open) / drawn : weight
        }
        return (right, min(wrong, 1))
    }

    /// The parts with audits, and the share of the items in the others.
    private func known() throws(Unknown) -> (seen: [Stratum], unseen: Double) {
        guard sum.audits > 0 else { throw Unknown(.noObservations) }
        let share = unseenShare
        guard share <= Self.mostUnseen else { throw Unknown(.stratumNotAudited) }
        let parts = parts
        let seen = parts.filter { $0.isSeen(amongParts: parts.count) && $0.items > 0 }
        guard seen.contains(where: { $0.audits > 0 }) else { throw Unknown(.noObservations) }
        return (seen, share)
    }

    /// An interval with the disputed audits all right at one end and all wrong at the other.
    private func between(
        level: Double,
        _ estimate: ([StratifiedSample.Stratum]) throws(Unknown) -> Estimate
    ) throws(Unknown) -> Estimate {
        let (seen, unseen) = try known()
        let done = seen.reduce(0) { $0 + $1.audits }
        let best = try estimate(seen.map { $0.sample(wrong: 0) })
        let isDisputed = seen.contains { $0.disputed > 0 }
        guard isDisputed || unseen > 0 else { return best }
        let worst = isDisputed ? try estimate(seen.map { $0.sample(wrong: $0.disputed) }) : best
        let both = DisputedAudits.between(best, worst, wrongShare: wrongShare, n: done)
        return Estimate(
            value: both.value, lo: both.lo * (1 - unseen), hi: both.hi * (1 - unseen) + unseen,
            level: both.level, method: both.method, n: done, nEffective: both.nEffective)
    }
}
