/// Percentiles of what a figure comes to when it is taken of resamples.
enum Bootstrap {
    /// The value with the percentiles of a figure computed as often as `resamples` says.
    ///
    /// - Throws: what the figure throws, if more than half of the resamples have none.
    static func estimate(
        _ value: Double, n: Int, level: Double, resamples: Int,
        of figure: () throws(Unknown) -> Double
    ) throws(Unknown) -> Estimate {
        var values: [Double] = []
        var missing: Unknown?
        for _ in 0..<max(resamples, 1) {
            // Nobody gets the figure any more.
            if Task.isCancelled { break }
            do throws(Unknown) { values.append(try figure()) } catch { missing = error }
        }
        let tail = (1 - level) / 2
        guard 2 * values.count >= resamples,
            let lo = Quantile.linear(tail, of: values),
            let hi = Quantile.linear(1 - tail, of: values)
        else { throw missing ?? Unknown(.noObservations) }
        return Estimate(value: value, lo: lo, hi: hi, level: level, method: .bootstrap, n: n)
    }
}
