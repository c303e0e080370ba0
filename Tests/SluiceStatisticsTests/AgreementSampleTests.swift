import Testing

@testable import SluiceStatistics

@Suite("Intervals of agreement")
struct AgreementSampleTests {
    @Test("the interval does not depend on the order of items and answers")
    func order() throws {
        let items = AgreementVectors.fleiss.map(AgreementVectors.answers)
        var generator = SeededGenerator(seed: 1)
        let first = try AgreementSample.counting(items, labels: 5)
            .estimate(.krippendorff, using: &generator)
        let second = AgreementSample.counting(
            items.reversed().map { $0.reversed() }, labels: 5)
        generator = SeededGenerator(seed: 1)
        #expect(try second.estimate(.krippendorff, using: &generator) == first)
        #expect(first.lo < first.value && first.value < first.hi && first.n == 10)
    }

    @Test("merged samples are one sample")
    func merged() {
        let items = AgreementVectors.fleiss.map(AgreementVectors.answers)
        var one = AgreementSample.counting(Array(items[..<4] + items[6...]), labels: 5)
        one.merge(.counting(Array(items[4..<6]), labels: 5))
        #expect(one == .counting(items, labels: 5))
    }

    @Test("what is undefined has no interval either")
    func undefined() {
        var generator = SeededGenerator(seed: 1)
        let sample = AgreementSample.counting([[0, 0], [0, 0, 0]], labels: 2)
        #expect(throws: Unknown(.singleLabel)) {
            try sample.estimate(.krippendorff, using: &generator)
        }
        #expect(throws: Unknown(.impossibleLevel)) {
            try sample.estimate(.percent, level: 1, using: &generator)
        }
        // A third of all resamples of these three are one label alone, and have no alpha.
        let few = AgreementSample.counting([[0, 0], [1, 1], [1, 1]], labels: 2)
        #expect(throws: Never.self) { try few.estimate(.krippendorff, using: &generator) }
    }

    @Test("the interval of alpha covers the truth about as often as it says")
    func coverage() throws {
        var generator = SeededGenerator(seed: 77)
        // Two answers that agree with probability 0.7 beyond chance: alpha is 0.7 in the long run.
        func item() -> [Int] {
            let label = Int.random(in: 0..<3, using: &generator)
            let copies = generator.flip(0.7)
            return [label, copies ? label : Int.random(in: 0..<3, using: &generator)]
        }
        var covered = 0
        for run in 0..<200 {
            let sample = AgreementSample.counting((0..<150).map { _ in item() }, labels: 3)
            var resampling = SeededGenerator(seed: UInt64(run))
            let estimate = try sample.estimate(
                .krippendorff, resamples: 300, using: &resampling)
            if estimate.lo <= 0.7, 0.7 <= estimate.hi { covered += 1 }
        }
        #expect((180...199).contains(covered), "\(covered) of 200")
    }

    @Test("binomial draws have the mean and the spread they should, however they are made")
    func binomial() {
        var generator = SeededGenerator(seed: 12)
        for (n, probability) in [(7, 0.2), (60, 0.1), (60, 0.5), (5000, 0.004), (5000, 0.87)] {
            let draws = (0..<20_000).map { _ in
                Double(Multinomial.binomial(n, probability, using: &generator))
            }
            let mean = draws.reduce(0, +) / 20_000
            let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
            let expected = Double(n) * probability
            let spread = expected * (1 - probability)
            #expect(abs(mean - expected) < 4 * (spread / 20_000).squareRoot())
            #expect(abs(variance / spread - 1) < 0.05, "\(n) at \(probability)")
        }
        #expect(Multinomial.binomial(9, 1, using: &generator) == 9)
        #expect(Multinomial.binomial(9, 0, using: &generator) == 0)
    }

    @Test("a resample draws as many as there are")
    func resample() {
        var generator = SeededGenerator(seed: 4)
        for weights in [[5], [1, 1, 1, 1], [1000, 0, 3], [0, 7]] {
            let counts = Multinomial.resample(weights, using: &generator)
            #expect(counts.reduce(0, +) == weights.reduce(0, +))
            #expect(zip(weights, counts).allSatisfy { $0 > 0 || $1 == 0 })
        }
    }
}

extension AgreementSample {
    static func counting(_ items: [[Int]], labels: Int) -> AgreementSample {
        items.reduce(into: AgreementSample(labels: labels)) { $0.add($1) }
    }
}
