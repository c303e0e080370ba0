import SluiceStatistics
import Testing

@Suite("Two versions on the same items")
struct PairedOutcomesTests {
    @Test("the exact test of McNemar is that of the reference")
    func mcnemar() throws {
        // statsmodels 0.15.0 mcnemar(exact=True).
        let outcomes = try PairedOutcomes(bothRight: 880, broken: 25, fixed: 12, bothWrong: 83)
        expectClose(outcomes.exactP, 0.04703102743951604, within: 1e-12)
        let swapped = try PairedOutcomes(bothRight: 880, broken: 12, fixed: 25, bothWrong: 83)
        #expect(swapped.exactP == outcomes.exactP)
    }

    @Test("the exact test is the sum of binomial probabilities, and 1 where nothing differs")
    func mcnemarBySum() throws {
        for (broken, fixed) in [(0, 0), (1, 0), (0, 6), (3, 3), (9, 32), (40, 41)] {
            let outcomes = try PairedOutcomes(
                bothRight: 5, broken: broken, fixed: fixed, bothWrong: 0)
            let differing = broken + fixed
            var term = 1.0
            var sum = 0.0
            for index in 0...min(broken, fixed) {
                sum += term
                term *= Double(differing - index) / Double(index + 1)
            }
            var expected = 2 * sum
            for _ in 0..<differing { expected /= 2 }
            expectClose(outcomes.exactP, min(expected, 1))
        }
    }

    @Test("the interval of a paired difference is Newcombe's published one")
    func difference() throws {
        // Newcombe 1998, table III, to four decimals; the digits from his formula in numpy.
        let outcomes = try PairedOutcomes(bothRight: 36, broken: 12, fixed: 2, bothWrong: 0)
        let estimate = try outcomes.errorDifference()
        expectClose(estimate.value, 0.2)
        expectClose(estimate.lo, 0.05692958400323875)
        expectClose(estimate.hi, 0.3404276029749406)
        #expect(estimate.method == .newcombePaired && estimate.n == 50)
        let champion = try PairedOutcomes(bothRight: 880, broken: 25, fixed: 12, bothWrong: 83)
            .errorDifference()
        expectClose(champion.lo, 0.0008067072115516081)
        expectClose(champion.hi, 0.02562709249097326)
        let few = try PairedOutcomes(bothRight: 1, broken: 1, fixed: 7, bothWrong: 3)
            .errorDifference()
        expectClose(few.lo, -0.7445936654208748)
        expectClose(few.hi, -0.07582134306144794)
    }

    @Test("without a differing item the interval is not a point")
    func noDifference() throws {
        let estimate = try PairedOutcomes(bothRight: 54, broken: 0, fixed: 0, bothWrong: 0)
            .errorDifference()
        #expect(estimate.value == 0)
        expectClose(estimate.lo, -0.06641358809089637)
        expectClose(estimate.hi, 0.06641358809089637)
    }

    @Test("counts that cannot be are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) {
            try PairedOutcomes(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
        }
        #expect(throws: Unknown(.impossibleCounts)) {
            try PairedOutcomes(bothRight: 3, broken: -1, fixed: 0, bothWrong: 0)
        }
    }

    @Test("the paired interval covers the truth, also with few differing items")
    func coverage() throws {
        var generator = SeededGenerator(seed: 41)
        for (n, broken, fixed, bothWrong) in [
            (60, 0.02, 0.02, 0.03), (60, 0.05, 0.01, 0.05), (200, 0.01, 0.03, 0.02),
            (200, 0.1, 0.04, 0.1),
        ] {
            var covered = 0
            let runs = 1000
            for _ in 0..<runs {
                var counts = (0, 0, 0)
                for _ in 0..<n {
                    let draw = Double.random(in: 0..<1, using: &generator)
                    if draw < broken {
                        counts.0 += 1
                    } else if draw < broken + fixed {
                        counts.1 += 1
                    } else if draw < broken + fixed + bothWrong {
                        counts.2 += 1
                    }
                }
                let estimate = try PairedOutcomes(
                    bothRight: n - counts.0 - counts.1 - counts.2, broken: counts.0,
                    fixed: counts.1, bothWrong: counts.2
                ).errorDifference()
                if estimate.lo <= broken - fixed, broken - fixed <= estimate.hi { covered += 1 }
            }
            #expect(covered >= 935, "\(covered) of \(runs) with \(n) items")
        }
    }

    @Test("the difference of independent proportions is that of the reference")
    func independent() throws {
        // statsmodels 0.15.0 confint_proportions_2indep(method="newcomb").
        let estimate = try ProportionDifference(
            Proportion(42, of: 300), minus: Proportion(21, of: 300)
        ).newcombe()
        expectClose(estimate.value, 0.07)
        expectClose(estimate.lo, 0.020951718160795836)
        expectClose(estimate.hi, 0.1198587307543075)
        #expect(estimate.method == .newcombe && estimate.n == 600)
    }
}

@Suite("Two versions on items chosen with different probabilities")
struct WeightedPairsTests {
    private static func pairs(
        _ count: Int, _ propensity: Double, _ serving: Bool, _ candidate: Bool
    ) -> [WeightedPairs.Pair] {
        Array(
            repeating: .init(
                propensity: propensity, servingIsWrong: serving, candidateIsWrong: candidate),
            count: count)
    }

    @Test("equal probabilities give the unweighted figures")
    func equal() throws {
        let weighted = try WeightedPairs(
            Self.pairs(36, 0.1, false, false) + Self.pairs(12, 0.1, false, true)
                + Self.pairs(2, 0.1, true, false))
        #expect(!weighted.isWeighted)
        #expect(try weighted.errorDifference() == weighted.counts.errorDifference())
        #expect(try weighted.candidateError() == Proportion(12, of: 50).wilson())
        #expect(try weighted.servingError() == Proportion(2, of: 50).wilson())
    }

    @Test("one audited item outweighs the queued ones it stands for")
    func weights() throws {
        let weighted = try WeightedPairs(
            Self.pairs(8, 1, true, false) + Self.pairs(2, 1, true, true)
                + Self.pairs(1, 0.05, false, true) + Self.pairs(9, 0.05, false, false))
        // Unweighted the candidate wins 8 to 1; by weight it breaks 20 of 210 and fixes 8.
        #expect(weighted.counts.fixed == 8 && weighted.counts.broken == 1 && weighted.isWeighted)
        let difference = try weighted.errorDifference()
        expectClose(difference.value, 12.0 / 210)
        #expect(difference.lo < 0 && difference.hi > 0.1)
        #expect(difference.method == .weightedNewcombePaired && difference.n == 20)
        expectClose(difference.nEffective ?? 0, weighted.kishSize)
        expectClose(try weighted.candidateError().value, 22.0 / 210)
        expectClose(try weighted.servingError().value, 10.0 / 210)
    }

    @Test("the weighted interval covers the difference in all traffic, the unweighted one does not")
    func coverage() throws {
        var generator = SeededGenerator(seed: 7)
        var covered = (weighted: 0, plain: 0)
        let runs = 400
        // A fifth of the items is queued: the serving version is wrong on 30 % of these and the
        // candidate on 15 %. Of the others, 5 % are audited: 1 % and 4 % wrong.
        let truth = 0.2 * (0.15 - 0.3) + 0.8 * (0.04 - 0.01)
        for _ in 0..<runs {
            var pairs: [WeightedPairs.Pair] = []
            for _ in 0..<2000 {
                let isQueued = generator.flip(0.2)
                guard isQueued || generator.flip(0.05) else { continue }
                pairs.append(
                    .init(
                        propensity: isQueued ? 1 : 0.05,
                        servingIsWrong: generator.flip(isQueued ? 0.3 : 0.01),
                        candidateIsWrong: generator.flip(isQueued ? 0.15 : 0.04)))
            }
            let sample = try WeightedPairs(pairs)
            let weighted = try sample.errorDifference()
            let plain = try sample.counts.errorDifference()
            if weighted.lo <= truth, truth <= weighted.hi { covered.weighted += 1 }
            if plain.lo <= truth, truth <= plain.hi { covered.plain += 1 }
        }
        #expect(covered.weighted >= 376, "\(covered.weighted) of \(runs)")
        #expect(covered.plain < 40, "\(covered.plain) of \(runs)")
    }

    @Test("no pair and probabilities that cannot be are refused")
    func refused() {
        #expect(throws: Unknown(.noObservations)) { try WeightedPairs([]) }
        #expect(throws: Unknown(.impossiblePropensity)) {
            try WeightedPairs(Self.pairs(1, 0, true, true))
        }
    }
}
