import SluiceStatistics
import Testing

@Suite("Agreement between reviewers")
struct AgreementTests {
    @Test("Fleiss' and Randolph's kappa agree with statsmodels")
    func fleiss() throws {
        // statsmodels 0.15.0.
        let agreement = Agreement.counting(
            AgreementVectors.fleiss.map(AgreementVectors.answers), labels: 5)
        expectClose(try agreement.fleiss(), 0.20993070442195522, within: 1e-12)
        expectClose(try agreement.randolph(), 0.2225274725274725, within: 1e-12)
        #expect(agreement.items == 10 && agreement.answers == 140)
    }

    @Test("Krippendorff's alpha agrees with the reference on all scales, answers missing or not")
    func krippendorff() throws {
        // krippendorff 0.9.0.
        let three = Agreement.counting(AgreementVectors.threeReviewers, labels: 4)
        expectClose(try three.krippendorff(), 0.691358024691358, within: 1e-12)
        expectClose(try three.krippendorff(.ordinal), 0.8067214199413153, within: 1e-12)
        expectClose(try three.krippendorff(.interval), 0.8108448928121059, within: 1e-12)
        let counts = Agreement.counting(
            AgreementVectors.counts.map(AgreementVectors.answers), labels: 3)
        expectClose(try counts.krippendorff(), 0.31932773109243695, within: 1e-12)
        #expect(counts.items == 7, "one answer says nothing about agreement")
    }

    @Test("Gwet's AC1 agrees with the closed form")
    func gwet() throws {
        // irrCAC or its closed form, to the digits printed.
        let agreement = Agreement.counting(
            AgreementVectors.pair.map { [$0.0, $0.1] }, labels: 3)
        #expect(abs(try agreement.gwet() - 0.62628) <= 1e-4)
        #expect(try agreement.percent() == 0.75)
    }

    @Test("where one label is nearly all, AC1 says what kappa cannot")
    func paradox() throws {
        let answers = Array(repeating: [0, 0], count: 95) + Array(repeating: [0, 1], count: 5)
        let agreement = Agreement.counting(answers, labels: 2)
        #expect(try agreement.fleiss() < 0)
        #expect(try agreement.gwet() > 0.9)
    }

    @Test("one label alone, or no item with two answers, has no coefficient")
    func undefined() throws {
        let same = Agreement.counting([[1, 1], [1, 1, 1]], labels: 2)
        #expect(try same.percent() == 1)
        #expect(throws: Unknown(.singleLabel)) { try same.krippendorff() }
        #expect(throws: Unknown(.singleLabel)) { try same.krippendorff(.ordinal) }
        #expect(throws: Unknown(.singleLabel)) { try same.gwet() }
        #expect(throws: Unknown(.unequalAnswers)) { try same.fleiss() }
        #expect(throws: Unknown(.singleLabel)) {
            try Agreement.counting([[1, 1]], labels: 2).fleiss()
        }
        let single = Agreement.counting([[1], [0]], labels: 2)
        for coefficient in AgreementCoefficient.allCases {
            #expect(throws: Unknown(.noObservations)) { try coefficient.value(of: single) }
        }
    }

    @Test("adding, taking out and merging in any order is exactly counting what remains")
    func incremental() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<50 {
            let labels = Int.random(in: 2...6, using: &generator)
            var kept: [(answers: [Int], part: Int)] = []
            var parts = [Agreement(labels: labels), Agreement(labels: labels)]
            var sample = AgreementSample(labels: labels)
            for step in 0..<200 {
                let part = step % 2
                if step % 5 == 4, let (old, holder) = kept.popLast() {
                    parts[holder].remove(old.reversed())
                    sample.remove(old)
                } else {
                    let item = (0..<Int.random(in: 1...7, using: &generator)).map { _ in
                        Int.random(in: 0..<labels, using: &generator)
                    }
                    kept.append((item, part))
                    parts[part].add(item)
                    sample.add(item)
                }
            }
            parts[1].merge(parts[0])
            let afresh = Agreement.counting(
                kept.map(\.answers).shuffled(using: &generator), labels: labels)
            #expect(parts[1] == afresh && sample.agreement == afresh)
            #expect(try parts[1].krippendorff() == afresh.krippendorff())
            #expect(try parts[1].gwet() == afresh.gwet())
        }
    }

    @Test("labels that are mistaken for each other are listed, the worst first")
    func disagreements() {
        let agreement = Agreement.counting([[0, 1, 1], [1, 2], [2, 0, 1], [2, 2]], labels: 3)
        #expect(agreement.pairs(1, 1) == 1 && agreement.pairs(2, 2) == 1)
        #expect(
            agreement.disagreements.map { [$0.one, $0.other, $0.pairs] }
                == [[0, 1, 3], [1, 2, 2], [0, 2, 1]])
        expectClose(agreement.disagreements[0].share, 0.5)
    }
}

extension Agreement {
    static func counting(_ items: [[Int]], labels: Int) -> Agreement {
        items.reduce(into: Agreement(labels: labels)) { $0.add($1) }
    }
}
