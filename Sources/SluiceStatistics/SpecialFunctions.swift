import Glibc

/// The functions behind the intervals, accurate to about 1e-12 relative within the sizes met here
/// (parameters up to some millions).
///
/// Arguments outside a function's range are clamped to it, so that none ever returns NaN.
public enum SpecialFunctions {
    /// The natural logarithm of the gamma function, for `x` > 0.
    public static func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        // lgamma itself writes a global variable and is not safe to call from two threads.
        return lgamma_r(x.held(in: positive), &sign)
    }

    /// The regularised incomplete beta function I_x(a, b), for a, b > 0 and x in 0...1.
    ///
    /// NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction) with 8.17.4
    /// (symmetry), evaluated by the modified method of Lentz (Thompson and Barnett 1986, J. Comput.
    /// Phys. 64:490-509). I_0.5(2, 3) is 0.6875.
    public static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let a = a.held(in: positive)
        let b = b.held(in: positive)
        return incompleteBeta(x, a, b, logBeta: logBeta(a, b))
    }

    /// The x in 0...1 at which I_x(a, b) equals `probability`.
    ///
    /// Halley steps kept within a bracket, halving it where a step would leave it, to a relative
    /// 1e-14. The inverse of I_x(2, 3) at 0.6875 is 0.5.
    public static func inverseIncompleteBeta(
        _ probability: Double, _ a: Double, _ b: Double
    ) -> Double {
        let a = a.held(in: positive)
        let b = b.held(in: positive)
        guard probability > 0 else { return 0 }
        guard probability < 1 else { return 1 }
        var low = 0.0
        var high = 1.0
        var x = a / (a + b)
        let logBeta = logBeta(a, b)
        for _ in 0..<400 {
            let excess = incompleteBeta(x, a, b, logBeta: logBeta) - probability
            if excess == 0 { break }
            if excess < 0 { low = x } else { high = x }
            let density = exp((a - 1) * log(x) + (b - 1) * log1p(-x) - logBeta)
            let newton = excess / density
            let curvature = newton * ((a - 1) / x - (b - 1) / (1 - x))
            var next = x - newton / (1 - min(curvature, 1) / 2)
            if !(next > low && next < high) { next = low + (high - low) / 2 }
            let step = abs(next - x)
            x = next
            if step <= 1e-14 * x || high - low <= 1e-16 * high { break }
        }
        return x
    }

    /// The z below which a standard normal variable falls with the given probability in 0...1.
    ///
    /// A rational start (Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.2.23)
    /// refined by Halley steps on the complementary error function. At 0.975 it is 1.959964.
    /// Probabilities of 0 and 1 give the farthest finite values, about -38.4 and 8.2.
    public static func normalQuantile(_ probability: Double) -> Double {
        let probability = probability.held(in: .leastNonzeroMagnitude...(1 - .ulpOfOne / 2))
        guard probability <= 0.5 else { return -normalQuantile(1 - probability) }
        let tail = probability
        let t = (-2 * log(tail)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var z = numerator / denominator - t
        for _ in 0..<4 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (0.5 * erfc(-z / 2.0.squareRoot()) - tail) / density
            z -= step / (1 + z * step / 2)
        }
        return z
    }

    /// The quantile of Student's t distribution at a probability above one half.
    ///
    /// From the incomplete beta function (NIST DLMF 8.17; Abramowitz and Stegun 26.7.1). At 0.975
    /// with 10 degrees of freedom it is 2.228139.
    public static func studentQuantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
        let tail = 2 * (1 - probability.held(in: 0.5...(1 - .ulpOfOne / 2)))
        let freedom = degreesOfFreedom.held(in: 1...1e15)
        // Solved for the small share above, x = t^2 / (freedom + t^2), so that no digits cancel.
        let x = inverseIncompleteBeta(1 - tail, 0.5, freedom / 2)
        return x < 1
            ? (freedom * x / (1 - x)).squareRoot()
            : (freedom / inverseIncompleteBeta(tail, freedom / 2, 0.5)).squareRoot()
    }

    /// What the parameters of the gamma and beta functions are held to.
    private static let positive = Double.leastNormalMagnitude...1e300

    private static func logBeta(_ a: Double, _ b: Double) -> Double {
        logGamma(a) + logGamma(b) - logGamma(a + b)
    }

    private static func incompleteBeta(
        _ x: Double, _ a: Double, _ b: Double, logBeta: Double
    ) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        func lower(_ x: Double, _ a: Double, _ b: Double) -> Double {
            let logFront = a * log(x) + b * log1p(-x) - logBeta
            return min(exp(logFront) / a * betaFraction(x, a, b), 1)
        }
        // The fraction converges fast only below the mean.
        return x > (a + 1) / (a + b + 2) ? 1 - lower(1 - x, b, a) : lower(x, a, b)
    }

    private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        func guarded(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var c = 1.0
        var d = 1 / guarded(1 - (a + b) * x / (a + 1))
        var result = d
        // The number of terms grows with the square root of the larger parameter.
        for m in 1...20_000 {
            let m = Double(m)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / guarded(1 + even * d)
            c = guarded(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / guarded(1 + odd * d)
            c = guarded(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) <= .ulpOfOne { break }
        }
        return result
    }
}

extension Double {
    /// The value, or the nearer end of a range it lies outside of; the lower end for NaN.
    func held(in range: ClosedRange<Double>) -> Double {
        self >= range.lowerBound ? Swift.min(self, range.upperBound) : range.lowerBound
    }
}
