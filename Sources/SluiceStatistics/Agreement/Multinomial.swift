import Glibc

/// Draws how often each of several kinds comes up in a sample with replacement.
enum Multinomial {
    /// How often each kind is drawn if as many are drawn as the weights sum to.
    ///
    /// One binomial draw for each kind out of what is left, so the time grows with the number of
    /// kinds and not with that of draws.
    static func resample(
        _ weights: [Int], using generator: inout some RandomNumberGenerator
    ) -> [Int] {
        var weightLeft = weights.reduce(0, +)
        var left = weightLeft
        return weights.map { weight in
            guard weight < weightLeft else { return left }
            let drawn = binomial(left, Double(weight) / Double(weightLeft), using: &generator)
            weightLeft -= weight
            left -= drawn
            return drawn
        }
    }

    /// How many of `n` trials succeed, each with a probability of 0...1.
    static func binomial(
        _ n: Int, _ probability: Double, using generator: inout some RandomNumberGenerator
    ) -> Int {
        guard n > 0, probability > 0 else { return 0 }
        guard probability <= 0.5 else {
            return n - binomial(n, 1 - probability, using: &generator)
        }
        return Double(n) * probability < 10
            ? byWaiting(n, probability, using: &generator)
            : byRejection(n, probability, using: &generator)
    }

    /// Counts successes by the waiting times between them: quick where few are expected.
    ///
    /// Devroye 1986, Non-Uniform Random Variate Generation, X.4.3.
    private static func byWaiting(
        _ n: Int, _ probability: Double, using generator: inout some RandomNumberGenerator
    ) -> Int {
        let scale = log1p(-probability)
        var trials = 0.0
        var successes = 0
        while true {
            let uniform = 1 - Double.random(in: 0..<1, using: &generator)
            trials += (log(uniform) / scale).rounded(.down) + 1
            if trials > Double(n) { return successes }
            successes += 1
        }
    }

    /// Transformed rejection with squeeze: the same time for any number of trials.
    ///
    /// Hörmann 1993, J. Stat. Comput. Simul. 46:101-110, algorithm BTRS, for n p of at least 10.
    private static func byRejection(
        _ n: Int, _ probability: Double, using generator: inout some RandomNumberGenerator
    ) -> Int {
        let trials = Double(n)
        let spread = (trials * probability * (1 - probability)).squareRoot()
        let b = 1.15 + 2.53 * spread
        let a = -0.0873 + 0.0248 * b + 0.01 * probability
        let center = trials * probability + 0.5
        let alpha = (2.83 + 5.1 / b) * spread
        let mode = ((trials + 1) * probability).rounded(.down)
        let logOdds = log(probability / (1 - probability))
        func logWays(_ k: Double) -> Double {
            -SpecialFunctions.logGamma(k + 1) - SpecialFunctions.logGamma(trials - k + 1)
        }
        while true {
            let u = Double.random(in: -0.5..<0.5, using: &generator)
            let v = 1 - Double.random(in: 0..<1, using: &generator)
            let inside = 0.5 - abs(u)
            let k = ((2 * a / inside + b) * u + center).rounded(.down)
            guard k >= 0, k <= trials else { continue }
            if inside >= 0.07, v <= 0.92 - 4.2 / b { return Int(k) }
            let ratio = logWays(k) - logWays(mode) + (k - mode) * logOdds
            if log(v * alpha / (a / (inside * inside) + b)) <= ratio { return Int(k) }
        }
    }
}
