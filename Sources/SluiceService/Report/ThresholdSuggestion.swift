import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// From which confidence on accepting is cheaper than asking, by Chow's rule.
///
/// The rule speaks of the probability of being right, and thresholds of the model's own confidence:
/// a calibration map leads from one to the other. It is a suggestion, and nothing is routed by it.
struct ThresholdSuggestion: Sendable {
    /// The label it is for; nil for all without their own cost.
    let label: ExactText?
    /// What reviews of it and errors about it cost.
    let costs: UnitCosts
    /// The threshold in force for it.
    let threshold: Double
    /// The map of the version that serves; nil without one, and confidences are taken at their word.
    let calibration: CalibrationMaps.Fitted?

    /// People are taken to be never wrong: that asks more of the model than it need be.
    private static let humanError = 0.0

    /// The probability of being right from which accepting is cheaper.
    private var probability: Double { costs.acceptFrom(humanError: Self.humanError) }

    /// The confidence from which accepting is cheaper; nil if none reaches the probability.
    private var acceptFrom: Double? {
        costs.acceptFrom(humanError: Self.humanError, by: calibration?.map ?? .identity)
    }

    /// One for all labels, and one for each with its own cost; none without costs.
    static func all(
        for policy: Policy, _ calibration: CalibrationMaps.Fitted?
    ) -> [ThresholdSuggestion] {
        guard let costs = policy.costs else { return [] }
        let unit = costs.unit(reviewers: policy.reviewers)
        let own = costs.labels.keys.sorted().map { label in
            ThresholdSuggestion(
                label: label, costs: unit.with(error: costs.error(of: label)),
                threshold: policy.accept.threshold(for: label), calibration: calibration)
        }
        return [
            ThresholdSuggestion(
                label: nil, costs: unit, threshold: policy.accept.standard,
                calibration: calibration)
        ] + own
    }

    func write(in labels: LabelSet, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("label", label.map { labels.ownName(of: $0.text) })
        writer.member("accept_from", acceptFrom)
        if acceptFrom == nil {
            writer.member("reason", "no confidence reaches the probability")
        }
        writer.member("probability", probability)
        writer.member("error_worth_accepting", 1 - probability)
        writer.member("threshold_in_force", threshold)
        writer.key("calibration")
        if let calibration {
            calibration.write(to: &writer)
        } else {
            writer.null()
        }
        writer.member("assumes", assumption)
        writer.endObject()
    }

    /// What the rule takes for granted.
    private var assumption: String {
        (calibration == nil
            ? "confidences taken at their word, as there is no calibration map of the version that "
                + "serves, and "
            : "a model as calibrated as when the map was fitted, and ")
            + "people who are never wrong; certify before you rely on it"
    }
}

extension CalibrationMaps.Fitted {
    /// Writes whose map it is, which one, and what it was fitted to, as a value.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("model", version.model.text)
        writer.member("model_version", version.version.text)
        writer.member("map", record.number)
        writer.member("kind", map.kind)
        writer.member("fitted_at", record.fittedAt.rfc3339)
        writer.member("labels", record.labels)
        writer.endObject()
    }
}
