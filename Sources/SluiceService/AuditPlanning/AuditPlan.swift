import SluiceDomain
import SluiceStatistics
import SluiceStore

/// How many audits an aim takes, at what rate, and what that costs.
struct AuditPlan: Sendable {
    let question: AuditPlanQuestion
    let policy: Policy
    let traffic: AuditedTraffic
    let cells: [AuditedCell]
    let edges: [Double]
    /// How many days the traffic took; nil where that is too little to say.
    let days: Double?
    /// Mean seconds of a review, and of how many; nil when no times were sent.
    let handling: (mean: Double, timed: Int)?

    /// An error rate to plan with, and where it is from.
    struct Expected: Sendable {
        /// The rate, above 0 and below 1.
        let value: Double
        /// `given`, `measured` or `assumed`.
        let source: String
        /// The interval, where it was measured.
        let estimate: Estimate?
    }

    /// The least audits that a rate is taken from.
    static let leastAudits = 30

    /// A rate with four digits behind the point, rounded up: an audit more, never one less.
    static func rounded(_ rate: Double) -> Double {
        min((rate * 10_000 - 1e-9).rounded(.up) / 10_000, 1)
    }

    /// The error rate to plan with.
    ///
    /// Given, or measured by at least 30 audits, where half an error is taken for none; else assumed:
    /// 1 %, or half of what is to be shown.
    var expected: Expected {
        if let error = question.error {
            return Expected(value: error, source: "given", estimate: nil)
        }
        do {
            let estimate = try audited.estimate()
            if estimate.n >= Self.leastAudits {
                let least = 0.5 / Double(estimate.n + 1)
                return Expected(
                    value: min(max(estimate.value, least), 0.999), source: "measured",
                    estimate: estimate)
            }
        } catch {
            // Too few audits to say.
        }
        switch question.goal {
        case .halfWidth: return Expected(value: 0.01, source: "assumed", estimate: nil)
        case .certify(let limit):
            return Expected(value: limit / 2, source: "assumed", estimate: nil)
        }
    }

    private var audited: AuditedError {
        struct Key: Hashable {
            let propensity: Double
            let stratum: Int?
        }
        var strata: [Key: AuditedError.Stratum] = [:]
        for cell in cells {
            let key = Key(propensity: cell.propensity, stratum: cell.stratum)
            strata[key, default: .init(propensity: cell.propensity)].items += cell.items
            strata[key]?.audits += cell.audits
            strata[key]?.errors += cell.errors
            strata[key]?.disputed += cell.disputed
            strata[key]?.open += cell.disputed
        }
        return AuditedError(
            strata.sorted {
                ($0.key.propensity, $0.key.stratum ?? 0) < ($1.key.propensity, $1.key.stratum ?? 0)
            }
            .map(\.value), wrongShare: disputes.wrongShare)
    }

    /// The disputed audits, and what became of those settled.
    var disputes: DisputedAudits {
        cells.reduce(into: DisputedAudits()) { sum, cell in
            sum += DisputedAudits(
                waiting: cell.disputed, settled: cell.settled, confirmed: cell.confirmed)
        }
    }

    /// How many audits the aim takes; nil if it cannot be reached with that error rate.
    func audits() throws(Unknown) -> Int? {
        switch question.goal {
        case .halfWidth(let half):
            return try AuditSizing.forInterval(.wilson, ofError: expected.value, half: half)
        case .certify(let limit):
            return AuditSizing.toCertify(
                limit: limit, ifErrorIs: expected.value, power: Self.power)
        }
    }

    /// The chance of showing what is so.
    static let power = 0.8

    /// How many items that the policy's rate is for are accepted in a day; nil where it is not known.
    var perDay: Double? {
        if let perDay = question.perDay { return Double(perDay) }
        return days.map { Double(traffic.items - traffic.byRules) / $0 }
    }

    /// The rate that gives so many audits in time, 0...1.
    func rate(for audits: Int) -> Double? {
        guard let perDay, perDay > 0 else { return nil }
        return Self.rounded(min(Double(audits) / (perDay * Double(question.days)), 1))
    }

    /// The share of those items that was to be audited, by what was known when they were routed.
    var rateNow: Double? {
        let items = cells.reduce(0) { $0 + $1.items }
        guard items > 0 else { return nil }
        let share = policy.degree == .full ? 1 : policy.automationShare
        let sum = cells.reduce(0.0) { sum, cell in
            // What chance keeps from the model counts as labelled, but not as audited.
            let audited = share > 0 ? (cell.propensity - (1 - share)) / share : cell.propensity
            return sum + Double(cell.items) * min(max(audited, 0), 1)
        }
        return sum / Double(items)
    }

    /// The hours that so many audits take, with a second look at each error expected; nil when it is not
    /// known how long a review takes.
    func hours(_ audits: Double) -> Double? {
        let looks = policy.audits.asksSecondLook ? 1 + expected.value : 1
        return handling.map { audits * looks * $0.mean / 3600 }
    }

    /// The strata that so many audits are shared out among.
    func strata(for audits: Int) -> [AuditPlanStrata.Part] {
        guard let perDay else { return [] }
        let items = cells.reduce(0) { $0 + $1.items }
        guard items > 0 else { return [] }
        return AuditPlanStrata(
            settledCells, edges: edges, error: expected.value, budget: Double(audits),
            growth: perDay * Double(question.days) / Double(items)
        ).parts
    }

    /// The cells with the disputed audits as done, and the model wrong in as many as were confirmed of
    /// those settled.
    private var settledCells: [AuditedCell] {
        let share = disputes.wrongShare
        return cells.map { cell in
            AuditedCell(
                label: cell.label, bin: cell.bin, propensity: cell.propensity,
                stratum: cell.stratum,
                items: cell.items, doubt: cell.doubt, audits: cell.audits + cell.disputed,
                errors: cell.errors + Int((share * Double(cell.disputed)).rounded()))
        }
    }

    /// The policy with the plan's rates; strata make the rest, whose confidence is not known, follow the
    /// one rate.
    func policy(rate: Double, strata: [AuditStratum]) -> Policy {
        var planned = policy
        planned.auditRate = rate
        planned.audits.strata = strata
        return planned
    }
}
