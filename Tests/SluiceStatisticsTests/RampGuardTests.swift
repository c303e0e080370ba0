import SluiceStatistics
import Testing

@Suite("The guard of a ramp")
struct RampGuardTests {
    private let ramp = RampGuard(minimumLabels: 100, errorLimit: nil, falseAlarm: 0.01)

    private func labels(
        _ count: Int, candidateIsWrong: Bool = false, servingIsWrong: Bool? = false,
        propensity: Double = 1
    ) -> [RampEvidence.Label] {
        Array(
            repeating: .init(
                propensity: propensity, candidateIsWrong: candidateIsWrong,
                servingIsWrong: servingIsWrong),
            count: count)
    }

    private func evidence(
        _ labels: [RampEvidence.Label], smallest: Double = 1, unseen: Double = 0
    ) -> RampEvidence {
        RampEvidence(labels: labels, smallestPropensity: smallest, unseenShare: unseen)
    }

    @Test("it holds until there are enough labels, then lets the ramp advance")
    func enough() {
        #expect(
            ramp.judge(evidence([]))
                == .hold("no item that the candidate scored has been labelled yet"))
        #expect(
            ramp.judge(evidence(labels(99)))
                == .hold("99 of 100 items have been scored by both versions and labelled"))
        #expect(
            ramp.judge(evidence(labels(100)))
                == .advance("100 labelled items scored by both versions show no regression"))
    }

    @Test("each step takes labels of its own, while all of them speak in the alarm")
    func eachStep() {
        var before = labels(300)
        for index in before.indices { before[index].isOfThisStep = false }
        #expect(
            ramp.judge(evidence(before + labels(99)))
                == .hold(
                    "99 of 100 items have been scored by both versions and labelled since this step "
                        + "began"))
        #expect(
            ramp.judge(evidence(before + labels(100)))
                == .advance("400 labelled items scored by both versions show no regression"))
        let alarm = labels(11, candidateIsWrong: true).map { label in
            var label = label
            label.isOfThisStep = false
            return label
        }
        guard case .rollBack = ramp.judge(evidence(alarm)) else {
            Issue.record("what an earlier step has shown is not forgotten")
            return
        }
    }

    @Test("it rolls back on an alarm, long before there are enough labels to advance")
    func alarm() {
        #expect(
            ramp.judge(evidence(labels(11, candidateIsWrong: true)))
                == .rollBack(
                    "the candidate is wrong on 11 labelled items where the serving version is "
                        + "right, and right on 0 where it is wrong (evidence 139, alarm at 100)"))
        // What came before the alarm does not call it off: it was raised.
        let recovered = labels(11, candidateIsWrong: true) + labels(50, servingIsWrong: true)
        guard case .rollBack = ramp.judge(evidence(recovered)) else {
            Issue.record("an alarm once raised must stand")
            return
        }
    }

    @Test("an item bound to be labelled says little where others stand for fifty")
    func weighted() {
        guard
            case .hold = ramp.judge(evidence(labels(11, candidateIsWrong: true), smallest: 0.02))
        else {
            Issue.record("eleven queued items are not evidence against all traffic")
            return
        }
    }

    @Test("it holds while the labels speak against the candidate")
    func suspicion() {
        let suspect = labels(100) + labels(7, candidateIsWrong: true)
        #expect(
            ramp.judge(evidence(suspect))
                == .hold("the labels speak against the candidate, not yet enough to take it back"))
    }

    @Test("without audits it says that nothing can be seen")
    func unseen() {
        #expect(
            ramp.judge(evidence(labels(500), unseen: 0.4))
                == .hold(
                    "40.0 % of the items are accepted without audits, so nobody sees how often the "
                        + "candidate is wrong there: set an audit rate"))
        #expect(
            ramp.judge(evidence(labels(500), unseen: 0.01))
                == .advance("500 labelled items scored by both versions show no regression"))
    }

    @Test("where only the deciding version scores, the error limit is what there is")
    func withoutPairs() {
        let own =
            labels(200, servingIsWrong: nil)
            + labels(2, candidateIsWrong: true, servingIsWrong: nil)
        #expect(
            ramp.judge(evidence(own))
                == .hold(
                    "no labelled item was scored by both versions and there is no error limit: "
                        + "there is nothing to judge the candidate by"))
        var limited = ramp
        limited.errorLimit = 0.05
        #expect(
            limited.judge(evidence(own))
                == .advance(
                    "the candidate is wrong on 2 of 202 labelled items, within its limit; no item "
                        + "was scored by both versions"))
        let bad = own + labels(30, candidateIsWrong: true, servingIsWrong: nil)
        guard case .rollBack(let reason) = limited.judge(evidence(bad)) else {
            Issue.record("32 of 232 are above 5 %")
            return
        }
        #expect(
            reason.hasPrefix("the candidate is wrong on 32 of 232 labelled items, more than the"))
        limited.errorLimit = 0.009
        #expect(
            limited.judge(evidence(own))
                == .hold("the candidate's error is estimated at 1.0 %, above the limit of 0.9 %"))
    }

    @Test("asked after every label, it takes a good candidate back as rarely as promised")
    func promise() {
        var generator = SeededGenerator(seed: 3)
        let limited = RampGuard(minimumLabels: 50, errorLimit: 0.1, falseAlarm: 0.05)
        var rolledBack = 0
        for _ in 0..<1000 {
            let stream = (0..<1000).map { _ in
                RampEvidence.Label(
                    propensity: 1, candidateIsWrong: generator.flip(0.1),
                    servingIsWrong: generator.flip(0.1))
            }
            if case .rollBack = limited.judge(evidence(stream)) { rolledBack += 1 }
        }
        #expect(rolledBack <= 70, "\(rolledBack) of 1000")
    }
}
