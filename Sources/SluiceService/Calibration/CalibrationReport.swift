import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says how far a version's confidences can be believed, and what a map makes of them.
public struct CalibrationReport: Sendable {
    private let pool: ConnectionPool

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The calibration of a version by the labels given in `[from, to)`, as one JSON object.
    ///
    /// Weighted to all traffic. The map is the last one fitted to earlier labels, scored on those
    /// given since; without one it is fitted to the earlier half of the window and scored on the
    /// later.
    ///
    /// - Parameters:
    ///   - version: nil for the serving one.
    ///   - from: nil for four weeks before `to`.
    ///   - to: nil for now.
    /// - Throws: `invalidParameter` for an unknown version or a window that ends before it begins.
    /// - Complexity: O(labels log labels); memory for 100,000 labels is some 5 MB.
    public func json(
        project: ProjectContext, version: ModelVersion?, from: Timestamp?, to: Timestamp?
    ) async throws -> [UInt8] {
        let watched = try await WatchedVersion.find(version, of: project, through: pool)
        let to = to ?? Timestamp(microseconds: watched.now.microseconds + 1)
        let from = from ?? Timestamp(microseconds: to.microseconds - Calibrating.window)
        try watched.check(from: from, to: to)
        let labels = try await ScoredLabels.read(
            modelVersion: watched.id, project: project.id, from: from, to: to, through: pool)
        let stored = try await pool.withSession { session in
            try Store(session).newestCalibrationMap(
                before: to, project: project.id, modelVersion: watched.id)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("model", watched.version.model.text)
        writer.member("model_version", watched.version.version.text)
        writer.key("window")
        writer.beginObject()
        writer.member("from", from.rfc3339)
        writer.member("to", to.rfc3339)
        writer.endObject()
        writer.member("as_of", watched.now.rfc3339)
        CalibrationFigures(labels.outcomes).write(to: &writer)
        writer.key("map")
        try ScoredMap(stored: stored, labels: labels).write(to: &writer)
        writer.endObject()
        return writer.bytes
    }
}

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
        let scores = scores
        figure("ece", diagram?.expectedError, "equal_width_15", to: &writer)
        figure("mce", diagram?.largestError, "equal_width_15", to: &writer)
        figure("brier", scores?.brier, "weighted_mean", to: &writer)
        figure("log_loss", scores?.logLoss, "weighted_mean", to: &writer)
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

    private func figure(
        _ name: StaticString, _ value: Double?, _ method: StaticString,
        to writer: inout JSONWriter
    ) {
        writer.key(name)
        writer.beginObject()
        if let value, isEnough {
            writer.member("value", value)
            writer.member("method", "\(method)")
            writer.member("n", outcomes.count)
            writer.member("n_eff", effectiveSize)
        } else {
            writer.key("value")
            writer.null()
            writer.member("reason", reason)
        }
        writer.endObject()
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

/// A map with what it did to confidences it was not fitted to.
struct ScoredMap {
    /// The map, where there is one, with the members that describe it.
    private let map: CalibrationMap?
    private let record: CalibrationMapRecord?
    private let fitted: (from: Timestamp, to: Timestamp, labels: Int)?
    private let scored: ScoredLabels

    /// The stored map, scored on the labels given since; without one, a map fitted to the earlier
    /// half of the labels.
    init(stored: CalibrationMapRecord?, labels: ScoredLabels) throws(JSONError) {
        if let stored, let map = try CalibrationMap(json: stored.map) {
            self.map = map
            record = stored
            fitted = nil
            scored = labels.from(stored.to)
            return
        }
        record = nil
        let halves = labels.halves
        do {
            map = try CalibrationMap(fitting: halves.earlier.outcomes)
        } catch {
            map = nil
        }
        if let first = halves.earlier.decidedAt.first, let last = halves.earlier.decidedAt.last {
            fitted = (first, last, halves.earlier.outcomes.count)
        } else {
            fitted = nil
        }
        scored = halves.later
    }

    /// Writes the map as a value; without one, why there is none.
    func write(to writer: inout JSONWriter) throws(JSONError) {
        guard let map else {
            Figure.unknown(
                "too few labels to fit one: it takes \(CalibrationMap.fewestOutcomes), and "
                    + "\(CalibrationMap.fewestOfEachKind) of them against the model"
            ).write(to: &writer)
            return
        }
        writer.beginObject()
        if let record {
            try record.writeMembers(to: &writer)
        } else {
            map.writeMembers(to: &writer)
            writer.key("fitted_on")
            write(fitted?.from, fitted?.to, fitted?.labels ?? 0, to: &writer)
        }
        writer.key("scored_on")
        write(
            scored.decidedAt.first, scored.decidedAt.last, scored.outcomes.count, to: &writer)
        writer.key("before")
        writer.beginObject()
        CalibrationFigures(scored.outcomes).writeErrors(to: &writer)
        writer.endObject()
        writer.key("after")
        writer.beginObject()
        CalibrationFigures(map.applied(to: scored.outcomes)).writeErrors(to: &writer)
        writer.endObject()
        writer.endObject()
    }

    private func write(
        _ from: Timestamp?, _ to: Timestamp?, _ labels: Int, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("from", from?.rfc3339)
        writer.member("to", to?.rfc3339)
        writer.member("labels", labels)
        writer.endObject()
    }
}
