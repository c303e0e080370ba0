import SluiceStatistics
import Testing

@Suite("One label of many answers")
struct ConsensusTests {
    @Test("without a prior, the model of Dawid and Skene is the reference's, round by round")
    func maximumLikelihood() {
        let votes = Votes.of(ConsensusVectors.threeEach)
        let ten = DawidSkene(prior: .none, stop: ConsensusStop(rounds: 10, change: 0)).fit(votes)
        #expect(ten.rounds == 10 && !ten.hasSettled)
        ten.expectPosteriors(ConsensusVectors.maximumLikelihoodAfterTen, within: 1e-6)
    }

    @Test("run to the end on clear answers it finds every label, the prior and the matrices")
    func converged() {
        // crowd-kit 1.4.2 DawidSkene(n_iter=5000, tol=1e-15).
        let votes = Votes.of(ConsensusVectors.fiveEach)
        let fit = DawidSkene(prior: .none, stop: ConsensusStop(rounds: 500, change: 1e-12))
            .fit(votes)
        for (item, label) in ConsensusVectors.labels30.enumerated() {
            let decision = fit.decision(of: item)
            #expect(decision?.label == label)
            #expect((decision?.posterior ?? 0) > 1 - 1e-5)
        }
        let shares = [0.43333333333309576, 0.3666666666656114, 0.20000000000129284]
        for label in 0..<3 {
            expectClose(fit.labelShares[label], shares[label], within: 1e-5)
            for answer in 0..<3 {
                let expected = answer == label ? 1.0 : 0.0
                let found = fit.probability(reviewer: 0, gives: answer, truth: label)
                #expect(abs(found - expected) < 1e-5)
            }
        }
    }

    @Test("with a prior it is the reference's, prior and accuracies of reviewers as well")
    func map() {
        let fit = DawidSkene(
            prior: DawidSkene.Prior(right: 2, wrong: 1, items: 1),
            stop: ConsensusStop(rounds: 500, change: 1e-10)
        ).fit(Votes.of(ConsensusVectors.threeEach))
        fit.expectPosteriors(ConsensusVectors.map, within: 1e-6)
        let shares = [0.40727145701479306, 0.3116879701013258, 0.2810405728838811]
        for label in 0..<3 { expectClose(fit.labelShares[label], shares[label], within: 1e-6) }
        let accuracies = [
            0.40641334400048407, 0.6093388261509841, 0.598992120466442, 0.557631325613809,
            0.6564870038190589, 0.6740625289208364, 0.660826461541737, 0.5386198681508054,
        ]
        for reviewer in 0..<8 {
            expectClose(fit.accuracy(of: reviewer), accuracies[reviewer], within: 1e-6)
        }
    }

    @Test("with one accuracy for each reviewer it is the reference's")
    func oneCoin() {
        // crowd-kit 1.4.2 OneCoinDawidSkene.
        let fit = OneCoin(prior: .none).fit(Votes.of(ConsensusVectors.fiveEach))
        for (item, label) in ConsensusVectors.labels30.enumerated() {
            #expect(fit.decision(of: item)?.label == label)
        }
        let skills = [
            0.9999999999848513, 0.9036038678597644, 0.7613489541743387, 0.5341240879404628,
            0.542009489445972, 0.23568857332037046,
        ]
        for reviewer in 0..<6 {
            expectClose(fit.accuracy(of: reviewer), skills[reviewer], within: 1e-5)
        }
    }

    @Test("a tie is decided by no method, whatever the numbers of labels and reviewers")
    func ties() {
        for method in ConsensusMethod.allCases {
            var votes = Votes(labels: 3)
            votes.append([(0, 2), (1, 1)])
            votes.append([(0, 1), (1, 2)])
            let fit = method.fit(votes)
            #expect(fit.decision(of: 0) == nil && fit.decision(of: 1) == nil, "\(method)")
            #expect(fit.expectedAccuracy == nil)
        }
    }

    @Test("who is known to be careless does not outvote who is not")
    func weighing() {
        var generator = SeededGenerator(seed: 8)
        var votes = Votes(labels: 2)
        for item in 0..<400 {
            let truth = item % 2
            func answer(_ accuracy: Double) -> Int {
                generator.flip(accuracy) ? truth : 1 - truth
            }
            votes.append(
                [0.97, 0.7, 0.6, 0.6, 0.6].enumerated().map { ($0.offset, answer($0.element)) })
        }
        let right = ConsensusMethod.allCases.reduce(into: [ConsensusMethod: Int]()) {
            right, method in
            let fit = method.fit(votes)
            right[method] = (0..<400).count { fit.decision(of: $0)?.label == $0 % 2 }
        }
        #expect(right[.majority, default: 0] < 350)
        #expect(right[.map, default: 0] > 380)
        #expect(right[.oneCoin, default: 0] > 380)
    }

    @Test("probabilities sum to one, and the method suits what is known of reviewers")
    func shape() {
        let votes = Votes.of(ConsensusVectors.threeEach)
        #expect(votes.items == 60 && votes.reviewers == 8 && votes.answers == 180)
        #expect(ConsensusMethod.suited(to: votes) == .oneCoin)
        for method in ConsensusMethod.allCases {
            let fit = method.fit(votes)
            #expect(fit.items == 60 && fit.reviewers == 8)
            expectClose(fit.labelShares.reduce(0, +), 1)
            for item in 0..<60 { expectClose(fit.posterior(of: item).reduce(0, +), 1) }
            for reviewer in 0..<8 {
                for truth in 0..<3 {
                    let sum = (0..<3).reduce(0) {
                        $0 + fit.probability(reviewer: reviewer, gives: $1, truth: truth)
                    }
                    expectClose(sum, 1)
                }
            }
        }
        var many = Votes(labels: 2)
        for item in 0..<60 { many.append([(0, item % 2), (1, 1)]) }
        #expect(ConsensusMethod.suited(to: many) == .map)
    }

    @Test("items that mislead everybody temper the posteriors, and independent answers do not")
    func tempering() throws {
        var generator = SeededGenerator(seed: 21)
        var independent = Votes(labels: 3)
        var misled = Votes(labels: 3)
        let truth = (0..<600).map { _ in Int.random(in: 0..<3, using: &generator) }
        for label in truth {
            func other() -> Int { (label + Int.random(in: 1...2, using: &generator)) % 3 }
            let (lure, pull) = (other(), generator.flip(0.4) ? 0.5 : 0.1)
            independent.append((0..<9).map { ($0, generator.flip(0.7) ? label : other()) })
            misled.append((0..<9).map { ($0, generator.flip(pull) ? lure : label) })
        }
        for method in [ConsensusMethod.map, .oneCoin] {
            #expect(method.fit(independent).power > 0.9)
            #expect(method.fit(misled).power < 0.9)
        }
        let sure = DawidSkene(prior: .small).fit(misled)
        let tempered = sure.tempered(by: misled)
        func error(_ fit: ConsensusFit) throws -> Double {
            try CalibrationError(
                truth.indices.compactMap { item in
                    fit.decision(of: item).map { ($0.posterior, $0.label == truth[item]) }
                }
            ).expected
        }
        #expect(try error(tempered) < error(sure))
        #expect(ConsensusMethod.maximumLikelihood.fit(misled).power == 1)
    }

    @Test("no item, or a single label, is no trouble")
    func degenerate() {
        for method in ConsensusMethod.allCases {
            #expect(method.fit(Votes(labels: 4)).items == 0)
            var votes = Votes(labels: 1)
            votes.append([(0, 0), (3, 0)])
            votes.append([])
            let fit = method.fit(votes)
            #expect(fit.items == 1 && fit.decision(of: 0)?.posterior == 1)
        }
        #expect(ConsensusMethod.suited(to: Votes(labels: 2)) == .oneCoin)
    }
}

extension Votes {
    /// Votes of items given as reviewer and label.
    static func of(_ items: [[[Int]]]) -> Votes {
        items.reduce(into: Votes(labels: 3)) { votes, answers in
            votes.append(answers.map { ($0[0], $0[1]) })
        }
    }
}

extension ConsensusFit {
    /// Expects every posterior within an absolute tolerance.
    fileprivate func expectPosteriors(
        _ expected: [[Double]], within tolerance: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(items == expected.count, sourceLocation: sourceLocation)
        for (item, row) in expected.enumerated() {
            for (found, value) in zip(posterior(of: item), row) {
                #expect(abs(found - value) <= tolerance, sourceLocation: sourceLocation)
            }
        }
    }
}
