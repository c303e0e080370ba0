import Glibc

extension ReliabilityDiagram {
    /// The expected calibration error with an interval for that of all traffic in the same bins.
    ///
    /// The value is too high with few predictions, so that no interval around it that is alike on both
    /// sides can cover. The ends differ in kind:
    ///
    /// The upper one is normal. An absolute value is convex, so that chance makes the value larger on
    /// average and never smaller, and what is lost by leaving the bias in is width alone.
    ///
    /// The lower one allows for the bias: with e the errors of the bins' gaps, the value errs by the
    /// sum of e where the sign of a gap is known, and by the sum of |e| where it is not, which is where
    /// the gap is less than sqrt(ln n) standard errors (the delta method for a function that has a
    /// derivative in every direction only: Fang and Santos 2019, Rev. Econ. Stud. 86:377-412).
    /// Their quantile is taken from the mean, variance and skewness of sums of
    /// normal and half-normal errors (Cornish and Fisher 1938, Rev. Int. Stat. Inst. 5:307-320).
    ///
    /// The variance of a bin is that of its residuals, or what its confidences say, whichever is larger:
    /// three predictions of 0.97 that were right are no proof of anything. A calibrated model gets an
    /// interval from 0. Simulated, it holds the true one in at least 95 % of samples of 200 and 2,000,
    /// weighted or not, calibrated or not.
    ///
    /// A hundred predictions of 0.9 of which seventy are right give 0.2 (0.102002...0.297998).
    public func expectedErrorEstimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let whole = weight
        let value = expectedError
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let certainty = log(Double(n)).squareRoot()
        var error = GapError()
        for bin in bins {
            let deviation = bin.variance.squareRoot() / whole
            let isSigned = bin.weight / whole * bin.gap > certainty * deviation
            error.add(deviation, isSigned: isSigned)
        }
        // What it adds that the weights themselves are a matter of chance; nothing where they are equal.
        let squares = bins.reduce(0) { $0 + $1.squares }
        let tilt = bins.reduce(0) { $0 + ($1.accuracy < $1.confidence ? -$1.tilt : $1.tilt) }
        let chance = max(0, value * value * squares - 2 * value * tilt) / (whole * whole)
        return Estimate(
            value: value, lo: max(value - error.upperQuantile(z, chance), 0),
            hi: min(value + z * (error.variance + chance).squareRoot(), 1),
            level: level, method: .directionalDelta, n: n, nEffective: effectiveSize)
    }

    /// The largest gap with an interval for that of all traffic, over the bins that hold labels.
    ///
    /// Each bin gets Clopper and Pearson's interval at Kish's size of its weights and at
    /// 1 - (1 - level) / bins, so that all hold at once (Bonferroni), and the ends are the largest gaps
    /// that these leave at least and allow at most. The upper end is often near one: a bin with two
    /// labels in it allows nearly any gap, and says so. Simulated, it holds the true one in at least
    /// 95 % of samples of 200 and 2,000.
    ///
    /// A hundred predictions of 0.9 of which seventy are right give 0.2 (0.112406...0.299815).
    public func largestErrorEstimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let tail = (1 - level) / 2 / Double(bins.count)
        var (lo, hi) = (0.0, 0.0)
        for bin in bins {
            let exact = Proportion.exact(
                share: bin.accuracy, n: min(bin.effectiveSize, Double(bin.n)), tail: tail)
            lo = max(lo, exact.lo - bin.confidence, bin.confidence - exact.hi)
            hi = max(hi, exact.hi - bin.confidence, bin.confidence - exact.lo)
        }
        return Estimate(
            value: largestError, lo: lo, hi: min(hi, 1), level: level, method: .simultaneousBins,
            n: n, nEffective: effectiveSize)
    }

    /// How many equally weighted predictions would tell as much; nil where that is `n`.
    private var effectiveSize: Double? {
        sizeIfWeighted(weight * weight / bins.reduce(0) { $0 + $1.squares }, of: n)
    }
}

/// How far a sum of absolute gaps may lie above the true one.
private struct GapError {
    /// The variance of the sum of the gaps' errors.
    private(set) var variance = 0.0
    private var mean = 0.0
    private var spread = 0.0
    private var third = 0.0

    /// Adds a bin: a normal error where the sign of its gap is known, else a half-normal one.
    mutating func add(_ deviation: Double, isSigned: Bool) {
        let square = deviation * deviation
        variance += square
        guard !isSigned else { return spread += square }
        let half = (2 / Double.pi).squareRoot()
        mean += deviation * half
        spread += square * (1 - half * half)
        third += square * deviation * half * (2 * half * half - 1)
    }

    /// The quantile that a normal error has at `z`, with `chance` added to the variance.
    func upperQuantile(_ z: Double, _ chance: Double) -> Double {
        let spread = spread + chance
        guard spread > 0 else { return mean }
        let skewness = third / (spread * spread.squareRoot())
        return mean + spread.squareRoot() * (z + (z * z - 1) * skewness / 6)
    }
}
