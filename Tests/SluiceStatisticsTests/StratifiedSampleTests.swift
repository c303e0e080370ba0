import SluiceStatistics
import Testing

@Suite("Audits by stratum")
struct StratifiedSampleTests {
    private func sample(_ items: [Int], _ audits: [Int], _ errors: [Int]) throws -> StratifiedSample
    {
        try StratifiedSample(
            items.indices.map {
                StratifiedSample.Stratum(items: items[$0], audits: audits[$0], errors: errors[$0])
            })
    }

    @Test("estimate, spread and interval agree with R survey", arguments: Vectors.stratified)
    func reference(_ vector: Vectors.Stratified) throws {
        let sample = try sample(vector.items, vector.audits, vector.errors)
        let estimate = try sample.kornGraubard()
        expectClose(estimate.value, vector.value)
        expectClose(sample.variance.squareRoot(), vector.standardError)
        expectClose(estimate.nEffective ?? 0, vector.size, within: 1e-8)
        expectClose(sample.kishSize, vector.kish)
        expectClose(estimate.lo, vector.interval.0, within: 1e-8)
        expectClose(estimate.hi, vector.interval.1, within: 1e-8)
        expectClose(try sample.upperBound(failing: 0.05), vector.upper)
    }

    @Test("one stratum that is a small part of its items gives nearly the exact interval")
    func oneStratum() throws {
        let stratified = try sample([1_000_000_000], [400], [3]).kornGraubard()
        let exact = try Proportion(3, of: 400).clopperPearson()
        expectClose(stratified.lo, exact.lo, within: 5e-3)
        expectClose(stratified.hi, exact.hi, within: 5e-3)
    }

    @Test("no error, only errors and a stratum seen whole have an interval too")
    func degenerate() throws {
        let none = try sample([9000, 1000], [100, 100], [0, 0]).kornGraubard()
        #expect(none.value == 0 && none.lo == 0 && none.hi > 0)
        expectClose(none.nEffective ?? 0, 1 / (0.81 / 100 + 0.01 / 100))
        let all = try sample([90, 10], [10, 10], [10, 10]).kornGraubard()
        #expect(all.hi == 1 && all.lo < 1)
        let whole = try sample([1, 2, 0], [1, 2, 0], [1, 0, 0]).kornGraubard()
        #expect(whole.lo <= whole.value && whole.value <= whole.hi && whole.hi <= 1)
    }

    @Test("what cannot be known is said, not guessed")
    func unknown() {
        #expect(throws: Unknown(.noObservations)) { try sample([], [], []) }
        #expect(throws: Unknown(.noObservations)) { try sample([10], [0], [0]) }
        #expect(throws: Unknown(.stratumNotAudited)) { try sample([10, 10], [5, 0], [0, 0]) }
        #expect(throws: Unknown(.stratumNotAudited)) { try sample([10, 10], [5, 1], [0, 0]) }
        #expect(throws: Unknown(.impossibleCounts)) { try sample([10], [11], [0]) }
        #expect(throws: Unknown(.impossibleCounts)) { try sample([10], [5], [6]) }
    }
}
