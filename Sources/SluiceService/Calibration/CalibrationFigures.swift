import SluiceJSON
import SluiceStatistics

/// The figures of how far confidences can be believed, disputed audits at both ends of each.
struct CalibrationFigures {
    /// Below so many labels the calibration error is mostly chance, and is not shown.
    static let fewest = 100
    private static let errorBins = 15
    private static let diagramBins = 10

    /// How many labels there are.
    private let labels: Int
    private let disputes: DisputedAudits
    /// The labels with the disputed audits, the model right in all of them.
    private let right: [ScoredOutcome]
    /// The same with the model wrong in them.
    private let wrong: [ScoredOutcome]

    init(_ scored: ScoredLabels) {
        labels = scored.outcomes.count
        disputes = scored.disputes
        right = scored.outcomes(disputedAreWrong: false)
        wrong = disputes.waiting > 0 ? scored.outcomes(disputedAreWrong: true) : right
    }

    private var isEnough: Bool { labels >= Self.fewest }
    private var effectiveSize: Double { Weights.kishSize(right.map(\.weight)) }

    /// Writes the figures as members of the object that is open.
    func write(to writer: inout JSONWriter) {
        writer.member("labels", labels)
        writer.member("disputed", disputes.waiting)
        writer.member("n_eff", effectiveSize)
        writeErrors(to: &writer)
        writer.key("spiegelhalter")
        writeTest(to: &writer)
        writer.key("diagram")
        writer.beginArray()
        let ends = [right, wrong].map { diagram($0, bins: Self.diagramBins)?.bins ?? [] }
        for (bin, worst) in zip(ends[0], ends[1]) { write(bin, worst, to: &writer) }
        writer.endArray()
    }

    /// Writes `ece`, `mce`, `brier` and `log_loss` as members.
    func writeErrors(to writer: inout JSONWriter) {
        write("ece", bins: Self.errorBins, to: &writer) { (outcomes) throws(Unknown) in
            try diagram(outcomes, bins: Self.errorBins)?.expectedErrorEstimate()
        }
        write("mce", bins: Self.errorBins, to: &writer) { (outcomes) throws(Unknown) in
            try diagram(outcomes, bins: Self.errorBins)?.largestErrorEstimate()
        }
        write("brier", to: &writer) { (outcomes) throws(Unknown) in
            try MeanLoss(.brier, of: outcomes).estimate()
        }
        write("log_loss", to: &writer) { (outcomes) throws(Unknown) in
            try MeanLoss(.logarithmic, of: outcomes).estimate()
        }
    }

    /// Writes by how much a map changes `brier` and `log_loss`, as members: below zero, it helps.
    func writeChange(by map: CalibrationMap, to writer: inout JSONWriter) {
        write("brier", to: &writer) { (outcomes) throws(Unknown) in
            try MeanLoss(.brier, changedBy: map, of: outcomes).estimate()
        }
        write("log_loss", to: &writer) { (outcomes) throws(Unknown) in
            try MeanLoss(.logarithmic, changedBy: map, of: outcomes).estimate()
        }
    }

    private func diagram(_ outcomes: [ScoredOutcome], bins: Int) -> ReliabilityDiagram? {
        do {
            return try ReliabilityDiagram(outcomes, binning: .equalWidth(bins))
        } catch {
            return nil
        }
    }

    /// The test at the end that speaks less against the confidences.
    private var test: ProbabilityScores? {
        do {
            let ends = [try ProbabilityScores(right), try ProbabilityScores(wrong)]
            return ends.max { ($0.spiegelhalter?.p ?? -1) < ($1.spiegelhalter?.p ?? -1) }
        } catch {
            return nil
        }
    }

    private func write(
        _ name: StaticString, bins: Int? = nil, to writer: inout JSONWriter,
        _ make: ([ScoredOutcome]) throws(Unknown) -> Estimate?
    ) {
        writer.key(name)
        do {
            guard isEnough, let low = try make(right),
                let high = disputes.waiting > 0 ? try make(wrong) : low
            else { return Figure.unknown(reason).write(to: &writer) }
            let estimate = disputes.waiting > 0 ? disputes.between(low, high) : low
            Figure.estimate(estimate).write(to: &writer) { writer in
                if estimate.nEffective == nil { writer.member("n_eff", Double(estimate.n)) }
                writer.memberIfPresent("bins", bins)
            }
        } catch {
            Figure.unknown(reason).write(to: &writer)
        }
    }

    private var reason: String {
        "\(labels) labels, and it takes \(Self.fewest): fewer would show mostly chance"
    }

    private func writeTest(to writer: inout JSONWriter) {
        writer.beginObject()
        if let test = test?.spiegelhalter, isEnough {
            writer.member("z", test.z)
            writer.member("p", test.p)
            writer.member("n", labels)
        } else {
            writer.key("z")
            writer.null()
            writer.member(
                "reason", isEnough ? "all confidences are 0, 0.5 or 1" : reason)
        }
        writer.endObject()
    }

    private func write(
        _ bin: ReliabilityDiagram.Bin, _ worst: ReliabilityDiagram.Bin, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("from", bin.range.lowerBound)
        writer.member("to", bin.range.upperBound)
        writer.member("n", bin.n)
        writer.member("share", bin.weight / right.reduce(0) { $0 + $1.weight })
        writer.member("confidence", bin.confidence)
        writer.key("accuracy")
        do {
            let low = try bin.estimate()
            Figure.estimate(
                disputes.waiting > 0
                    ? disputes.between(low, try worst.estimate(), waiting: 0) : low
            ).write(to: &writer)
        } catch {
            Figure.unknown("the interval cannot be told").write(to: &writer)
        }
        writer.endObject()
    }
}
