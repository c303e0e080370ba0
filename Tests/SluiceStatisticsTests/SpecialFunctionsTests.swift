import SluiceStatistics
import Testing

@Suite("Special functions")
struct SpecialFunctionsTests {
    @Test("the incomplete beta function is the binomial tail where both are defined")
    func binomialTail() {
        expectClose(SpecialFunctions.incompleteBeta(0.5, 2, 3), 0.6875, within: 1e-14)
        for n in [1, 5, 30, 60] {
            for share in [0.01, 0.3, 0.5, 0.97] {
                // The probability of at least k of n, term by term.
                var term = 1.0
                for _ in 0..<n { term *= share }
                var sum = term
                for k in stride(from: n, to: 0, by: -1) {
                    expectClose(
                        SpecialFunctions.incompleteBeta(share, Double(k), Double(n - k + 1)), sum,
                        within: 1e-11)
                    term *= Double(k) / Double(n - k + 1) * (1 - share) / share
                    sum += term
                }
            }
        }
    }

    @Test("the inverse undoes the incomplete beta function")
    func inverse() {
        expectClose(SpecialFunctions.inverseIncompleteBeta(0.6875, 2, 3), 0.5, within: 1e-13)
        for a in [0.3, 1, 2.5, 40, 3000, 1e6] {
            for b in [0.5, 1, 7, 900, 1e6] {
                for probability in [1e-8, 0.001, 0.025, 0.5, 0.95, 0.9999] {
                    let x = SpecialFunctions.inverseIncompleteBeta(probability, a, b)
                    #expect((0...1).contains(x))
                    // Close to one a double x is too coarse to give the probability back.
                    guard x < 0.999 else { continue }
                    expectClose(SpecialFunctions.incompleteBeta(x, a, b), probability, within: 1e-8)
                }
            }
        }
    }

    @Test("normal quantiles are those of the tables")
    func normal() {
        let table: [(Double, Double)] = [
            (0.5, 0), (0.975, 1.959963984540054), (0.95, 1.6448536269514722),
            (0.025, -1.959963984540054), (1e-10, -6.361340902404056),
            (0.9999, 3.719016485455709),
        ]
        for (probability, z) in table {
            expectClose(SpecialFunctions.normalQuantile(probability), z, within: 1e-12)
        }
    }

    @Test("Student quantiles are those of the tables")
    func student() {
        let table: [(Double, Double, Double)] = [
            (0.975, 1, 12.706204736174698), (0.975, 10, 2.228138851986274),
            (0.95, 30, 1.697260886593957), (0.995, 2, 9.92484320091807),
        ]
        for (probability, degreesOfFreedom, t) in table {
            expectClose(
                SpecialFunctions.studentQuantile(probability, degreesOfFreedom: degreesOfFreedom),
                t,
                within: 1e-10)
        }
        expectClose(
            SpecialFunctions.studentQuantile(0.975, degreesOfFreedom: 1e7), 1.959964,
            within: 1e-6)
    }

    @Test("log gamma of a whole number is the logarithm of a factorial")
    func gamma() {
        expectClose(SpecialFunctions.logGamma(6), 4.787491742782046, within: 1e-14)
        expectClose(SpecialFunctions.logGamma(0.5), 0.5723649429247001, within: 1e-14)
    }

    @Test("nothing outside the range of an argument gives NaN")
    func clamping() {
        for odd in [-1, 0, 1, 2, .nan, .infinity, -.infinity] as [Double] {
            #expect(!SpecialFunctions.incompleteBeta(odd, 2, 3).isNaN)
            #expect(!SpecialFunctions.inverseIncompleteBeta(odd, 2, 3).isNaN)
            #expect(SpecialFunctions.normalQuantile(odd).isFinite)
            #expect(SpecialFunctions.studentQuantile(odd, degreesOfFreedom: 5).isFinite)
        }
    }
}
