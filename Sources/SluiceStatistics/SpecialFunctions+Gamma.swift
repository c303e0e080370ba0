import Glibc

extension SpecialFunctions {
    /// The share of a gamma distribution with shape `a` that lies above `x`: the regularised upper
    /// incomplete gamma function Q(a, x), for a > 0 and x >= 0.
    ///
    /// NIST Digital Library of Mathematical Functions, 8.11.4 (series) below a + 1 and 8.9.2
    /// (continued fraction) above, so that small tails keep their digits. Q(0.5, 0.1) is 0.654721.
    public static func upperIncompleteGamma(_ a: Double, _ x: Double) -> Double {
        let a = a.held(in: Double.leastNormalMagnitude...1e15)
        guard x > 0 else { return 1 }
        guard x.isFinite else { return 0 }
        let logFront = a * log(x) - x - logGamma(a)
        return x < a + 1
            ? max(1 - exp(logFront) * gammaSeries(a, x), 0)
            : min(exp(logFront) * gammaFraction(a, x), 1)
    }

    /// The probability that a chi-square variable is at least `statistic`; 1 without a degree of
    /// freedom.
    ///
    /// Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.4.19. 17.447017 with 4
    /// degrees of freedom gives 0.001582.
    public static func chiSquareTail(_ statistic: Double, degreesOfFreedom: Int) -> Double {
        degreesOfFreedom > 0
            ? upperIncompleteGamma(Double(degreesOfFreedom) / 2, statistic / 2) : 1
    }

    /// The probability that a standard normal variable is at least as far from zero as `z`.
    ///
    /// At 2.513123 it is 0.011967.
    public static func normalTails(_ z: Double) -> Double {
        z.isNaN ? 1 : erfc(abs(z) / 2.0.squareRoot())
    }

    /// P(a, x) without its front factor, by the series of DLMF 8.11.4.
    private static func gammaSeries(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var step = a
        // Near the mean the number of terms grows with the square root of the shape.
        for _ in 0..<200_000 {
            step += 1
            term *= x / step
            sum += term
            if term <= sum * .ulpOfOne / 4 { break }
        }
        return sum
    }

    /// Q(a, x) without its front factor, by the continued fraction of DLMF 8.9.2 after Lentz.
    private static func gammaFraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / (abs(b) < tiny ? tiny : b)
        var result = d
        for i in 1...200_000 {
            let numerator = -Double(i) * (Double(i) - a)
            b += 2
            d = numerator * d + b
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = b + numerator / c
            if abs(c) < tiny { c = tiny }
            result *= c * d
            if abs(c * d - 1) <= .ulpOfOne { break }
        }
        return result
    }
}
