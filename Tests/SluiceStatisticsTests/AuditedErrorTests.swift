import SluiceStatistics
import Testing

@Suite("The error of accepted items")
struct AuditedErrorTests {
    private func stratum(
        _ propensity: Double, items: Int, audits: Int, errors: Int, open: Int = 0,
        disputed: Int = 0
    ) -> AuditedError.Stratum {
        var stratum = AuditedError.Stratum(propensity: propensity)
        stratum.items = items
        stratum.drawn = audits + open
        stratum.open = open
        stratum.audits = audits
        stratum.errors = errors
        stratum.disputed = disputed
        return stratum
    }

    @Test("one rate gives the pooled counts, however many strata there are")
    func equalRates() throws {
        let error = AuditedError(
            [
                stratum(0.02, items: 30_000, audits: 600, errors: 2),
                stratum(0.02, items: 20_000, audits: 400, errors: 8),
            ], wrongShare: 1)
        let share = try Proportion(10, of: 1000)
        #expect(try error.estimate() == share.wilson())
        #expect(try error.exact() == share.clopperPearson())
        #expect(try error.sequence() == ConfidenceSequence.standard.interval(for: share))
        expectClose(try error.upperBound(), share.upperBound(failing: 0.05))
        let bounds = try #require(error.bounds)
        #expect(bounds.allRight == 0.01 && bounds.allWrong == 0.01)
    }

    @Test("of a large part of the items the exact interval knows that they are finite")
    func finite() throws {
        let error = AuditedError(
            [stratum(0.2, items: 1000, audits: 200, errors: 2)], wrongShare: 1)
        let exact = try #require(try error.exact())
        #expect(exact.method == .hypergeometric && exact.lo == 0.002 && exact.hi == 0.033)
        #expect(try error.estimate().method == .wilson)
    }

    @Test("several rates are weighed by their items")
    func weighed() throws {
        let error = AuditedError(
            [
                stratum(0.015, items: 10_000, audits: 150, errors: 0),
                stratum(0.025, items: 6000, audits: 150, errors: 1),
                stratum(0.05, items: 4000, audits: 200, errors: 6),
            ], wrongShare: 1)
        let estimate = try error.estimate()
        expectClose(estimate.value, 0.008)
        expectClose(estimate.lo, 0.002183908108342184, within: 1e-8)
        expectClose(estimate.hi, 0.020355632593743928, within: 1e-8)
        #expect(try error.exact() == nil)
        expectClose(try error.upperBound(), 0.03883115200055235)
        // Looked at always, and three at once: wider than either.
        let sequence = try error.sequence()
        #expect(sequence.lo < estimate.lo && sequence.hi > estimate.hi && sequence.n == 500)
        expectClose(sequence.value, 0.008)
    }

    @Test("a stratum with too few audits joins another of its rate")
    func joined() throws {
        let error = AuditedError(
            [
                stratum(0.01, items: 9000, audits: 90, errors: 1),
                stratum(0.01, items: 50, audits: 1, errors: 1),
                stratum(0.05, items: 1000, audits: 50, errors: 2),
            ], wrongShare: 1)
        #expect(error.parts.count == 2 && error.unseenShare == 0)
        expectClose(
            try error.estimate().value, 0.9004975124 * 2 / 91 + 0.0995024876 * 2 / 50, within: 1e-8)
    }

    @Test("a small part that nobody audited widens the interval by itself, a large one undoes it")
    func unseen() throws {
        let seen = [
            stratum(0.02, items: 9000, audits: 180, errors: 2),
            stratum(0.05, items: 900, audits: 45, errors: 1),
        ]
        let whole = try AuditedError(seen, wrongShare: 1).estimate()
        let part = try AuditedError(
            seen + [stratum(0.03, items: 100, audits: 0, errors: 0, open: 3)], wrongShare: 1
        )
        .estimate()
        #expect(part.value == whole.value)
        expectClose(part.lo, whole.lo * 0.99)
        expectClose(part.hi, whole.hi * 0.99 + 0.01)
        let large = AuditedError(
            seen + [stratum(0.03, items: 2000, audits: 0, errors: 0, open: 60)], wrongShare: 1)
        #expect(throws: Unknown(.stratumNotAudited)) { try large.estimate() }
        #expect(throws: Unknown(.stratumNotAudited)) { try large.upperBound() }
        let bounds = try #require(large.bounds)
        #expect(bounds.allRight < bounds.allWrong)
        // Nothing drawn at all may be all wrong.
        let never = try #require(
            AuditedError(
                seen + [stratum(0, items: 2000, audits: 0, errors: 0)], wrongShare: 1
            ).bounds)
        #expect(never.allWrong > 2000.0 / 11_900)
    }

    @Test("at one rate the first audit says something already, at several it does not")
    func first() throws {
        let error = AuditedError(
            [stratum(0.02, items: 50, audits: 1, errors: 1, open: 2)], wrongShare: 1)
        let share = try Proportion(1, of: 1)
        #expect(try error.estimate() == share.wilson() && error.unseenShare == 0)
        #expect(try error.upperBound() == share.upperBound(failing: 0.05))
        #expect(try error.sequence().n == 1)
        let several = AuditedError(
            [
                stratum(0.02, items: 50, audits: 1, errors: 1),
                stratum(0.05, items: 50, audits: 20, errors: 1),
            ], wrongShare: 1)
        #expect(throws: Unknown(.stratumNotAudited)) { try several.estimate() }
    }

    @Test("open audits bound the rate, disputed ones enter it by their share")
    func open() throws {
        let error = AuditedError(
            [stratum(0.02, items: 5000, audits: 80, errors: 2, open: 20, disputed: 10)],
            wrongShare: 0.5)
        let bounds = try #require(error.bounds)
        expectClose(bounds.allRight, 0.02)
        expectClose(bounds.allWrong, 0.22)
        let estimate = try error.estimate()
        expectClose(estimate.value, 7.0 / 90)
        #expect(try estimate.lo == Proportion(2, of: 90).wilson().lo)
        #expect(try estimate.hi == Proportion(12, of: 90).wilson().hi && estimate.n == 80)
    }

    @Test("without an audit nothing is known")
    func nothing() {
        let empty = AuditedError([], wrongShare: 1)
        #expect(throws: Unknown(.noObservations)) { try empty.estimate() }
        #expect(empty.bounds == nil && empty.unseenShare == 0 && empty.parts.isEmpty)
        let drawn = AuditedError(
            [stratum(0.02, items: 100, audits: 0, errors: 0, open: 2, disputed: 1)], wrongShare: 1)
        #expect(throws: Unknown(.noObservations)) { try drawn.estimate() }
        #expect(throws: Unknown(.noObservations)) { try drawn.upperBound() }
        #expect(drawn.bounds?.allWrong == 1)
    }
}
