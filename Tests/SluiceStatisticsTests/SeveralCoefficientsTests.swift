import Testing

@testable import SluiceStatistics

@Suite("Several coefficients from one bootstrap")
struct SeveralCoefficientsTests {
    @Test("each is what it is by itself, and the undefined ones say why")
    func same() throws {
        var generator = SeededGenerator(seed: 5)
        let sample = AgreementSample.counting(
            (0..<60).map { _ in
                let label = Int.random(in: 0..<3, using: &generator)
                return (0..<Int.random(in: 2...4, using: &generator)).map { _ in
                    generator.flip(0.7) ? label : Int.random(in: 0..<3, using: &generator)
                }
            }, labels: 3)
        let coefficients: [AgreementCoefficient] = [.krippendorff, .percent, .fleiss, .gwet]
        generator = SeededGenerator(seed: 9)
        let several = sample.estimates(coefficients, resamples: 200, using: &generator)
        for (coefficient, result) in zip(coefficients, several) {
            var alone = SeededGenerator(seed: 9)
            do {
                let estimate = try sample.estimate(coefficient, resamples: 200, using: &alone)
                #expect(try result.get() == estimate)
            } catch {
                #expect(coefficient == .fleiss && error == Unknown(.unequalAnswers))
                #expect(throws: Unknown(.unequalAnswers)) { try result.get() }
            }
        }
    }

    @Test("counting by labels is counting by pairs", arguments: [2, 3, 7, 40])
    func pairs(answers: Int) {
        var generator = SeededGenerator(seed: UInt64(answers))
        let item = (0..<answers).map { _ in Int.random(in: 0..<4, using: &generator) }
        var agreement = Agreement(labels: 4)
        agreement.add(item, times: 3)
        for one in 0..<4 {
            for other in one..<4 {
                var pairs = 0
                for first in item.indices {
                    for second in item[..<first]
                    where [item[first], second].sorted() == [one, other] {
                        pairs += 3
                    }
                }
                #expect(agreement.pairs(one, other) == pairs)
            }
        }
        agreement.remove(item, times: 3)
        #expect(agreement == Agreement(labels: 4))
    }
}
