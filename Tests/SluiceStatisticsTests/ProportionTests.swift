import SluiceStatistics
import Testing

@Suite("Shares and their intervals")
struct ProportionTests {
    @Test("two-sided intervals agree with statsmodels", arguments: Vectors.intervals)
    func intervals(_ vector: Vectors.Interval) throws {
        let share = try Proportion(vector.x, of: vector.n)
        let wilson = try share.wilson()
        expectClose(wilson.lo, vector.wilson.0)
        expectClose(wilson.hi, vector.wilson.1)
        let exact = try share.clopperPearson()
        expectClose(exact.lo, vector.exact.0)
        expectClose(exact.hi, vector.exact.1)
        expectClose(share.upperBound(failing: 0.05), vector.upper)
        expectClose(share.lowerBound(failing: 0.05), vector.lower)
        #expect(wilson.n == vector.n && wilson.level == 0.95 && wilson.nEffective == nil)
    }

    @Test("one-sided bounds and tails agree with scipy", arguments: Vectors.bounds)
    func bounds(_ vector: Vectors.Bound) throws {
        let share = try Proportion(vector.errors, of: vector.n)
        expectClose(share.upperBound(failing: vector.delta), vector.upper, within: 1e-10)
        expectClose(share.tail(ifTrueShareIs: 0.02), vector.tailAtTwoPercent, within: 1e-10)
    }

    @Test(
        "the ends are exactly 0 and 1 when none or all counted", arguments: [1, 2, 300, 1_000_000])
    func ends(_ n: Int) throws {
        for none in [try Proportion(0, of: n).wilson(), try Proportion(0, of: n).clopperPearson()] {
            #expect(none.lo == 0 && none.value == 0 && none.hi > 0)
        }
        for all in [try Proportion(n, of: n).wilson(), try Proportion(n, of: n).clopperPearson()] {
            #expect(all.hi == 1 && all.value == 1 && all.lo < 1)
        }
    }

    @Test("intervals hold the value, stay within 0...1 and widen with the level")
    func order() throws {
        for n in [1, 2, 7, 40] {
            for x in 0...n {
                let share = try Proportion(x, of: n)
                for (one, other) in [
                    (try share.wilson(level: 0.9), try share.wilson(level: 0.99)),
                    (try share.clopperPearson(level: 0.9), try share.clopperPearson(level: 0.99)),
                ] {
                    #expect(0 <= other.lo && other.lo <= one.lo && one.lo <= one.value)
                    #expect(one.value <= one.hi && one.hi <= other.hi && other.hi <= 1)
                }
            }
        }
    }

    @Test("the exact interval for a finite population agrees with scipy", arguments: Vectors.finite)
    func finite(_ vector: Vectors.Finite) throws {
        let share = try FiniteProportion(vector.x, of: vector.n, from: vector.population)
        #expect(try share.count() == vector.errors)
        let estimate = try share.exact()
        #expect(estimate.lo == vector.rate.0 && estimate.hi == vector.rate.1)
    }

    @Test("a population seen whole leaves nothing open")
    func census() throws {
        #expect(try FiniteProportion(3, of: 20, from: 20).count() == 3...3)
        #expect(try FiniteProportion(0, of: 20, from: 20).count() == 0...0)
        #expect(try FiniteProportion(20, of: 20, from: 20).count() == 20...20)
    }

    @Test("counts that cannot be are refused")
    func impossible() {
        #expect(throws: Unknown(.noObservations)) { try Proportion(0, of: 0) }
        #expect(throws: Unknown(.impossibleCounts)) { try Proportion(2, of: 1) }
        #expect(throws: Unknown(.impossibleCounts)) { try Proportion(-1, of: 1) }
        #expect(throws: Unknown(.impossibleCounts)) { try FiniteProportion(1, of: 2, from: 1) }
        for level in [0, 1, -1, .nan] as [Double] {
            #expect(throws: Unknown(.impossibleLevel)) {
                try Proportion(1, of: 2).wilson(level: level)
            }
        }
    }
}
