import SluiceJSON
import SluiceStatistics

/// The figures of how far confidences can be believed.
struct CalibrationFigures {
    /// Below so many labels the calibration error is mostly chance, and is not shown.
    static let fewest = 100
    private static let errorBins = 15
    private static let diagramBins = 10

    private let outcomes: [ScoredOutcome]

    init(_ outcomes: [ScoredOutcome]) { self.outcomes = outcomes }

    private var isEnough: Bool { outcomes.count >= Self.fewest }
    private var effectiveSize: Double { Weights.kishSize(outcomes.map(\.weight)) }

    /// Writes the figures as members of the object that is open.
    func write(to writer: inout JSONWriter) {
        writer.member("labels", outcomes.count)
        writer.member("n_eff", effectiveSize)
        writeErrors(to: &writer)
        writer.key("spiegelhalter")
        writeTest(to: &writer)
        writer.key("diagram")
        writer.beginArray()
        for bin in diagram(bins: Self.diagramBins)?.bins ?? [] { write(bin, to: &writer) }
        writer.endArray()
    }

    /// Writes `ece`, `mce`, `brier` and `log_loss` as members.
    func writeErrors(to writer: inout JSONWriter) {
        let diagram = diagram(bins: Self.errorBins)
        write("ece", bins: Self.errorBins, to: &writer) { () throws(Unknown) in
            try diagram?.expectedErrorEstimate()
        }
        write("mce", bins: Self.errorBins, to: &writer) { () throws(Unknown) in
            try diagram?.largestErrorEstimate()
        }
        write("brier", to: &writer) { () throws(Unknown) in
            try MeanLoss(.brier, of: outcomes).estimate()
        }
        write("log_loss", to: &writer) { () throws(Unknown) in
            try MeanLoss(.logarithmic, of: outcomes).estimate()
        }
    }

    /// Writes by how much a map changes `brier` and `log_loss`, as members: below zero, it helps.
    func writeChange(by map: CalibrationMap, to writer: inout JSONWriter) {
        write("brier", to: &writer) { () throws(Unknown) in
            try MeanLoss(.brier, changedBy: map, of: outcomes).estimate()
        }
        write("log_loss", to: &writer) { () throws(Unknown) in
            try MeanLoss(.logarithmic, changedBy: map, of: outcomes).estimate()
        }
    }

    private func diagram(bins: Int) -> ReliabilityDiagram? {
        do {
            return try ReliabilityDiagram(outcomes, binning: .equalWidth(bins))
        } catch {
            return nil
        }
    }

    private var scores: ProbabilityScores? {
        do {
            return try ProbabilityScores(outcomes)
        } catch {
            return nil
        }
    }

    private func write(
        _ name: StaticString, bins: Int? = nil, to writer: inout JSONWriter,
        _ estimate: () throws(Unknown) -> Estimate?
    ) {
        writer.key(name)
        do {
            guard isEnough, let estimate = try estimate() else {
                return Figure.unknown(reason).write(to: &writer)
            }
            Figure.estimate(estimate).write(to: &writer) { writer in
                if estimate.nEffective == nil { writer.member("n_eff", Double(estimate.n)) }
                writer.memberIfPresent("bins", bins)
            }
        } catch {
            Figure.unknown(reason).write(to: &writer)
        }
    }

    private var reason: String {
        "\(outcomes.count) labels, and it takes \(Self.fewest): fewer would show mostly chance"
    }

    private func writeTest(to writer: inout JSONWriter) {
        writer.beginObject()
        if let test = scores?.spiegelhalter, isEnough {
            writer.member("z", test.z)
            writer.member("p", test.p)
            writer.member("n", outcomes.count)
        } else {
            writer.key("z")
            writer.null()
            writer.member(
                "reason", isEnough ? "all confidences are 0, 0.5 or 1" : reason)
        }
        writer.endObject()
    }

    private func write(_ bin: ReliabilityDiagram.Bin, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("from", bin.range.lowerBound)
        writer.member("to", bin.range.upperBound)
        writer.member("n", bin.n)
        writer.member("share", bin.weight / outcomes.reduce(0) { $0 + $1.weight })
        writer.member("confidence", bin.confidence)
        writer.key("accuracy")
        do {
            Figure.estimate(try bin.estimate()).write(to: &writer)
        } catch {
            Figure.unknown("the interval cannot be told").write(to: &writer)
        }
        writer.endObject()
    }
}
