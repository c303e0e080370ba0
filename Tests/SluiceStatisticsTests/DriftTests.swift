import SluiceStatistics
import Testing

@Suite("Drift of mixes and values")
struct DriftTests {
    @Test("all distances of two mixes agree with scipy")
    func mixes() throws {
        // scipy 1.17.1 jensenshannon and chi2_contingency.
        let shift = try CategoryShift(
            reference: [120, 80, 300, 250, 250], current: [30, 10, 90, 40, 80])
        expectClose(shift.stabilityIndex(pseudoCount: 0), 0.09611122532179965, within: 1e-12)
        expectClose(shift.expectedStabilityIndex, 0.02, within: 1e-12)
        let test = shift.stabilityTest(pseudoCount: 0)
        expectClose(test.statistic, 19.222245064359928, within: 1e-12)
        expectClose(test.p, 0.0007107286932669413, within: 1e-11)
        #expect(test.degreesOfFreedom == 4)
        expectClose(shift.jensenShannonDistance, 0.1310134062962933, within: 1e-12)
        expectClose(shift.jensenShannonDivergence, 0.017164512629357625, within: 1e-12)
        expectClose(shift.chiSquare.statistic, 17.44701658494762, within: 1e-12)
        expectClose(shift.chiSquare.p, 0.0015821639131092865, within: 1e-11)
        expectClose(shift.largestDifference, 0.09, within: 1e-12)
        expectClose(shift.totalVariation, 0.13, within: 1e-12)
        expectClose(shift.hellingerDistance, 0.10933988534545624, within: 1e-12)
    }

    @Test("a category missing from one window does not make the index infinite")
    func emptyCells() throws {
        let shift = try CategoryShift(reference: [500, 300, 200, 0], current: [100, 50, 0, 50])
        expectClose(shift.stabilityIndex(), 2.4281996144342886)
        expectClose(shift.jensenShannonDistance, 0.47606899903673305)
        #expect(shift.stabilityIndex(pseudoCount: 0).isFinite)
        let padded = try CategoryShift(
            reference: [500, 0, 300, 200, 0], current: [100, 0, 50, 0, 50])
        #expect(padded == shift, "what neither window holds tells nothing")
        let one = try CategoryShift(reference: [7], current: [9])
        #expect(one.chiSquare.p == 1 && one.stabilityTest().p == 1 && one.stabilityIndex() == 0)
        #expect(throws: Unknown(.noObservations)) {
            try CategoryShift(reference: [0, 0], current: [1, 2])
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try CategoryShift(reference: [1], current: [1, 2])
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try CategoryShift(reference: [-1, 3], current: [1, 2])
        }
    }

    @Test("the index against its size-aware test fires as often as it says at any window size")
    func nominalLevel() throws {
        var generator = SeededGenerator(seed: 31)
        for size in [200, 1000] {
            var (fired, fixed) = (0, 0)
            for _ in 0..<600 {
                func window(_ count: Int) -> [Int] {
                    var counts = Array(repeating: 0, count: 10)
                    for _ in 0..<count {
                        counts[Int.random(in: 0..<10, using: &generator)] += 1
                    }
                    return counts
                }
                let shift = try CategoryShift(reference: window(5000), current: window(size))
                if shift.stabilityTest().p < 0.05 { fired += 1 }
                if shift.stabilityIndex() > 0.05 { fixed += 1 }
            }
            // 5 % of 600 is 30, with a standard error of 5.3.
            #expect((14...46).contains(fired), "\(fired) of 600 at \(size)")
            if size == 200 { #expect(fixed > 200, "a fixed limit fired in \(fixed) of 600") }
        }
    }

    @Test("the largest distance of two samples and its probabilities agree with scipy")
    func samples() throws {
        let test = try KolmogorovSmirnov(DriftVectors.eighty, DriftVectors.sixty)
        #expect(test.statistic == 0.2 && test.firstSize == 80 && test.secondSize == 60)
        expectClose(test.exactP, 0.11453620068883488, within: 1e-8)
        expectClose(test.approximateP, 0.11439692631438159, within: 1e-8)
        #expect(test.p == test.exactP)
        let same = try KolmogorovSmirnov([1, 2, 2, 3], [1, 2, 2, 3])
        #expect(same.statistic == 0 && same.p == 1 && same.approximateP == 1)
        let apart = try KolmogorovSmirnov([1, 2, .nan], [3, 4, 5])
        #expect(apart.statistic == 1 && apart.firstSize == 2)
        // One order of ten in which five values of two samples may mix, and its mirror image.
        expectClose(apart.exactP, 0.2)
        #expect(throws: Unknown(.noObservations)) { try KolmogorovSmirnov([], [1]) }
        #expect(throws: Unknown(.noObservations)) { try KolmogorovSmirnov([1], [.infinity]) }
    }

    @Test("large samples go by the limiting distribution, close to the exact one")
    func largeSamples() throws {
        var generator = SeededGenerator(seed: 37)
        let first = (0..<1000).map { _ in Double.random(in: 0...1, using: &generator) }
        let second = (0..<1000).map { _ in Double.random(in: 0.05...1.05, using: &generator) }
        let test = try KolmogorovSmirnov(first, second)
        #expect(abs(test.approximateP - test.exactP) < 0.1 * test.exactP)
        let larger = try KolmogorovSmirnov(first + [0.5], second)
        #expect(larger.p == larger.approximateP)
    }

    @Test("two rates are compared by z, and exactly where little is expected")
    func rates() throws {
        // statsmodels 0.15.0 proportions_ztest, scipy 1.17.1 fisher_exact.
        let missing = try ProportionDifference(
            Proportion(40, of: 1000), minus: Proportion(35, of: 500))
        expectClose(missing.pooledZ, -2.5131234497501738)
        expectClose(missing.pooledP, 0.01196674515743626)
        expectClose(missing.fisherP, 0.016386094378750583)
        expectClose(missing.leastExpected, 25)
        #expect(missing.p == missing.pooledP)
        let rare = try ProportionDifference(
            Proportion(1, of: 1000), minus: Proportion(6, of: 500))
        #expect(rare.leastExpected < 5 && rare.p == rare.fisherP)
        let none = try ProportionDifference(
            Proportion(0, of: 30), minus: Proportion(0, of: 20))
        #expect(none.pooledZ == 0 && none.p == 1)
    }

    @Test("p-values of several tests agree with statsmodels, in any order")
    func severalTests() {
        let values = [0.001, 0.012, 0.03, 0.04, 0.2, 0.5]
        let falseShare = [0.006, 0.036, 0.06, 0.06, 0.24, 0.5]
        let anyFalse = [0.006, 0.06, 0.12, 0.12, 0.4, 0.5]
        for (value, expected) in zip(MultipleTests.benjaminiHochberg(values), falseShare) {
            expectClose(value, expected, within: 1e-12)
        }
        for (value, expected) in zip(MultipleTests.holm(values), anyFalse) {
            expectClose(value, expected, within: 1e-12)
        }
        let rejected = MultipleTests.benjaminiHochberg(values).map { $0 <= 0.05 }
        #expect(rejected == [true, true, false, false, false, false])
        let order = [3, 0, 5, 2, 1, 4]
        #expect(
            MultipleTests.holm(order.map { values[$0] })
                == order.map { MultipleTests.holm(values)[$0] })
        #expect(
            MultipleTests.benjaminiHochberg(order.map { values[$0] })
                == order.map { MultipleTests.benjaminiHochberg(values)[$0] })
        #expect(MultipleTests.holm([]).isEmpty)
        #expect(MultipleTests.benjaminiHochberg([.nan, 0.01]) == [1, 0.02])
    }

    @Test("bins hold about as much of the reference as each other, and ties share one")
    func bins() {
        let bins = ValueBins(quantilesOf: (0..<1000).map(Double.init))
        #expect(bins.count == 10)
        #expect(bins.counts(of: (0..<1000).map(Double.init)).allSatisfy { (99...101) ~= $0 })
        #expect(bins.bin(of: -5) == 0 && bins.bin(of: 5000) == 9)
        #expect(bins.bin(of: bins.edges[0]) == 1, "an edge belongs to the bin above")
        let tied = ValueBins(
            quantilesOf: Array(repeating: 1, count: 800) + (0..<200).map { Double($0) / 200 })
        #expect(tied.edges == [0.495, 0.995, 1])
        let level = ValueBins(quantilesOf: [3, 3, 3])
        #expect(level.counts(of: [2, 3, 3, 4, .nan]) == [1, 2, 1])
        #expect(ValueBins(quantilesOf: []).count == 1)
        #expect(ValueBins(edges: [1, 1, .nan, 0, 2]).edges == [1, 2])
    }

    @Test("the tails of the gamma, chi-square and normal distributions agree with scipy")
    func tails() {
        let reference: [(Double, Double, Double)] = [
            (0.5, 0.1, 0.6547208460185768), (2, 9.61111, 0.0007107367608917812),
            (4.5, 40, 1.61613141565346e-13), (100, 80, 0.9828916869648668),
            (10_000, 10_200, 0.02328732213359879), (2, 0.001, 0.9999995003332084),
            (250, 400, 3.177007659238424e-16),
        ]
        for (a, x, expected) in reference {
            let value = SpecialFunctions.upperIncompleteGamma(a, x)
            #expect(abs(value - expected) <= 1e-9 * expected, "\(value), not \(expected)")
        }
        expectClose(
            SpecialFunctions.chiSquareTail(17.447017, degreesOfFreedom: 4), 0.001582, within: 1e-3)
        #expect(SpecialFunctions.chiSquareTail(5, degreesOfFreedom: 0) == 1)
        #expect(SpecialFunctions.upperIncompleteGamma(3, -1) == 1)
        #expect(SpecialFunctions.upperIncompleteGamma(3, .nan) == 1)
        #expect(SpecialFunctions.upperIncompleteGamma(3, .infinity) == 0)
        expectClose(SpecialFunctions.normalTails(-1.959963984540054), 0.05)
        #expect(SpecialFunctions.normalTails(.nan) == 1)
    }
}
