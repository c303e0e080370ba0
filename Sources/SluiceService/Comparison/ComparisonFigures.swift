import SluiceDomain
import SluiceJSON
import SluiceStatistics

/// The figures of a comparison, for all items and for groups of them.
struct ComparisonFigures: Sendable {
    /// Where each version gets to at equal error; nil where that is not known.
    let automation: EqualErrorAutomation?

    /// Writes what two versions made of some items, as members.
    ///
    /// Errors are weighted where the items were labelled with different probabilities; counts and the
    /// test are of the items as labelled.
    ///
    /// - Parameter disputed: audits that wait for a second look: the errors have them at both ends.
    func write(
        _ items: [ComparedItem], disputed: DisputedItems = DisputedItems(),
        to writer: inout JSONWriter
    ) throws(Unknown) {
        writer.member("n", items.count)
        guard !items.isEmpty else {
            writer.member("reason", "no item has been scored by both and labelled")
            return
        }
        let pairs = try WeightedPairs(items.map(\.pair))
        let counts = pairs.counts
        writer.member("both_right", counts.bothRight)
        writer.member("fixed", counts.fixed)
        writer.member("broken", counts.broken)
        writer.member("both_wrong", counts.bothWrong)
        writer.key("agreement")
        Figure.rate(
            items.count { $0.servingLabel == $0.candidateLabel }, of: items.count, unless: ""
        ).write(to: &writer)
        writer.member("mcnemar_p", counts.exactP)
        let (right, wrong) =
            disputed.right.isEmpty
            ? (pairs, pairs)
            : (
                try WeightedPairs((items + disputed.right).map(\.pair)),
                try WeightedPairs((items + disputed.wrong).map(\.pair))
            )
        func write(
            _ key: StaticString, _ make: (WeightedPairs) throws(Unknown) -> Estimate
        ) throws(Unknown) {
            writer.key(key)
            Figure.estimate(
                try disputed.audits.estimate { (areWrong) throws(Unknown) -> Estimate in
                    try make(areWrong ? wrong : right)
                }
            ).write(to: &writer)
        }
        try write("serving_error") { (pairs) throws(Unknown) in try pairs.servingError() }
        try write("candidate_error") { (pairs) throws(Unknown) in try pairs.candidateError() }
        try write("error_difference") { (pairs) throws(Unknown) in try pairs.errorDifference() }
    }

    /// Writes which share of some items each version automates at the thresholds of equal error.
    func writeAutomated(
        _ items: [ComparedItem], to writer: inout JSONWriter
    ) throws(Unknown) {
        guard let automation else { return }
        writer.key("serving_automation")
        try Self.share(of: items) { item in
            Self.isAccepted(item.servingConfidence, automation.serving)
        }.write(to: &writer)
        writer.key("candidate_automation")
        try Self.share(of: items) { item in
            Self.isAccepted(item.candidateConfidence, automation.candidate)
        }.write(to: &writer)
    }

    /// Writes how often each version is wrong where it says `label`.
    func writePredicted(
        _ label: Int32, of items: [ComparedItem], to writer: inout JSONWriter
    ) throws(Unknown) {
        writer.key("predicted")
        writer.beginObject()
        writer.key("serving_error")
        try Self.share(of: items.filter { $0.servingLabel == label }, \.servingIsWrong)
            .write(to: &writer)
        writer.key("candidate_error")
        try Self.share(of: items.filter { $0.candidateLabel == label }, \.candidateIsWrong)
            .write(to: &writer)
        writer.endObject()
    }

    private static func isAccepted(_ confidence: Double?, _ point: RiskCoverage.Point?) -> Bool {
        guard let confidence, let point else { return false }
        return confidence >= point.threshold
    }

    /// The weighted share of items for which something holds.
    private static func share(
        of items: [ComparedItem], _ holds: (ComparedItem) -> Bool
    ) throws(Unknown) -> Figure {
        guard let first = items.first else { return .unknown("no such item") }
        if items.allSatisfy({ $0.propensity == first.propensity }) {
            return .rate(items.count(where: holds), of: items.count, unless: "")
        }
        let sample = try WeightedSample(
            items.map { .init(propensity: $0.propensity, holds: holds($0)) })
        return .estimate(try sample.estimate())
    }
}
