import SluiceStatistics
import Testing

@Suite("How audits are shared out")
struct AuditAllocationTests {
    private let strata: [AuditAllocation.Stratum] = [
        .init(items: 12000, expectedError: 0.002), .init(items: 6000, expectedError: 0.008),
        .init(items: 1500, expectedError: 0.03), .init(items: 500, expectedError: 0.08),
    ]

    @Test("half by size and half by Neyman is the closed form")
    func reference() {
        let allocation = AuditAllocation(strata, budget: 500)
        let audits = [241.6661394337213, 166.39017451415899, 62.50071755009002, 29.44296850202964]
        let rates = [
            0.020138844952810108, 0.02773169575235983, 0.041667145033393346, 0.05888593700405928,
        ]
        for index in strata.indices {
            expectClose(allocation.audits[index], audits[index])
            expectClose(allocation.rates[index], rates[index])
        }
    }

    @Test("by size alone all rates are equal; by Neyman alone they go with the spread")
    func extremes() {
        for rate in AuditAllocation(strata, budget: 500, proportional: 1).rates {
            expectClose(rate, 0.025)
        }
        let neyman = AuditAllocation(strata, budget: 500, proportional: 0).rates
        expectClose(neyman[3] / neyman[0], (0.08 * 0.92 / (0.002 * 0.998)).squareRoot())
    }

    @Test("no stratum gets more than it has, and what is left goes to the others")
    func full() {
        let allocation = AuditAllocation(
            [.init(items: 10, expectedError: 0.5), .init(items: 1000, expectedError: 0.001)],
            budget: 200)
        #expect(allocation.audits[0] == 10 && allocation.rates[0] == 1)
        expectClose(allocation.audits[1], 190)
        let more = AuditAllocation(strata, budget: 1e6)
        #expect(more.audits == strata.map(\.items) && more.rates == [1, 1, 1, 1])
    }

    @Test("each gets its least first, as far as it has items and the budget reaches")
    func least() {
        let allocation = AuditAllocation(strata, budget: 500, least: 40)
        expectClose(allocation.audits[3], 40)
        expectClose(allocation.audits.reduce(0, +), 500)
        #expect(allocation.audits.allSatisfy { $0 >= 40 - 1e-9 })
        let few = AuditAllocation(strata, budget: 20, least: 40)
        for audits in few.audits { expectClose(audits, 5) }
        let small = AuditAllocation(
            [.init(items: 5, expectedError: 0), .init(items: 95, expectedError: 0)], budget: 50,
            least: 30)
        #expect(small.audits == [5, 45])
    }

    @Test("nothing to share out, nobody to get it, and no errors expected are no trouble")
    func degenerate() {
        #expect(AuditAllocation([], budget: 10).audits.isEmpty)
        #expect(AuditAllocation(strata, budget: -1).audits == [0, 0, 0, 0])
        let empty = AuditAllocation(
            [.init(items: 0, expectedError: 0.5), .init(items: 100, expectedError: 0)], budget: 10)
        #expect(empty.audits == [0, 10] && empty.rates == [0, 0.1])
    }
}
