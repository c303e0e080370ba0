import Testing

@testable import SluiceStatistics

@Suite("Precision, recall and F1, weighted")
struct WeightedConfusionTests {
    private func confusion(
        _ cells: [(predicted: Int, decided: Int, propensity: Double, items: Int)]
    ) -> WeightedConfusion {
        cells.reduce(into: WeightedConfusion(labels: 3)) { confusion, cell in
            for _ in 0..<cell.items {
                confusion.add(
                    predicted: cell.predicted, decided: cell.decided, propensity: cell.propensity)
            }
        }
    }

    @Test("a rare label: 8 right, 2 too many, 6 missed")
    func rare() throws {
        let counted = confusion([(1, 1, 1, 8), (1, 0, 1, 2), (0, 1, 1, 6), (0, 0, 1, 984)])
        #expect(try counted.precision(of: 1) == Proportion(8, of: 10).wilson())
        #expect(try counted.recall(of: 1) == Proportion(8, of: 14).wilson())
        #expect(try counted.prevalence(of: 1) == Proportion(14, of: 1000).wilson())
        #expect(try counted.accuracy() == Proportion(992, of: 1000).wilson())
        let f1 = try counted.f1(of: 1)
        expectClose(f1.value, 2.0 / 3)
        let (precision, recall) = (0.8, 8.0 / 14)
        expectClose(f1.value, 2 * precision * recall / (precision + recall))
        // Wilson's limits of 8 of 16 through 2q/(1+q).
        let share = try Proportion(8, of: 16).wilson()
        expectClose(f1.lo, 2 * share.lo / (1 + share.lo))
        expectClose(f1.hi, 2 * share.hi / (1 + share.hi))
        #expect(f1.n == 16)
        #expect(counted.items(of: 1) == (predicted: 10, decided: 14))
        #expect(throws: Unknown(.noObservations)) { try counted.precision(of: 2) }
        #expect(throws: Unknown(.noObservations)) { try counted.f1(of: 2) }
    }

    @Test("an audited item counts for all it stands for")
    func weighted() throws {
        // 60 of 80 queued ones right; 19 of 20 audits of 2 % right, each for fifty.
        let counted = confusion([(0, 0, 1, 60), (0, 1, 1, 20), (0, 0, 0.02, 19), (0, 1, 0.02, 1)])
        let precision = try counted.precision(of: 0)
        expectClose(precision.value, (60 + 950) / 1080.0)
        #expect(precision.method == .weightedWilson)
        expectClose(try #require(precision.nEffective), 1080.0 * 1080 / (80 + 20 * 2500))
        #expect(
            counted.pairs == [
                .init(predicted: 0, decided: 0, items: 79, weight: 1010),
                .init(predicted: 0, decided: 1, items: 21, weight: 70),
            ])
        expectClose(try counted.prevalence(of: 1).value, 70 / 1080.0)
    }

    @Test("the interval of F1 covers the true one about as often as it says")
    func coverage() throws {
        var generator = SeededGenerator(seed: 3)
        // Right with 0.5 among items of the label or predicted to be: F1 is 2/3.
        var covered = 0
        for _ in 0..<400 {
            var counted = WeightedConfusion(labels: 2)
            for _ in 0..<40 {
                let isRight = generator.flip(0.5)
                let isMissed = generator.flip(0.6)
                counted.add(
                    predicted: isRight || !isMissed ? 1 : 0, decided: isRight || isMissed ? 1 : 0,
                    propensity: 1)
            }
            let f1 = try counted.f1(of: 1)
            if f1.lo <= 2.0 / 3, 2.0 / 3 <= f1.hi { covered += 1 }
        }
        #expect(covered >= 367, "\(covered) of 400: 95 % less three standard errors")
    }

    @Test("the loss of a label is small where the model expected it")
    func loss() {
        expectClose(LabelLoss.loss(probability: 0.01), 4.605170185988091)
        expectClose(
            LabelLoss.loss(confidence: 0.98, isPredicted: false, labels: 5), 5.298317366548036)
        expectClose(
            LabelLoss.loss(confidence: 0.98, isPredicted: true, labels: 5), 0.020202707317519466)
        expectClose(LabelLoss.loss(probability: 0), 34.538776394910684)
        #expect(LabelLoss.loss(confidence: 1, isPredicted: false, labels: 2).isFinite)
        #expect(LabelLoss.loss(confidence: 1, isPredicted: true, labels: 1) == 0)
    }
}
