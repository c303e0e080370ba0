import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The error rate of what the model decided, from completed audits.
///
/// Items audited at the same rate are one stratum. One stratum gives Wilson's interval, several
/// Korn and Graubard's. Where one reviewer has contradicted the model and nobody has looked again, the
/// audit is disputed: those take longer than the others, so leaving them out would flatter the model.
/// They enter the value with the share of settled disputes in which the model was wrong, and the
/// interval as all right at its lower end and all wrong at its upper one. Audits that nobody has
/// finished give bounds: all right, all wrong.
struct AutoAcceptError: Sendable {
    /// The error rate, or why it is not known.
    let figure: Figure
    private let sum: Stratum
    private let overdue: Int

    /// Items that are audited at one rate, and belong to one stratum of their policy.
    private struct Key: Hashable {
        let propensity: Double
        let stratum: Int?
    }

    private struct Stratum {
        var items = 0
        var drawn = 0
        var open = 0
        var audits = 0
        var errors = 0
        var disputed = 0

        static func += (sum: inout Self, other: Self) {
            sum.items += other.items
            sum.drawn += other.drawn
            sum.open += other.open
            sum.audits += other.audits
            sum.errors += other.errors
            sum.disputed += other.disputed
        }

        /// The disputed audits taken for done, and the model for wrong in so many of them.
        func sample(wrong: Int) -> StratifiedSample.Stratum {
            .init(items: items, audits: audits + disputed, errors: errors + wrong)
        }
    }

    /// Takes what became of some items and the disputes about them; items that a person decides do
    /// not matter.
    init(_ outcomes: [AcceptedCount], _ disputes: [AuditCount]) {
        var strata: [Key: Stratum] = [:]
        for outcome in outcomes where outcome.route.answersWithLabel {
            var counts = Stratum()
            counts.items = outcome.count
            if outcome.route == .audited {
                counts.drawn = outcome.count
                if outcome.source == "model" || outcome.outcome == "reopened" {
                    counts.open = outcome.count
                } else if outcome.outcome == "accepted" || outcome.outcome == "corrected" {
                    // Unusable input and "cannot tell" say nothing about the label.
                    counts.audits = outcome.count
                    if outcome.outcome == "corrected" { counts.errors = outcome.count }
                }
            }
            let key = Key(propensity: outcome.propensity, stratum: outcome.stratum)
            strata[key, default: Stratum()] += counts
        }
        for dispute in disputes {
            let key = Key(propensity: dispute.propensity, stratum: dispute.stratum)
            strata[key]?.disputed += dispute.disputed
        }
        let all = Array(strata.values)
        sum = all.reduce(into: Stratum()) { $0 += $1 }
        overdue = disputes.reduce(0) { $0 + $1.overdue }
        let confirmed = disputes.reduce(0) { $0 + $1.confirmed }
        let settled = disputes.reduce(0) { $0 + $1.settled }
        figure = Self.figure(
            all, sum, wrongShare: Double(confirmed + 1) / Double(settled + 1))
    }

    private static func figure(
        _ strata: [Stratum], _ sum: Stratum, wrongShare: Double
    ) -> Figure {
        if sum.audits == 0 {
            return .unknown(
                strata.isEmpty ? "nothing was accepted in this window" : "no audits in this window")
        }
        do {
            let best = try estimate(strata.map { $0.sample(wrong: 0) })
            guard sum.disputed > 0 else { return .estimate(best) }
            let worst = try estimate(strata.map { $0.sample(wrong: $0.disputed) })
            return .estimate(
                Estimate(
                    value: best.value + wrongShare * (worst.value - best.value), lo: best.lo,
                    hi: worst.hi, level: best.level, method: best.method, n: sum.audits,
                    nEffective: best.nEffective))
        } catch {
            return .unknown("items accepted at one of the audit rates have no audit yet")
        }
    }

    private static func estimate(
        _ strata: [StratifiedSample.Stratum]
    ) throws(Unknown) -> Estimate {
        guard strata.count > 1 else {
            return try Proportion(strata[0].errors, of: strata[0].audits).wilson()
        }
        return try StratifiedSample(strata).kornGraubard()
    }

    /// Writes the figure as a value.
    func write(to writer: inout JSONWriter) {
        figure.write(to: &writer) { writer in
            writer.member("audits_drawn", sum.drawn)
            writer.member("audits_open", sum.open)
            writer.member("audits_disputed", sum.disputed)
            writer.member("audits_overdue", overdue)
            if sum.audits > 0, sum.open > 0 {
                let all = Double(sum.audits + sum.open)
                writer.member("value_if_open_right", Double(sum.errors) / all)
                writer.member("value_if_open_wrong", Double(sum.errors + sum.open) / all)
            }
        }
    }

    /// What to be careful about, in sentences; none when there is nothing.
    func warnings(deadlineSeconds: Int) -> [String] {
        var warnings: [String] = []
        if overdue > 0 {
            let days = Double(deadlineSeconds) / 86_400
            warnings.append(
                "\(overdue) of \(sum.open) open audits are past their deadline of "
                    + (days >= 1 ? "\(Self.number(days)) days" : "\(deadlineSeconds) seconds")
                    + ": the items left over may be the hard ones")
        }
        if sum.disputed > 0 {
            warnings.append(
                "\(sum.disputed) audits are disputed and wait for a second look: the error of "
                    + "accepted items is not final")
        }
        return warnings
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
