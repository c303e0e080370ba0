import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// What automation saved, in money where the policy says what things cost, and else in items and hours.
struct CostReport: Sendable {
    /// Some items the model decided, whose errors cost the same.
    private struct Part {
        var outcomes: [AcceptedCount] = []
        var disputes: [AuditCount] = []
        var labels: Set<ExactText> = []

        var items: Int { outcomes.reduce(0) { $0 + $1.count } }

        mutating func add(_ count: ArrivalCount) {
            outcomes.append(count.accepted)
            if let audits = count.audits { disputes.append(audits) }
            labels.insert(ExactText(count.cell.label))
        }
    }

    private let policy: Policy
    private let labels: LabelSet
    private let handlingSeconds: Double?
    /// By what a wrong one costs.
    private let parts: [Double: Part]
    private let items: Int
    private let audits: Int

    /// Takes what became of the items of a window; those that a person decides do not matter.
    ///
    /// - Parameters:
    ///   - policy: the one in force: its costs are taken for all of the window.
    ///   - handlingSeconds: how long a review takes on average; nil when it is not known.
    init(
        _ arrivals: [ArrivalCount], policy: Policy, labels: LabelSet, handlingSeconds: Double?
    ) {
        self.policy = policy
        self.labels = labels
        self.handlingSeconds = handlingSeconds
        var parts: [Double: Part] = [:]
        var (items, audits) = (0, 0)
        for count in arrivals where count.route.answersWithLabel {
            items += count.count
            if count.route == .audited { audits += count.count }
            let cost = policy.costs?.error(of: ExactText(count.cell.label)) ?? 0
            parts[cost, default: Part()].add(count)
        }
        (self.parts, self.items, self.audits) = (parts, items, audits)
    }

    /// Writes the report as one value.
    ///
    /// - Parameter calibration: the map of the version that serves, which turns the probability that
    ///   accepting takes into a confidence; nil without one.
    func write(to writer: inout JSONWriter, calibration: CalibrationMaps.Fitted?) {
        writer.beginObject()
        writer.member("items_decided_by_model", items)
        writer.member("audits_drawn", audits)
        writer.key("reviewer_hours_saved")
        hours.write(to: &writer)
        writer.member("currency", policy.costs?.currency)
        writer.member("per_review", policy.costs?.review)
        writer.member("per_audit", policy.costs?.audit)
        writer.member("per_error", policy.costs?.error)
        writer.key("saved")
        switch saved {
        case .success(let saved):
            Figure.estimate(saved.net).write(to: &writer) {
                $0.member("gross", saved.gross)
                $0.member("audit_cost", saved.auditCost)
                $0.member("error_cost", saved.errorCost)
            }
        case .failure(let missing): Figure.unknown(missing.reason).write(to: &writer)
        }
        writer.key("suggestions")
        writer.array(ThresholdSuggestion.all(for: policy, calibration)) {
            $1.write(in: labels, to: &$0)
        }
        writer.endObject()
    }

    /// Reviews that nobody had to give, less audits, in hours.
    private var hours: Figure {
        guard let handlingSeconds else {
            return .unknown("no review came with a handling time in this window")
        }
        let reviews = Double(items * policy.reviewers - audits)
        return .count(reviews * handlingSeconds / 3600, n: items)
    }

    /// Why there is no sum.
    struct Missing: Error {
        let reason: String
    }

    /// The money saved, or why it is not known.
    private var saved: Result<CostSaved, Missing> {
        guard let costs = policy.costs else {
            return .failure(Missing(reason: "the policy has no costs: sluice policy edit, costs"))
        }
        guard items > 0 else {
            return .failure(Missing(reason: "nothing was accepted in this window"))
        }
        var terms: [CostSaved.Part] = []
        for (cost, part) in parts.sorted(by: { $0.key < $1.key }) {
            switch AutoAcceptError(part.outcomes, part.disputes).figure {
            case .estimate(let error):
                terms.append(
                    CostSaved.Part(
                        items: part.items, error: error,
                        costs: costs.unit(reviewers: policy.reviewers).with(error: cost)))
            case .count, .bare: break
            case .unknown(let reason):
                let names = Set(part.labels.map { ExactText(labels.name(of: $0.text)) })
                    .sorted().prefix(3).map(\.text).joined(separator: ", ")
                return .failure(
                    Missing(reason: parts.count > 1 ? "\(reason), predicted \(names)" : reason))
            }
        }
        do {
            return .success(try CostSaved(terms, audits: audits))
        } catch {
            return .failure(Missing(reason: error.reason.rawValue))
        }
    }

}

extension PolicyCosts {
    /// What one item costs: that people decide it, as many of them as the policy asks, that one looks
    /// at it afterwards, and that it is wrong.
    func unit(reviewers: Int) -> UnitCosts {
        UnitCosts(review: review * Double(reviewers), audit: audit, error: error)
    }
}
