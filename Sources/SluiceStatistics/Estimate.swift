/// A number with what it takes to believe it: its interval, how that was made, and from how much.
public struct Estimate: Hashable, Sendable {
    /// The point estimate, within `lo...hi`; a share is 0...1, a difference of shares -1...1.
    public let value: Double
    /// The lower end of the interval.
    public let lo: Double
    /// The upper end of the interval.
    public let hi: Double
    /// The confidence level of the interval, 0..<1: 0.95 for 95 %.
    public let level: Double
    /// How the interval was made.
    public let method: Method
    /// How many observations it rests on.
    public let n: Int
    /// How many equally weighted observations would tell as much, nil where that is `n`.
    public let nEffective: Double?

    /// The ways of making an interval; the raw values are what reports print.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// Wilson's score interval.
        case wilson
        /// Clopper and Pearson's exact interval.
        case clopperPearson = "clopper_pearson"
        /// The exact interval for a finite population.
        case hypergeometric
        /// Korn and Graubard's interval for a stratified sample.
        case kornGraubard = "korn_graubard"
        /// Wilson's interval on Kish's effective sample size around a weighted mean.
        case weightedWilson = "weighted_wilson"
        /// Newcombe's interval for the difference of two independent proportions.
        case newcombe
        /// Newcombe's interval for the difference of two independent proportions on Kish's effective
        /// sample sizes around weighted means.
        case weightedNewcombe = "weighted_newcombe"
        /// Newcombe's interval for the difference of two proportions of the same items.
        case newcombePaired = "newcombe_paired"
        /// Newcombe's interval for paired proportions on Kish's effective sample size around
        /// weighted means.
        case weightedNewcombePaired = "weighted_newcombe_paired"
        /// Chance around a mean of calibrated probabilities.
        case expectedErrors = "expected_errors"
        /// A weighted mean with its linearised variance, and room for its skewness.
        case linearisedMean = "linearised_mean"
        /// The expected calibration error with room for its bias below and none needed above.
        case directionalDelta = "directional_delta"
        /// The ends that exact intervals of all bins at once leave.
        case simultaneousBins = "simultaneous_bins"
        /// The bounds of several estimates, added up with their weights.
        case sumOfBounds = "sum_of_bounds"
        /// Percentiles of a seeded bootstrap over items.
        case bootstrap
        /// The beta-binomial mixture's sequence of intervals, which hold all at once.
        case betaBinomialMixture = "beta_binomial_mixture"
        /// The sequence of intervals that hedged bets on a grid leave.
        case hedgedBetting = "hedged_betting"
        /// The normal interval of a prediction-powered mean.
        case predictionPowered = "prediction_powered"
        /// Lang and Reiczigel's interval for a share corrected for the reviewers' own mistakes.
        case langReiczigel = "lang_reiczigel"
        /// The textbook's normal interval.
        case wald
        /// Agresti and Coull's interval.
        case agrestiCoull = "agresti_coull"
        /// The middle of Jeffreys' beta distribution.
        case jeffreys
    }

    /// Collects the parts.
    ///
    /// All must be finite.
    public init(
        value: Double, lo: Double, hi: Double, level: Double, method: Method, n: Int,
        nEffective: Double? = nil
    ) {
        // The ends of some formulas miss the value by a rounding error at 0 and 1.
        self.value = value
        self.lo = min(lo, value)
        self.hi = max(hi, value)
        self.level = level
        self.method = method
        self.n = n
        self.nEffective = nEffective
    }
}

/// Says why there is no number.
///
/// A report prints this instead of a guess, a zero or NaN.
public struct Unknown: Error, Hashable, Sendable {
    /// Why there is no number.
    public let reason: Reason

    /// Gives the reason.
    public init(_ reason: Reason) {
        self.reason = reason
    }

    /// The reasons; the raw values are what reports print.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// There is no observation.
        case noObservations = "no_observations"
        /// Counts that cannot be: negative, more errors than trials, a sample above its population.
        case impossibleCounts = "impossible_counts"
        /// A stratum with items but fewer than two audits: its share of the errors is not known.
        case stratumNotAudited = "stratum_not_audited"
        /// A selection probability outside 0 < p <= 1.
        case impossiblePropensity = "impossible_propensity"
        /// A confidence level outside 0 < level < 1.
        case impossibleLevel = "impossible_level"
        /// All answers are the same label, so agreement beyond chance is not defined: neither 0 nor 1.
        case singleLabel = "single_label"
        /// Items with different numbers of answers, where the figure needs the same number.
        case unequalAnswers = "unequal_answers"
        /// Fewer observations than the figure needs to mean anything.
        case tooFew = "too_few"
    }
}

/// The effective size of `n` observations, or nil where it is `n` but for rounding: where all weigh
/// the same, the method is the plain one and says so.
func sizeIfWeighted(_ size: Double, of n: Int) -> Double? {
    Double(n) - size < 1e-9 * Double(n) ? nil : size
}
