import SluiceDomain
import Testing

@Suite("Consensus")
struct ConsensusTests {
    private func settle(
        _ votes: [Verdict], skips: Int = 0, asked: Int, agree: Int, atMost: Int,
        endsEarly: Bool = false, borderlineAgree: Int? = nil
    ) -> Settlement {
        Consensus.settle(
            votes: votes, skips: skips, asked: asked,
            rule: ConsensusRule(
                agree: agree, atMost: atMost, endsEarly: endsEarly,
                borderlineAgree: borderlineAgree),
            borderline: "?")
    }

    @Test("nothing is decided before every review that was asked for is in")
    func open() {
        #expect(settle([], asked: 1, agree: 1, atMost: 1) == .open)
        #expect(settle([.label("a"), .label("a")], asked: 3, agree: 2, atMost: 3) == .open)
        #expect(settle([], skips: 2, asked: 1, agree: 1, atMost: 1) == .open)
    }

    @Test("one reviewer decides alone")
    func one() {
        #expect(
            settle([.label("a")], asked: 1, agree: 1, atMost: 1) == .label("a", agreement: 1))
        #expect(settle([.unusable], asked: 1, agree: 1, atMost: 1) == .unusable(agreement: 1))
    }

    @Test("two of three agree at two thirds")
    func twoOfThree() {
        let settlement = settle(
            [.label("b"), .label("a"), .label("b")], asked: 3, agree: 2, atMost: 3)
        #expect(settlement == .label("b", agreement: 2.0 / 3))
    }

    @Test("a tie asks one more reviewer, whatever the order of the labels and the votes")
    func tie() {
        for votes in [["a", "b"], ["b", "a"], ["z", "a"]] {
            #expect(
                settle(votes.map { .label($0) }, asked: 2, agree: 1, atMost: 3) == .oneMore)
        }
        #expect(settle([.label("a"), .unusable], asked: 2, agree: 1, atMost: 3) == .oneMore)
    }

    @Test("a tie among the most reviewers there may be goes to an adjudicator")
    func tieAtTheEnd() {
        #expect(
            settle([.label("a"), .label("b")], asked: 2, agree: 1, atMost: 2) == .adjudicate)
        #expect(
            settle([.label("a"), .label("b"), .label("c")], asked: 3, agree: 2, atMost: 3)
                == .adjudicate)
    }

    @Test("the most votes decide nothing when they are too few")
    func tooFew() {
        let votes: [Verdict] = [.label("a"), .label("a"), .label("b")]
        #expect(settle(votes, asked: 3, agree: 3, atMost: 5) == .oneMore)
        #expect(settle(votes, asked: 3, agree: 3, atMost: 3) == .adjudicate)
    }

    @Test("where one review is asked, that one decides whatever the rule asks of several")
    func oneOfSeveral() {
        #expect(
            settle([.label("a")], asked: 1, agree: 3, atMost: 5) == .label("a", agreement: 1))
        #expect(
            settle([.label("?")], asked: 1, agree: 3, atMost: 5, borderlineAgree: 2)
                == .label("?", agreement: 1))
    }

    @Test("more are asked until as many agree as must, though all agree that were asked")
    func moreThanAsked() {
        #expect(settle(["a", "a"], asked: 2, agree: 3, atMost: 5) == .oneMore)
        #expect(
            settle(["a", "a", "a"], asked: 3, agree: 3, atMost: 5) == .label("a", agreement: 1))
    }

    @Test("one escalation sends the item to an adjudicator at once")
    func escalate() {
        #expect(
            settle([.escalate], asked: 3, agree: 2, atMost: 3) == .adjudicate)
        #expect(
            settle([.label("a"), .label("a"), .escalate], asked: 3, agree: 2, atMost: 3)
                == .adjudicate)
    }

    @Test("three skips send the item to an adjudicator, two do not")
    func skips() {
        #expect(settle([], skips: 2, asked: 1, agree: 1, atMost: 1) == .open)
        #expect(settle([], skips: 3, asked: 1, agree: 1, atMost: 1) == .adjudicate)
        #expect(settle([.label("a")], skips: 3, asked: 2, agree: 2, atMost: 3) == .adjudicate)
    }

    @Test("labels that only look equal are different answers")
    func exactLabels() {
        #expect(
            settle([.label("\u{e9}"), .label("e\u{301}")], asked: 2, agree: 2, atMost: 3)
                == .oneMore)
    }

    @Test("the order of the votes never matters")
    func order() {
        var generator = SystemRandomNumberGenerator()
        let verdicts: [Verdict] = [.label("a"), .label("b"), .label("c"), .unusable]
        for _ in 0..<500 {
            let count = Int.random(in: 1...7, using: &generator)
            let votes = (0..<count).map { _ in verdicts.randomElement(using: &generator)! }
            let agree = Int.random(in: 1...count, using: &generator)
            let expected = settle(votes, asked: count, agree: agree, atMost: 7)
            for _ in 0..<4 {
                #expect(
                    settle(
                        votes.shuffled(using: &generator), asked: count, agree: agree, atMost: 7)
                        == expected)
            }
        }
    }

    @Test("a person's label is accepted, corrected or borderline against the prediction")
    func outcomes() {
        #expect(Outcome(label: Label(name: "a"), predicted: "a") == .accepted)
        #expect(Outcome(label: Label(name: "a"), predicted: "b") == .corrected)
        #expect(Outcome(label: Label(name: "a"), predicted: nil) == .labelled)
        #expect(Outcome(label: Label(name: "a", isBorderline: true), predicted: "a") == .borderline)
        #expect(Outcome(label: Label(name: "\u{e9}"), predicted: "e\u{301}") == .corrected)
    }
}
