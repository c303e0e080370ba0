import SluiceDomain
import SluiceStore

/// How far the audits of some items that came out in one way have got.
struct AuditCount: Sendable {
    /// The probability, known when routed, that a person labels them; in 0...1.
    let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    let stratum: Int?
    /// Those that are not settled: an answer differs from the model, and nobody has said so again.
    let disputed: Int
    /// Those that were disputed and are settled now, with a label.
    let settled: Int
    /// Those of `settled` where the model was wrong.
    let confirmed: Int
    /// Open ones past their deadline, disputed or not.
    let overdue: Int

    /// Nil where the items are no audits, or none was ever disputed and none is overdue.
    init?(_ items: AcceptedCount, isContradicted: Bool, overdue: Int) {
        guard items.route == .audited, isContradicted || overdue != 0 else { return nil }
        let isSettled =
            items.source != "model" && ["accepted", "corrected"].contains(items.outcome)
        func counted(_ isIncluded: Bool) -> Int { isContradicted && isIncluded ? items.count : 0 }
        propensity = items.propensity
        stratum = items.stratum
        disputed = counted(items.source == "model")
        settled = counted(isSettled)
        confirmed = counted(isSettled && items.outcome == "corrected")
        self.overdue = overdue
    }
}
