import SluiceDomain
import SluiceJSON
import SluiceStatistics

/// What each policy that is tried would have saved, in money.
enum WhatIfCosts {
    /// The costs that all policies are measured by: those of the document that is tried, if it has
    /// some, else those in force.
    static func costs(_ candidates: [WhatIfCandidate], project: ProjectContext) -> PolicyCosts? {
        candidates.first { $0.kind == .document }?.policy.costs ?? project.policy.costs
    }

    /// Writes what things cost, and from which confidence on accepting would pay, by the map
    /// of the version that serves.
    static func writeTerms(
        _ costs: PolicyCosts?, policy: Policy, _ calibration: CalibrationMaps.Fitted?,
        labels: LabelSet, to writer: inout JSONWriter
    ) {
        writer.key("cost")
        guard let costs else { return writer.null() }
        var policy = policy
        policy.costs = costs
        writer.object { writer in
            writer.member("currency", costs.currency)
            writer.member("per_review", costs.review)
            writer.member("per_audit", costs.audit)
            writer.member("per_error", costs.error)
            writer.key("suggestions")
            writer.array(ThresholdSuggestion.all(for: policy, calibration)) {
                $1.write(in: labels, to: &$0)
            }
        }
    }

    /// What policy `index` saves against asking people about everything, after audits and errors.
    static func saved(by index: Int, _ replay: Replay, policy: Policy) -> Figure {
        guard let costs = replay.costs else { return .unknown("the policy has no costs") }
        let unit = costs.unit(reviewers: policy.reviewers)
        var parts: [CostSaved.Part] = []
        for part in replay.errorsByCost(ofPolicy: index) {
            guard case .known(let error) = part.error else {
                return .unknown(part.error.reason ?? "")
            }
            parts.append(
                CostSaved.Part(
                    items: part.items, error: error, costs: unit.with(error: part.errorCost)))
        }
        do {
            return .estimate(
                try CostSaved(parts, audits: replay.tallies[index].audited).net)
        } catch {
            return .unknown("nothing would be accepted")
        }
    }
}
