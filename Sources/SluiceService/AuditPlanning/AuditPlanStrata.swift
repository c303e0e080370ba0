import SluiceDomain
import SluiceStatistics
import SluiceStore

/// The strata that a number of audits is shared out among.
///
/// Label groups times the quarters of the accepted items by confidence. A label has a group of its own
/// if it is among the most frequent and 30 audits for each of its quarters can be afforded; the others
/// share one. Half of the audits go by size, half by Neyman's rule.
struct AuditPlanStrata: Sendable {
    let parts: [Part]

    /// The audits that a stratum should have at least.
    static let least = 30

    /// A stratum with its share of the audits.
    struct Part: Sendable, Hashable {
        var stratum: AuditStratum
        var items = 0
        var doubt = 0.0
        var audits = 0
        var errors = 0
        /// The error rate to expect in it.
        var expectedError = 0.0
        /// Its share of the audits, not rounded.
        var planned = 0.0
    }

    /// Shares out `budget` audits of the items to come.
    ///
    /// - Parameters:
    ///   - cells: the accepted items; those without a confidence belong to no stratum.
    ///   - edges: rising; a cell's bin says how many of them its items reach.
    ///   - error: the error rate to expect of all.
    ///   - growth: how many items are to come for each in the cells.
    init(_ cells: [AuditedCell], edges: [Double], error: Double, budget: Double, growth: Double) {
        let known = cells.filter { $0.bin != nil }
        var sizes: [ExactText: Int] = [:]
        for cell in known { sizes[ExactText(cell.label), default: 0] += cell.items }
        let bins = edges.count + 1
        let affordable = Int(budget) / (Self.least * bins)
        let own: [ExactText] =
            affordable < 2
            ? []
            : sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .prefix(sizes.count <= affordable ? affordable : affordable - 1).map(\.key)
        // Where every label has a group of its own the last one would have no name and no items.
        let groups: [ExactText?] = own.map(\.self) + (own.count < sizes.count ? [nil] : [])
        var parts: [Part] = []
        for group in groups {
            for bin in 0..<bins {
                var part = Part(
                    stratum: AuditStratum(
                        labels: group.map { [$0] },
                        from: bin > 0 ? edges[bin - 1] : nil,
                        below: bin < edges.count ? edges[bin] : nil, rate: 0))
                for cell in known
                where cell.bin == bin
                    && (group.map { $0 == ExactText(cell.label) }
                        ?? !own.contains(ExactText(cell.label)))
                {
                    part.items += cell.items
                    part.doubt += cell.doubt
                    part.audits += cell.audits
                    part.errors += cell.errors
                }
                if part.items > 0 { parts.append(part) }
            }
        }
        self.parts = Self.allocate(
            parts, error: error, budget: budget, growth: growth)
    }

    /// Expects of each stratum what its audits say, drawn by twenty made-up ones towards its share of
    /// the model's doubt, and shares the audits out.
    private static func allocate(
        _ parts: [Part], error: Double, budget: Double, growth: Double
    ) -> [Part] {
        let items = parts.reduce(0) { $0 + $1.items }
        let doubt = parts.reduce(0) { $0 + $1.doubt }
        guard items > 0 else { return [] }
        var parts = parts
        for index in parts.indices {
            let part = parts[index]
            let share =
                doubt > 0
                ? (part.doubt / Double(part.items)) / (doubt / Double(items)) : 1
            let prior = min(error * share, 0.5)
            let made = 20.0
            parts[index].expectedError =
                (Double(part.errors) + made * prior) / (Double(part.audits) + made)
        }
        let allocation = AuditAllocation(
            parts.map { .init(items: Double($0.items) * growth, expectedError: $0.expectedError) },
            budget: budget, least: Double(least))
        for index in parts.indices {
            parts[index].planned = allocation.audits[index]
            parts[index].stratum.rate = AuditPlan.rounded(allocation.rates[index])
        }
        return parts
    }
}
