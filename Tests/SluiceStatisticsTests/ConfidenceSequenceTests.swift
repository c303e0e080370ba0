import SluiceStatistics
import Testing

@Suite("Intervals that hold after every audit")
struct ConfidenceSequenceTests {
    @Test("the mixture's sequence agrees with confseq", arguments: AuditVectors.sequences)
    func reference(_ vector: AuditVectors.Sequence) throws {
        let share = try Proportion(vector.errors, of: vector.audits)
        let estimate = try ConfidenceSequence.standard.interval(for: share)
        expectClose(estimate.lo, vector.interval.0, within: 1e-7)
        expectClose(estimate.hi, vector.interval.1, within: 1e-7)
        #expect(estimate.method == .betaBinomialMixture && estimate.value == share.value)
    }

    @Test("it is wider than the interval for one look, and holds the value at either end")
    func wider() throws {
        for (x, n) in [(0, 1), (1, 1), (3, 400), (397, 400), (50, 100)] {
            let share = try Proportion(x, of: n)
            let sequence = try ConfidenceSequence.standard.interval(for: share)
            let once = try share.clopperPearson()
            #expect(0 <= sequence.lo && sequence.lo <= once.lo)
            #expect(once.hi <= sequence.hi && sequence.hi <= 1)
        }
        #expect(throws: Unknown(.impossibleLevel)) {
            try ConfidenceSequence.standard.interval(for: Proportion(1, of: 2), level: 1)
        }
    }

    /// Of 400 runs at 5 % at most 20 should leave it at any time; 33 are three standard errors more.
    ///
    /// The interval for one look is left in more than that: the test can tell.
    @Test("looked at after every audit, it is left in at most 5 % of runs, the other in far more")
    func anytime() throws {
        var random = SeededGenerator(seed: 611)
        let truth = 0.05
        var everOutside = 0
        var everOutsideOnce = 0
        for _ in 0..<400 {
            var errors = 0
            var isOutside = false
            var isOutsideOnce = false
            for audits in 1...600 {
                errors += random.flip(truth) ? 1 : 0
                // Looks at every tenth of the way on are enough to be caught by.
                guard audits.isMultiple(of: max(1, audits / 10)) else { continue }
                let share = try Proportion(errors, of: audits)
                let estimate = try ConfidenceSequence.standard.interval(for: share)
                isOutside = isOutside || truth < estimate.lo || truth > estimate.hi
                let once = try share.wilson()
                isOutsideOnce = isOutsideOnce || truth < once.lo || truth > once.hi
            }
            everOutside += isOutside ? 1 : 0
            everOutsideOnce += isOutsideOnce ? 1 : 0
        }
        #expect(everOutside <= 33, "\(everOutside) of 400")
        #expect(everOutsideOnce > 60, "\(everOutsideOnce) of 400")
    }
}

@Suite("Bets on an error rate")
struct BettingCapitalTests {
    @Test("the capital of fixed bets agrees with confseq", arguments: AuditVectors.bets)
    func reference(_ vector: AuditVectors.Bet) {
        var capital = BettingCapital(
            limit: vector.limit, stakeAbove: vector.stakeAbove, stakeBelow: vector.stakeBelow)
        var onTheWay: [Double] = []
        for (index, isWrong) in AuditVectors.shortStream.enumerated() {
            capital.observe(isWrong: isWrong)
            if [19, 20, 53, 99, 119].contains(index) { onTheWay.append(capital.above) }
        }
        #expect(onTheWay.count == vector.aboveOnTheWay.count)
        for (value, expected) in zip(onTheWay, vector.aboveOnTheWay) {
            #expect(abs(value - expected) <= 1e-9 * expected)
        }
        #expect(abs(capital.above - vector.above) <= 1e-9 * vector.above)
        expectClose(capital.peakAbove, vector.peakAbove)
        expectClose(capital.below, vector.below)
        expectClose(capital.peakBelow, vector.peakBelow)
    }

    @Test("no stake can ruin, whatever is asked for")
    func ruin() {
        var capital = BettingCapital(limit: 0.1, stakeAbove: 1e9, stakeBelow: -3)
        #expect(capital.stakeAbove == 10 && capital.stakeBelow == 0)
        capital.observe(isWrong: false)
        #expect(capital.above == 0 && capital.below == 1)
    }

    @Test("the interval that hedged bets leave agrees with confseq")
    func hedged() throws {
        let sequence = HedgedBettingSequence()
        let all = try sequence.interval(ofErrors: AuditVectors.longStream)
        expectClose(all.lo, 0.009000000000000001)
        expectClose(all.hi, 0.063)
        #expect(all.value == 0.03 && all.n == 400 && all.method == .hedgedBetting)
        let first = try sequence.interval(ofErrors: Array(AuditVectors.longStream.prefix(100)))
        #expect(first.lo == 0)
        expectClose(first.hi, 0.123)
        #expect(throws: Unknown(.noObservations)) { try sequence.interval(ofErrors: []) }
    }
}
