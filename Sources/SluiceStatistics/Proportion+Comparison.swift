/// Intervals that other tools print, to check their figures by; reports use none of them.
extension Proportion {
    /// The textbook's: the share and normal quantiles of its standard error on either side.
    ///
    /// On an error rate of about 1 % it covers 86 to 89 % where 95 % is asked, and of none it says that
    /// there is no uncertainty. 10 of 1000 at 95 % gives 0.003833...0.016167.
    public func wald(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let reach = z * (value * (1 - value) / Double(n)).squareRoot()
        return Estimate(
            value: value, lo: max(value - reach, 0), hi: min(value + reach, 1), level: level,
            method: .wald, n: n)
    }

    /// The textbook's after half a squared quantile of successes and of failures has been added.
    ///
    /// Agresti and Coull 1998, Am. Stat. 52:119-126. 10 of 1000 at 95 % gives 0.005174...0.018576.
    public func agrestiCoull(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let size = Double(n) + z * z
        let middle = (Double(x) + z * z / 2) / size
        let reach = z * (middle * (1 - middle) / size).squareRoot()
        return Estimate(
            value: value, lo: max(middle - reach, 0), hi: min(middle + reach, 1), level: level,
            method: .agrestiCoull, n: n)
    }

    /// The middle of Jeffreys' beta distribution, with half a success and half a failure added.
    ///
    /// Brown, Cai and DasGupta 2001, Stat. Sci. 16:101-133, without their change of the ends. 10 of
    /// 1000 at 95 % gives 0.005153...0.017666.
    public func jeffreys(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        let tail = (1 - level) / 2
        let (a, b) = (Double(x) + 0.5, Double(n - x) + 0.5)
        return Estimate(
            value: value, lo: SpecialFunctions.inverseIncompleteBeta(tail, a, b),
            hi: SpecialFunctions.inverseIncompleteBeta(1 - tail, a, b), level: level,
            method: .jeffreys, n: n)
    }
}
