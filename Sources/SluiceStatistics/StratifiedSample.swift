/// An error rate audited stratum by stratum at different rates, and put together by weight.
///
/// Adding the counts up without weights is wrong whenever strata are audited at different rates:
/// the stratum most audited is usually the one most wrong.
public struct StratifiedSample: Hashable, Sendable {
    /// One part of the traffic, audited at one rate.
    public struct Stratum: Hashable, Sendable {
        /// How many items the stratum has.
        public let items: Int
        /// How many of them were audited, chosen at random.
        public let audits: Int
        /// How many of those were wrong.
        public let errors: Int

        /// Takes the three counts.
        public init(items: Int, audits: Int, errors: Int) {
            self.items = items
            self.audits = audits
            self.errors = errors
        }

        fileprivate var rate: Double { Double(errors) / Double(audits) }
    }

    /// The strata that have items.
    public let strata: [Stratum]

    /// How many items there are in all.
    public let items: Int

    /// How many audits there are in all.
    public let audits: Int

    /// Takes the strata; those without items do not matter.
    ///
    /// - Throws: ``Unknown`` if counts cannot be, nothing was audited, or a stratum has fewer than
    ///   two audits without having been audited whole: its spread is then not known.
    public init(_ strata: [Stratum]) throws(Unknown) {
        for stratum in strata {
            guard stratum.errors >= 0, stratum.audits >= stratum.errors,
                stratum.items >= stratum.audits
            else { throw Unknown(.impossibleCounts) }
        }
        self.strata = strata.filter { $0.items > 0 }
        items = strata.reduce(0) { $0 + $1.items }
        audits = strata.reduce(0) { $0 + $1.audits }
        guard audits > 0 else { throw Unknown(.noObservations) }
        for stratum in self.strata where stratum.audits < min(2, stratum.items) {
            throw Unknown(.stratumNotAudited)
        }
    }

    /// The error rate of all items: the sum of the strata's rates by their shares of the items.
    public var value: Double {
        // Rounding may lift a sum of shares over one.
        min(strata.reduce(0) { $0 + weight($1) * $1.rate }, 1)
    }

    /// The variance of ``value``, with the correction for a finite population.
    ///
    /// Cochran 1977, Sampling Techniques, 3rd ed., equation 5.15.
    public var variance: Double {
        strata.reduce(0) { sum, stratum in
            guard stratum.audits > 1 else { return sum }
            let unseen = 1 - Double(stratum.audits) / Double(stratum.items)
            let spread = stratum.rate * (1 - stratum.rate) / Double(stratum.audits - 1)
            return sum + weight(stratum) * weight(stratum) * unseen * spread
        }
    }

    /// How many audits at one rate would be worth as much if all strata were equally wrong.
    ///
    /// Kish 1965, Survey Sampling, section 11.2: 1 / sum of share^2 / audits.
    public var kishSize: Double {
        1 / strata.reduce(0) { $0 + weight($1) * weight($1) / Double($1.audits) }
    }

    /// The interval to display, which also covers where strata are audited at unequal rates.
    ///
    /// Korn and Graubard 1998, Survey Methodology 24:193-201: Clopper and Pearson's interval at the
    /// effective sample size e(1-e)/variance * (t(n-1)/t(n-L))^2. Deviations: that size is never
    /// taken above the number of audits, without which coverage falls to 76 %; and where the
    /// estimated variance is zero, as without any error, Kish's size is used. Strata of 10000, 6000
    /// and 4000 items with 0 of 150, 1 of 150 and 6 of 200 wrong give 0.008 (0.002184...0.020356).
    public func kornGraubard(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        return interval(at: effectiveSize(level: level), level: level)
    }

    /// Clopper and Pearson's interval at a sample size that need not be whole.
    func interval(at size: Double, level: Double) -> Estimate {
        let (lo, hi) = Proportion.exact(share: value, n: size, tail: (1 - level) / 2)
        return Estimate(
            value: value, lo: lo, hi: hi, level: level, method: .kornGraubard, n: audits,
            nEffective: size)
    }

    /// A rate the true one exceeds with probability of at most `delta`: the guarantee used to
    /// certify.
    ///
    /// Each stratum's exact upper bound at `delta` divided by the number of strata (Bonferroni),
    /// summed by weight. The strata of ``kornGraubard(level:)`` give 0.038831 at 0.05.
    public func upperBound(failing delta: Double) throws(Unknown) -> Double {
        var sum = 0.0
        for stratum in strata {
            let counted = try Proportion(stratum.errors, of: stratum.audits)
            sum += weight(stratum) * counted.upperBound(failing: delta / Double(strata.count))
        }
        return min(sum, 1)
    }

    private func effectiveSize(level: Double) -> Double {
        min(Double(audits), untruncatedSize(level: level) ?? kishSize)
    }

    /// The effective sample size as Korn and Graubard have it, which may be above the number of audits;
    /// nil where the estimated variance is zero.
    func untruncatedSize(level: Double) -> Double? {
        let variance = variance
        let n = Double(audits)
        guard variance > 0 else { return nil }
        let probability = 1 - (1 - level) / 2
        let free = audits - strata.count
        let ratio =
            free > 0
            ? SpecialFunctions.studentQuantile(probability, degreesOfFreedom: n - 1)
                / SpecialFunctions.studentQuantile(probability, degreesOfFreedom: Double(free)) : 1
        return value * (1 - value) / variance * ratio * ratio
    }

    private func weight(_ stratum: Stratum) -> Double {
        Double(stratum.items) / Double(items)
    }
}
