import SluiceDomain
import Testing

@Suite("Consensus before all have answered, and consensus on doubt")
struct EarlyConsensusTests {
    private static let doubt = Verdict.label("?")

    private func settle(
        _ votes: [Verdict], asked: Int, agree: Int, atMost: Int, endsEarly: Bool = true,
        borderlineAgree: Int? = nil
    ) -> Settlement {
        Consensus.settle(
            votes: votes, skips: 0, asked: asked,
            rule: ConsensusRule(
                agree: agree, atMost: atMost, endsEarly: endsEarly,
                borderlineAgree: borderlineAgree),
            borderline: "?")
    }

    @Test("two equal answers of three decide, and the third is not waited for")
    func twoOfThree() {
        #expect(settle(["a", "a"], asked: 3, agree: 2, atMost: 3) == .label("a", agreement: 1))
        #expect(settle(["a", "b"], asked: 3, agree: 2, atMost: 3) == .open)
        #expect(
            settle([.unusable, .unusable], asked: 3, agree: 2, atMost: 3)
                == .unusable(agreement: 1))
    }

    @Test("enough votes wait while another answer can still have as many")
    func rivals() {
        #expect(settle(["a"], asked: 3, agree: 1, atMost: 3) == .open)
        #expect(settle(["a", "a"], asked: 5, agree: 2, atMost: 5) == .open)
        #expect(settle(["a", "a", "b"], asked: 5, agree: 2, atMost: 5) == .open)
        #expect(
            settle(["a", "a", "a", "b"], asked: 5, agree: 2, atMost: 5)
                == .label("a", agreement: 0.75))
        #expect(
            settle(["a", "a", "a"], asked: 5, agree: 3, atMost: 5) == .label("a", agreement: 1))
    }

    @Test("an answer without a single vote yet is a rival, too")
    func silentRival() {
        #expect(settle(["a", "a"], asked: 4, agree: 2, atMost: 4) == .open)
    }

    @Test("nothing is decided early where the rule waits for all")
    func waits() {
        let votes: [Verdict] = ["a", "a", "a", "a"]
        #expect(settle(votes, asked: 5, agree: 3, atMost: 5, endsEarly: false) == .open)
        #expect(settle([], asked: 3, agree: 1, atMost: 3) == .open)
    }

    @Test("doubt has a rule of its own: stricter, and it is not enough to lead")
    func stricterDoubt() {
        let votes = [Self.doubt, Self.doubt, "a"]
        #expect(settle(votes, asked: 3, agree: 2, atMost: 5, borderlineAgree: 3) == .oneMore)
        #expect(settle(votes, asked: 3, agree: 2, atMost: 3, borderlineAgree: 3) == .adjudicate)
        #expect(
            settle(votes, asked: 3, agree: 2, atMost: 3) == .label("?", agreement: 2.0 / 3))
    }

    @Test("doubt has a rule of its own: laxer, and so many doubts go before any other answer")
    func laxerDoubt() {
        let votes: [Verdict] = ["a", "a", "a", Self.doubt, Self.doubt]
        #expect(
            settle(votes, asked: 5, agree: 3, atMost: 5, borderlineAgree: 2)
                == .label("?", agreement: 0.4))
        #expect(
            settle(Array(votes.dropLast()), asked: 5, agree: 3, atMost: 5, borderlineAgree: 2)
                == .open)
        #expect(
            settle(Array(votes.dropLast()), asked: 4, agree: 3, atMost: 5, borderlineAgree: 2)
                == .label("a", agreement: 0.75))
        #expect(
            settle([Self.doubt], asked: 5, agree: 3, atMost: 5, borderlineAgree: 1)
                == .label("?", agreement: 1))
    }

    @Test("a label that shares its votes with doubt is a tie like any other")
    func split() {
        let votes: [Verdict] = ["a", "a", Self.doubt, Self.doubt]
        #expect(settle(votes, asked: 4, agree: 2, atMost: 5) == .oneMore)
        #expect(settle(votes, asked: 4, agree: 2, atMost: 4) == .adjudicate)
    }

    @Test("what is decided early is what would be decided whatever the others had said")
    func neverAnother() {
        var generator = SystemRandomNumberGenerator()
        let answers: [Verdict] = ["a", "b", "c", Self.doubt, .unusable]
        var decided = 0
        for _ in 0..<4_000 {
            let asked = Int.random(in: 2...5, using: &generator)
            let atMost = Int.random(in: asked...6, using: &generator)
            let rule = ConsensusRule(
                agree: Int.random(in: 1...atMost, using: &generator), atMost: atMost,
                endsEarly: true, borderlineAgree: Int.random(in: 1...atMost, using: &generator))
            let votes = (0..<Int.random(in: 1..<asked, using: &generator)).map { _ in
                answers.randomElement(using: &generator) ?? "a"
            }
            func settlement(_ votes: [Verdict]) -> Settlement {
                Consensus.settle(
                    votes: votes, skips: 0, asked: asked, rule: rule, borderline: "?")
            }
            let early = settlement(votes)
            let ends = completions(votes, to: asked, of: answers).map { winner(settlement($0)) }
            if let winner = winner(early) {
                decided += 1
                #expect(ends.allSatisfy { $0 == winner }, "\(votes) \(rule)")
            } else {
                #expect(early == .open)
                // And it is decided as early as can be.
                #expect(
                    ends.contains { $0 != ends[0] } || ends[0] == nil, "\(votes) \(rule)")
            }
        }
        #expect(decided > 100)
    }

    /// The votes with every choice of the missing ones.
    private func completions(
        _ votes: [Verdict], to asked: Int, of answers: [Verdict]
    ) -> [[Verdict]] {
        guard votes.count < asked else { return [votes] }
        return answers.flatMap { completions(votes + [$0], to: asked, of: answers) }
    }

    /// The answer alone: its share of the votes depends on how many there are.
    private func winner(_ settlement: Settlement) -> Verdict? {
        switch settlement {
        case .label(let name, _): .label(name)
        case .unusable: .unusable
        case .open, .oneMore, .adjudicate: nil
        }
    }
}

extension Verdict: ExpressibleByStringLiteral {
    /// A label, for short.
    public init(stringLiteral value: String) { self = .label(value) }
}
