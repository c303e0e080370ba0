import Testing

@testable import SluiceStatistics

/// One way of auditing a stream of accepted items.
struct AuditDesign: Sendable, CustomTestStringConvertible {
    let name: String
    let items: [Int]
    let errors: [Int]
    /// The probability that an item of each stratum is audited.
    let rates: [Double]

    var testDescription: String { name }

    /// The error rate that is there, not the one that is expected.
    var truth: Double { Double(errors.reduce(0, +)) / Double(items.reduce(0, +)) }

    /// The rates of a budget shared out half by size, half by the errors expected.
    private static func mixed(_ items: [Int], expecting errors: [Double], _ budget: Double)
        -> [Double]
    {
        AuditAllocation(
            zip(items, errors).map { .init(items: Double($0), expectedError: $1) }, budget: budget
        ).rates
    }

    /// Some 400 audits of 20,000 items each.
    static let all = [
        AuditDesign(
            name: "equal rates", items: [10_000, 6000, 4000], errors: [50, 60, 90],
            rates: [0.02, 0.02, 0.02]),
        AuditDesign(
            name: "half proportional, half Neyman", items: [12_000, 6000, 1500, 500],
            errors: [24, 48, 45, 40],
            rates: mixed([12_000, 6000, 1500, 500], expecting: [0.002, 0.008, 0.03, 0.08], 400)),
        AuditDesign(
            name: "errors near the threshold", items: [14_000, 4000, 1500, 500],
            errors: [7, 8, 30, 155],
            rates: mixed([14_000, 4000, 1500, 500], expecting: [0.002, 0.008, 0.03, 0.08], 400)),
        AuditDesign(
            name: "very unequal rates", items: [10_000, 6000, 4000], errors: [60, 60, 80],
            rates: [0.005, 0.01, 0.0725]),
        AuditDesign(
            name: "rare errors", items: [10_000, 6000, 4000], errors: [5, 6, 9],
            rates: [0.015, 0.02, 0.0325]),
    ]

    /// Audits each item or not by its rate, as routing does.
    func audit(_ random: inout SeededGenerator) throws -> StratifiedSample {
        try StratifiedSample(
            items.indices.map { index in
                let wrong = random.binomial(errors[index], rates[index])
                let right = random.binomial(items[index] - errors[index], rates[index])
                return .init(items: items[index], audits: wrong + right, errors: wrong)
            })
    }
}

@Suite("How often the audited error's interval holds the true one")
struct AuditCoverageTests {
    private static let runs = 1000

    @Test("in at least 94 % of audits, whatever the design", arguments: AuditDesign.all)
    func covers(_ design: AuditDesign) throws {
        var random = SeededGenerator(seed: 1934)
        var covering = 0
        var sum = 0.0
        for _ in 0..<Self.runs {
            let estimate = try design.audit(&random).kornGraubard()
            covering += estimate.lo <= design.truth && design.truth <= estimate.hi ? 1 : 0
            sum += estimate.value
        }
        let share = Double(covering) / Double(Self.runs)
        print("\(design.name): \(share)")
        #expect(share >= 0.94, "\(share)")
        // The estimate is right on average, within four standard errors.
        let mean = sum / Double(Self.runs)
        #expect(abs(mean - design.truth) < 4 * 0.006 / Double(Self.runs).squareRoot())
    }

    /// What the cut at the number of audits and the weights are for: the same designs tell them apart.
    @Test("without the cut, or without weights, it does not")
    func othersDoNot() throws {
        var lowest = (raw: 1.0, unweighted: 1.0)
        for design in AuditDesign.all {
            var random = SeededGenerator(seed: 1998)
            var covering = (raw: 0, unweighted: 0)
            for _ in 0..<Self.runs {
                let sample = try design.audit(&random)
                let size = sample.untruncatedSize(level: 0.95) ?? sample.kishSize
                let raw = sample.interval(at: size, level: 0.95)
                covering.raw += raw.lo <= design.truth && design.truth <= raw.hi ? 1 : 0
                let plain = try Proportion(
                    sample.strata.reduce(0) { $0 + $1.errors }, of: sample.audits
                ).wilson()
                covering.unweighted +=
                    plain.lo <= design.truth && design.truth <= plain.hi ? 1 : 0
            }
            lowest.raw = min(lowest.raw, Double(covering.raw) / Double(Self.runs))
            lowest.unweighted = min(
                lowest.unweighted, Double(covering.unweighted) / Double(Self.runs))
        }
        print("without the cut: \(lowest.raw), without weights: \(lowest.unweighted)")
        #expect(lowest.raw < 0.94 && lowest.unweighted < 0.94)
    }
}
