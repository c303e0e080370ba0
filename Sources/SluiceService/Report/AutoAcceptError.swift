import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The error rate of what the model decided, from completed audits, with everything it takes to
/// believe it.
///
/// Items audited at one rate, and belonging to one stratum of their policy, are one stratum of the
/// estimate; see `AuditedError` for how audits that are open or disputed count. What people found
/// wrong otherwise, after a complaint or by chance, had no known probability of being found: it is
/// counted apart, and is no part of the estimate.
struct AutoAcceptError: Sendable {
    private let keys: [Key]
    private let audited: AuditedError
    private let sum: AuditedError.Stratum
    private let overdue: Int
    private let known: KnownErrors
    private let names: AuditStrataNames
    private let skill: ReviewerSkill?

    /// Items that are audited at one rate, and belong to one stratum of their policy.
    struct Key: Hashable, Sendable {
        let propensity: Double
        let stratum: Int?
    }

    /// Takes what became of some items and the disputes about them; items that a person decides do
    /// not matter.
    ///
    /// - Parameters:
    ///   - names: which predictions belong to the strata, where that is known.
    ///   - skill: how well reviewers do on items whose label is known; nil where one person's mistake
    ///     is no error, because a second one has to repeat it.
    init(
        _ outcomes: [AcceptedCount], _ disputes: [AuditCount], names: AuditStrataNames = .none,
        skill: ReviewerSkill? = nil
    ) {
        var strata: [Key: AuditedError.Stratum] = [:]
        var known = KnownErrors()
        for outcome in outcomes where outcome.route.answersWithLabel {
            let key = Key(propensity: outcome.propensity, stratum: outcome.stratum)
            strata[key, default: .init(propensity: key.propensity)] += .init(outcome)
            known.add(outcome)
        }
        for dispute in disputes {
            let key = Key(propensity: dispute.propensity, stratum: dispute.stratum)
            strata[key]?.disputed += dispute.disputed
        }
        keys = strata.keys.sorted {
            ($0.stratum ?? .max, $0.propensity) < ($1.stratum ?? .max, $1.propensity)
        }
        let confirmed = disputes.reduce(0) { $0 + $1.confirmed }
        let settled = disputes.reduce(0) { $0 + $1.settled }
        audited = AuditedError(
            keys.compactMap { strata[$0] }, wrongShare: Double(confirmed + 1) / Double(settled + 1))
        sum = audited.sum
        overdue = disputes.reduce(0) { $0 + $1.overdue }
        self.known = known
        self.names = names
        self.skill = skill
    }

    /// The error rate, or why it is not known.
    var figure: Figure {
        guard sum.audits > 0 else {
            return .unknown(
                keys.isEmpty ? "nothing was accepted in this window" : "no audits in this window")
        }
        do {
            return .estimate(try audited.estimate())
        } catch {
            return .unknown(
                "more than a tenth of the accepted items have an audit rate of which fewer than two "
                    + "audits are done")
        }
    }

    /// Writes the figure as a value.
    func write(to writer: inout JSONWriter) {
        let figure = figure
        figure.write(to: &writer) { writer in
            writer.member("audits_drawn", sum.drawn)
            writer.member("audits_open", sum.open)
            writer.member("audits_disputed", sum.disputed)
            writer.member("audits_overdue", overdue)
            writer.member("known_errors", known.errors)
            writer.member("reopened", known.open)
            writeBounds(to: &writer)
            if case .estimate(let estimate) = figure { writeDetail(estimate, to: &writer) }
            writeStrata(to: &writer)
        }
    }

    private func writeBounds(to writer: inout JSONWriter) {
        guard sum.audits > 0, sum.open > 0, let bounds = audited.bounds else { return }
        writer.member("value_if_open_right", bounds.allRight)
        writer.member("value_if_open_wrong", bounds.allWrong)
        writer.key("bounds")
        writer.beginObject()
        writer.member("all_open_right", bounds.allRight)
        writer.member("all_open_wrong", bounds.allWrong)
        writer.endObject()
    }

    /// What stands beside the headline; each that cannot be had is left out.
    private func writeDetail(_ estimate: Estimate, to writer: inout JSONWriter) {
        do {
            if let exact = try audited.exact() {
                writer.key("detail")
                writer.beginObject()
                writer.key(exact.method.rawValue)
                Figure.estimate(exact).write(to: &writer)
                writer.endObject()
            }
            let sequence = try audited.sequence()
            writer.key("confidence_sequence")
            writer.beginObject()
            writer.member("lo", sequence.lo)
            writer.member("hi", sequence.hi)
            writer.member("level", sequence.level)
            writer.member("method", sequence.method.rawValue)
            writer.member("t_opt", ConfidenceSequence.standard.audits)
            writer.endObject()
            writer.key("upper_bound")
            writer.beginObject()
            writer.member("value", try audited.upperBound())
            writer.member("level", 0.95)
            writer.member("method", audited.parts.count > 1 ? "union" : "clopper_pearson")
            writer.endObject()
        } catch {
            // There is an estimate, so that there are audits: none of these fails for another reason.
            return
        }
        if let corrected = corrected(estimate) {
            writer.key("rogan_gladen")
            Figure.estimate(corrected).write(to: &writer)
        }
    }

    /// The rate corrected for the reviewers' own mistakes, if that is better known than noise: with an
    /// interval shorter than the uncorrected rate, of audits at one rate that are all settled.
    private func corrected(_ estimate: Estimate) -> Estimate? {
        guard let skill, audited.parts.count == 1, sum.disputed == 0 else { return nil }
        do {
            let corrected = try MisjudgedShare(
                observed: Proportion(sum.errors, of: sum.audits),
                found: Proportion(skill.found, of: skill.wrong),
                left: Proportion(skill.left, of: skill.right)
            ).estimate()
            return corrected.hi - corrected.lo < estimate.value ? corrected : nil
        } catch {
            return nil
        }
    }

    private func writeStrata(to writer: inout JSONWriter) {
        guard keys.count > 1 || keys.contains(where: { $0.stratum != nil }) else { return }
        writer.key("strata")
        writer.array(Array(zip(keys, audited.strata))) { writer, part in
            let (key, stratum) = part
            Figure.rate(stratum.errors, of: stratum.audits, unless: "no audits in this stratum")
                .write(to: &writer) { writer in
                    writer.member("stratum", key.stratum)
                    names.stratum(key)?.writeBounds(to: &writer)
                    writer.member("rate", names.stratum(key)?.rate ?? key.propensity)
                    writer.member("propensity", key.propensity)
                    writer.member("items", stratum.items)
                    writer.member("audits_drawn", stratum.drawn)
                    writer.member("audits", stratum.audits)
                    writer.member("errors", stratum.errors)
                    writer.member("audits_open", stratum.open)
                    writer.member("audits_disputed", stratum.disputed)
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
        let all = sum.audits + sum.open
        if sum.audits > 0, sum.open * 10 > all {
            warnings.append(
                "\(sum.open) of \(all) audits are open: the error of accepted items is that of the "
                    + "others, and its bounds say what the open ones could change")
        }
        if sum.disputed > 0 {
            warnings.append(
                "\(sum.disputed) audits are disputed and wait for a second look: the error of "
                    + "accepted items is not final")
        }
        if sum.audits > 0, audited.unseenShare > 0 {
            let items = Double(sum.items) * audited.unseenShare
            warnings.append(
                "\(Int(items.rounded())) of \(sum.items) accepted items are of an audit rate that has "
                    + "fewer than two audits done")
        }
        return warnings
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

/// Errors that were found without having been looked for by chance.
private struct KnownErrors {
    /// Accepted items, drawn for no audit, that people decided otherwise than the model.
    var errors = 0
    /// Accepted items that were reopened and are not decided again.
    var open = 0

    mutating func add(_ outcome: AcceptedCount) {
        if outcome.outcome == Outcome.reopened.rawValue { open += outcome.count }
        guard outcome.route == .accepted, outcome.outcome == Outcome.corrected.rawValue else {
            return
        }
        errors += outcome.count
    }
}

extension AuditedError.Stratum {
    /// What one kind of outcome adds.
    fileprivate init(_ outcome: AcceptedCount) {
        self.init(propensity: outcome.propensity)
        items = outcome.count
        guard outcome.route == .audited else { return }
        drawn = outcome.count
        switch (outcome.source, Outcome(rawValue: outcome.outcome)) {
        case (DecisionSource.model.rawValue, _), (_, .reopened): open = outcome.count
        case (_, .accepted): audits = outcome.count
        case (_, .corrected):
            audits = outcome.count
            errors = outcome.count
        // Unusable input and "cannot tell" say nothing about the label.
        default: break
        }
    }
}
