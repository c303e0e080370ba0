import SluiceDomain
import Testing

@Suite("A second look at audits")
struct SecondLookTests {
    private func settle(_ votes: [Verdict], asked: Int, skips: Int = 0) -> Settlement {
        SecondLook.settle(votes: votes, skips: skips, asked: asked, predicted: "a")
    }

    @Test("an answer that is the model's label ends the audit")
    func same() {
        #expect(settle([.label("a")], asked: 1) == .label("a", agreement: 1))
    }

    @Test("any other answer asks for a second, and is no decision by itself")
    func different() {
        for vote in [Verdict.label("b"), .unusable, .label("ä"), .label("")] {
            #expect(settle([vote], asked: 1) == .oneMore)
            #expect(settle([vote], asked: 2) == .open)
        }
    }

    @Test("labels are the model's byte by byte, not as they look")
    func bytes() {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        #expect(
            SecondLook.settle(
                votes: [.label(composed)], skips: 0, asked: 1, predicted: decomposed) == .oneMore)
    }

    @Test("two who contradict the model in the same way are believed")
    func confirmed() {
        #expect(settle([.label("b"), .label("b")], asked: 2) == .label("b", agreement: 1))
        #expect(settle([.unusable, .unusable], asked: 2) == .unusable(agreement: 1))
    }

    @Test("two who differ ask for a third, whose answer decides whoever it supports")
    func third() {
        #expect(settle([.label("b"), .label("a")], asked: 2) == .oneMore)
        #expect(settle([.label("b"), .label("c")], asked: 2) == .oneMore)
        let votes: [Verdict] = [.label("b"), .label("a"), .label("a")]
        #expect(settle(votes, asked: 3) == .label("a", agreement: 2.0 / 3))
        #expect(
            settle([.label("b"), .label("c"), .label("c")], asked: 3)
                == .label("c", agreement: 2.0 / 3))
    }

    @Test("three different answers are an adjudicator's, and so is who asks for one")
    func adjudication() {
        #expect(settle([.label("b"), .label("a"), .label("c")], asked: 3) == .adjudicate)
        #expect(settle([.escalate], asked: 1) == .adjudicate)
        #expect(settle([.label("b"), .escalate], asked: 2) == .adjudicate)
        #expect(settle([], asked: 1, skips: 3) == .adjudicate)
    }

    @Test("two that agree decide, also where a third was asked over an answer taken back since")
    func thirdNotNeeded() {
        #expect(settle([.label("a"), .label("a")], asked: 3) == .label("a", agreement: 1))
        #expect(settle([.label("b"), .label("b")], asked: 3) == .label("b", agreement: 1))
        #expect(settle([.label("a"), .label("b")], asked: 3) == .open)
        #expect(settle([.label("a")], asked: 3) == .open)
    }

    @Test("an answer taken back leaves the audit open for those still asked")
    func takenBack() {
        #expect(settle([], asked: 2) == .open)
        #expect(settle([.label("a")], asked: 2) == .open)
        #expect(settle([.label("a"), .label("a")], asked: 2) == .label("a", agreement: 1))
    }
}
