import SluiceStatistics
import Testing

@Suite("Disputed audits at both ends")
struct DisputedAuditsTests {
    private static func counts(_ errors: Int, of n: Int) -> WeightedCounts {
        var counts = WeightedCounts()
        counts.add(propensity: 0.5, holds: true, times: errors)
        counts.add(propensity: 0.5, holds: false, times: n - errors)
        return counts
    }

    @Test("the value goes by the share confirmed, the ends by all right and all wrong")
    func between() throws {
        let disputes = DisputedAudits(waiting: 14, settled: 9, confirmed: 4)
        let estimate = try disputes.estimate { (areWrong) throws(Unknown) -> Estimate in
            try Self.counts(areWrong ? 20 : 6, of: 120).estimate()
        }
        expectClose(disputes.wrongShare, 0.5)
        expectClose(estimate.value, 13.0 / 120)
        #expect(estimate.lo == (try Self.counts(6, of: 120).estimate().lo))
        #expect(estimate.hi == (try Self.counts(20, of: 120).estimate().hi))
        #expect(estimate.n == 106)
        #expect(DisputedAudits().wrongShare == 1)
        let none = try DisputedAudits(settled: 3).estimate {
            (areWrong) throws(Unknown) -> Estimate in
            #expect(!areWrong)
            return try Self.counts(1, of: 9).estimate()
        }
        #expect(none == (try Self.counts(1, of: 9).estimate()))
    }

    @Test(
        "the audited error, the error table, accuracy and the risk curve agree about the same audits"
    )
    func agree() throws {
        var stratum = AuditedError.Stratum(propensity: 0.5)
        (stratum.items, stratum.audits, stratum.errors) = (240, 106, 3)
        (stratum.open, stratum.disputed) = (14, 14)
        let disputes = DisputedAudits(waiting: 14, settled: 5, confirmed: 2)
        let audited = try AuditedError([stratum], wrongShare: disputes.wrongShare).estimate()
        var table = DisputedErrorTable<String>()
        var confusion = WeightedConfusion(labels: 2)
        for number in 0..<106 {
            table.add(
                [number % 2 == 0 ? "even" : "odd"], isWrong: number < 3, propensity: 0.5,
                wasDisputed: number < 2 || (50..<53).contains(number))
            confusion.add(predicted: 0, decided: number < 3 ? 1 : 0, propensity: 0.5)
        }
        for number in 0..<14 {
            table.addDisputed([number % 7 == 0 ? "even" : "odd"], propensity: 0.5)
            confusion.addDisputed(predicted: 0, propensity: 0.5)
        }
        #expect(table.disputes == disputes)
        for rate in [
            try table.errorRate(),
            try RiskCurve(Self.items(3)).between(
                RiskCurve(Self.items(17)), disputes, waiting: Array(repeating: 0.9, count: 14)
            ).points[0].risk,
        ] {
            expectClose(rate.value, audited.value)
            expectClose(rate.lo, audited.lo)
            expectClose(rate.hi, audited.hi)
            #expect(rate.n == 106 && audited.n == 106)
        }
        for rate in [try confusion.accuracy(disputes), try confusion.precision(of: 0, disputes)] {
            expectClose(rate.value, 1 - audited.value)
            expectClose(rate.lo, 1 - audited.hi)
            expectClose(rate.hi, 1 - audited.lo)
        }
        let rows = try table.rows()
        let odd = try #require(rows.first { $0.slice == "odd" })
        #expect(odd.items == 53 && odd.errors == 1 && rows.count == 2)
        #expect(odd.errorRate.n == 53 && odd.errorRate.hi > 0.25 && odd.errorRate.lo < 0.02)
        #expect(!odd.isWorse, "if the model was right in what is disputed it is not")
        let share = try #require(odd.shareOfErrors)
        #expect(share.lo < 0.1 && share.hi > 0.9)
    }

    private static func items(_ wrong: Int) -> [RiskCurve.Item] {
        (0..<120).map { .init(confidence: 0.9, isWrong: $0 < wrong, propensity: 0.5) }
    }

    @Test("a ramp advances or is taken back only if it is so whichever way disputes are settled")
    func ramp() {
        let ramp = RampGuard(minimumLabels: 100, errorLimit: 0.05, falseAlarm: 0.01)
        func labels(_ count: Int, wrong: Bool) -> [RampEvidence.Label] {
            Array(
                repeating: .init(propensity: 1, candidateIsWrong: wrong, servingIsWrong: false),
                count: count)
        }
        var evidence = RampEvidence(
            labels: labels(120, wrong: false), smallestPropensity: 1, unseenShare: 0)
        guard case .advance = ramp.judge(evidence) else {
            Issue.record("120 right ones are enough")
            return
        }
        evidence.disputedRight = labels(20, wrong: false)
        evidence.disputedWrong = labels(20, wrong: true)
        guard case .hold = ramp.judge(evidence) else {
            Issue.record("20 of 140 may be wrong: \(ramp.judge(evidence))")
            return
        }
        evidence.labels = labels(30, wrong: true)
        guard case .rollBack = ramp.judge(evidence) else {
            Issue.record("it is wrong either way: \(ramp.judge(evidence))")
            return
        }
        evidence.labels = labels(3, wrong: false)
        evidence.disputedWrong = labels(40, wrong: true)
        guard case .hold = ramp.judge(evidence) else {
            Issue.record("nobody has confirmed that it is wrong: \(ramp.judge(evidence))")
            return
        }
    }
}
