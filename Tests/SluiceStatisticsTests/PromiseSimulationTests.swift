import Glibc
import SluiceStatistics
import Testing

/// 400 deployments each, through the library: how often what was certified is truly above the limit.
@Suite("Promises in simulated deployments")
struct PromiseSimulationTests {
    /// A model whose confidence is uniform and whose error at confidence s is a (1 - s)^p + b.
    private struct Model {
        let a, p, b: Double

        /// The true error of everything from a threshold upwards.
        func risk(from threshold: Double) -> Double {
            a / (p + 1) * pow(1 - threshold, p) + b
        }

        /// A labelled item of a confidence in a range.
        func draw(
            _ range: ClosedRange<Double>, _ random: inout SeededGenerator
        ) -> (confidence: Double, isWrong: Bool) {
            let confidence = Double.random(in: range, using: &random)
            return (confidence, random.flip(a * pow(1 - confidence, p) + b))
        }

        static let easy = Model(a: 0.25, p: 1.5, b: 0.0005)
        static let hard = Model(a: 0.45, p: 0.8, b: 0.008)
        static let middling = Model(a: 0.4, p: 1.2, b: 0.004)
    }

    private static let runs = 400
    private static let limit = 0.02
    private static let delta = 0.05
    /// delta and three standard errors of 400 runs.
    private static let most = 0.05 + 3 * (0.05 * 0.95 / 400).squareRoot()

    private let promise: ErrorPromise

    init() throws { promise = try #require(ErrorPromise(limit: Self.limit, delta: Self.delta)) }

    /// The grid of two thousand earlier confidences.
    private func grid(_ random: inout SeededGenerator) -> ConfidenceGrid {
        ConfidenceGrid(
            confidences: (0..<2000).map { _ in Double.random(in: 0...1, using: &random) },
            items: 2000)
    }

    /// Counts of labelled and unlabelled items at every step.
    private struct Tally {
        let grid: ConfidenceGrid
        var strata: [[ThresholdStep.Stratum]]

        init(_ grid: ConfidenceGrid, propensities: [Double]) {
            self.grid = grid
            strata = grid.steps.map { _ in propensities.map { .init(propensity: $0) } }
        }

        mutating func add(_ confidence: Double, stratum: Int, isWrong: Bool?) {
            guard let first = grid.firstStep(accepting: confidence) else { return }
            strata[first][stratum].items += 1
            guard let isWrong else { return }
            strata[first][stratum].labelled += 1
            strata[first][stratum].errors += isWrong ? 1 : 0
        }

        var steps: [ThresholdStep] {
            var sum = strata.first ?? []
            return grid.steps.indices.map { step in
                if step > 0 {
                    for index in sum.indices {
                        sum[index].items += strata[step][index].items
                        sum[index].labelled += strata[step][index].labelled
                        sum[index].errors += strata[step][index].errors
                    }
                }
                return ThresholdStep(threshold: grid.steps[step].threshold, strata: sum)
            }
        }
    }

    /// How often the promise was broken, and what was automated on average.
    private struct Outcome {
        var broken = 0
        var certified = 0
        var automation = 0.0

        mutating func add(
            _ threshold: Double?, _ model: Model, limit: Double = PromiseSimulationTests.limit
        ) {
            guard let threshold else { return }
            certified += 1
            automation += 1 - threshold
            broken += model.risk(from: threshold) > limit ? 1 : 0
        }

        var share: Double { Double(broken) / Double(PromiseSimulationTests.runs) }
        var meanAutomation: Double { automation / Double(PromiseSimulationTests.runs) }
    }

    @Test(
        "everything labelled: broken in at most delta; a threshold at the observed error is, in half",
        arguments: [true, false])
    func plain(isEasy: Bool) {
        let model = isEasy ? Model.easy : .hard
        var random = SeededGenerator(seed: isEasy ? 11 : 12)
        var (walked, plugIn, robust) = (Outcome(), Outcome(), Outcome())
        for _ in 0..<Self.runs {
            var tally = Tally(grid(&random), propensities: [1])
            for _ in 0..<3000 {
                let item = model.draw(0...1, &random)
                tally.add(item.confidence, stratum: 0, isWrong: item.isWrong)
            }
            let steps = tally.steps
            let expected = tally.grid.steps.map { $0.share * 3000 }
            let start = ConfidenceGrid.start(expected: expected, promise: promise)
            let walk = ThresholdWalk(steps, promise: promise, starts: start.map { [$0] } ?? [])
            walked.add(walk.certified.map { steps[$0].threshold }, model)
            let part = promise.divided(by: 4)
            let starts = [2.0, 4, 8, 16].compactMap {
                ConfidenceGrid.start(expected: expected, promise: part, multiple: $0)
            }
            let four = ThresholdWalk(steps, promise: promise, starts: starts)
            robust.add(four.certified.map { steps[$0].threshold }, model)
            plugIn.add(
                steps.last { $0.labelled > 0 && $0.observedError ?? 1 <= Self.limit }?.threshold,
                model)
        }
        #expect(walked.share <= Self.most, "\(walked)")
        #expect(robust.share <= Self.most, "\(robust)")
        #expect(plugIn.share > 0.25, "what the walk is for: \(plugIn)")
        if isEasy { #expect(walked.meanAutomation > 0.15, "\(walked)") }
    }

    @Test("labels of an earlier threshold: the bound over both strata keeps it and grows beyond")
    func twoStrata() {
        let model = Model.easy
        var random = SeededGenerator(seed: 21)
        var (bounded, weighted) = (Outcome(), Outcome())
        let (earlier, rate, items) = (0.85, 0.1, 40_000)
        for _ in 0..<Self.runs {
            var tally = Tally(grid(&random), propensities: [rate, 1])
            let confident = random.binomial(items, 1 - earlier)
            let audits = random.binomial(confident, rate)
            for _ in 0..<audits {
                let item = model.draw(earlier...1, &random)
                tally.add(item.confidence, stratum: 0, isWrong: item.isWrong)
            }
            for _ in audits..<confident {
                tally.add(
                    Double.random(in: earlier...1, using: &random), stratum: 0, isWrong: nil)
            }
            // Only what lies near the boundary matters: below 0.4 the error is far above the limit.
            for _ in 0..<random.binomial(items, earlier - 0.4) {
                let item = model.draw(0.4...earlier, &random)
                tally.add(item.confidence, stratum: 1, isWrong: item.isWrong)
            }
            let steps = tally.steps
            let audited = Double(audits) / (1 - earlier)
            let start = ConfidenceGrid.start(
                expected: tally.grid.steps.map { min($0.share, 1 - earlier) * audited },
                promise: promise)
            let walk = ThresholdWalk(steps, promise: promise, starts: start.map { [$0] } ?? [])
            bounded.add(walk.certified.map { steps[$0].threshold }, model)
            weighted.add(
                steps.last { $0.labelled > 0 && $0.observedError ?? 1 <= Self.limit }?.threshold,
                model)
        }
        #expect(bounded.share <= Self.most, "\(bounded)")
        #expect(bounded.meanAutomation > 1 - earlier, "automation grows: \(bounded)")
        #expect(weighted.share > 0.25, "what the bound is for: \(weighted)")
    }

    @Test("one chain a label: no label is above its limit in more than delta of the deployments")
    func perLabel() throws {
        let models = [
            Model.easy, .hard, Model(a: 0.1, p: 1, b: 0.001), Model(a: 0.3, p: 2, b: 0.01),
        ]
        var random = SeededGenerator(seed: 31)
        // Rare labels have few labels each, so this user can live with more.
        let promise = try #require(ErrorPromise(limit: 0.05, delta: Self.delta))
        let part = promise.divided(by: models.count)
        var broken = 0
        var certified = 0
        for _ in 0..<Self.runs {
            var isBroken = false
            for model in models {
                var tally = Tally(grid(&random), propensities: [1])
                for _ in 0..<1500 {
                    let item = model.draw(0...1, &random)
                    tally.add(item.confidence, stratum: 0, isWrong: item.isWrong)
                }
                let steps = tally.steps
                let start = ConfidenceGrid.start(
                    expected: tally.grid.steps.map { $0.share * 1500 }, promise: part)
                let walk = ThresholdWalk(steps, promise: part, starts: start.map { [$0] } ?? [])
                guard let step = walk.certified else { continue }
                certified += 1
                if model.risk(from: steps[step].threshold) > promise.limit { isBroken = true }
            }
            broken += isBroken ? 1 : 0
        }
        #expect(Double(broken) / Double(Self.runs) <= Self.most)
        #expect(certified > Self.runs, "more than one label a deployment gets a threshold")
    }

    @Test("looked at ten times: evidence and spending keep the promise over all looks together")
    func looks() throws {
        let model = Model.middling
        let promise = try #require(ErrorPromise(limit: 0.05, delta: Self.delta))
        let (earlier, rate, looks) = (0.85, 0.1, 10)
        var random = SeededGenerator(seed: 41)
        var (evidence, spending) = (Outcome(), Outcome())
        for _ in 0..<Self.runs {
            let grid = ConfidenceGrid(
                steps: stride(from: 0.96, through: 0.5, by: -0.02).map {
                    .init(threshold: $0, share: 1 - $0)
                })
            let thresholds = grid.steps.map(\.threshold)
            var tally = Tally(grid, propensities: [rate, 1])
            var labels: [WeightedLabel] = []
            var audits = 0
            var (byEvidence, bySpending): (Double?, Double?)
            for look in 1...looks {
                // A tenth of 16,000 items: the audited of those above, and all of 0.5 to 0.85.
                let above = random.binomial(1600, 1 - earlier)
                let drawn = random.binomial(above, rate)
                let reviewed = random.binomial(1600, earlier - 0.5)
                audits += drawn
                var arrived = Array(repeating: true, count: drawn)
                arrived += Array(repeating: false, count: reviewed)
                arrived.shuffle(using: &random)
                for isAudit in arrived {
                    let item = model.draw(isAudit ? earlier...1 : 0.5...earlier, &random)
                    tally.add(item.confidence, stratum: isAudit ? 0 : 1, isWrong: item.isWrong)
                    labels.append(
                        WeightedLabel(
                            confidence: item.confidence, isWrong: item.isWrong,
                            weightShare: isAudit ? 1 : rate))
                }
                for _ in drawn..<max(above, drawn) {
                    tally.add(
                        Double.random(in: earlier...1, using: &random), stratum: 0, isWrong: nil)
                }
                // The widest over all looks counts: broken once is broken.
                let walk = EvidenceWalk(labels, thresholds: thresholds, promise: promise, start: 5)
                if let step = walk.certified {
                    byEvidence = min(byEvidence ?? 1, thresholds[step])
                }
                let steps = tally.steps
                let spent = promise.spent(atLook: look)
                let expected = grid.steps.map {
                    min($0.share / (1 - earlier), 1) * Double(audits)
                }
                let start = ConfidenceGrid.start(expected: expected, promise: spent)
                let bound = ThresholdWalk(steps, promise: spent, starts: start.map { [$0] } ?? [])
                if let step = bound.certified {
                    bySpending = min(bySpending ?? 1, thresholds[step])
                }
            }
            evidence.add(byEvidence, model, limit: promise.limit)
            spending.add(bySpending, model, limit: promise.limit)
        }
        #expect(evidence.share <= Self.most, "\(evidence)")
        #expect(spending.share <= Self.most, "\(spending)")
        #expect(evidence.certified > Self.runs / 3, "\(evidence)")
        #expect(
            evidence.certified > 5 * spending.certified,
            "why evidence is what looks by itself: \(spending)")
    }
}
