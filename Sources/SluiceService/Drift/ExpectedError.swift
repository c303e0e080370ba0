import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// The error rate of what a version decided, as its confidences promise it and as audits show it.
struct ExpectedError {
    private let expected: Figure
    private let audited: Figure
    private let gap: Figure
    private let map: CalibrationMapRecord?
    private let sentence: String

    /// Reads what arrived in a window; audits count as in the report on that window.
    init(
        modelVersion: Int64, project: ProjectContext, window: ReportWindow, now: Timestamp,
        _ store: Store
    ) throws {
        map = try store.newestCalibrationMap(
            before: window.to, project: project.id, modelVersion: modelVersion)
        let calibration = try map.flatMap { (map) throws(JSONError) in
            try CalibrationMap(json: map.map)
        }
        let promised = try Self.promised(
            calibration,
            store.confidenceCounts(
                project: project.id, modelVersion: modelVersion, from: window.from,
                to: window.to))
        var scope = window.scope()
        scope.modelVersions = [modelVersion]
        try store.prepareToReport(countsRows: window.countsRows)
        let arrivals = try store.arrivalCounts(
            scope, overdueBefore: project.policy.audits.overdueBefore(now))
        let seen = Known(ReportFacts(arrivals: arrivals, overrides: []).error.figure)
        expected = promised.figure
        audited = seen.figure
        guard let promised = promised.estimate, let seen = seen.estimate else {
            gap = .unknown("one of the two is not known")
            sentence = "what the gap would say is not known yet"
            return
        }
        let difference = ErrorGap(audited: seen, expected: promised).estimate
        gap = .estimate(difference)
        sentence =
            difference.lo > 0
            ? "more is wrong than the confidences promise: what the right labels are has changed, "
                + "or the model is not calibrated any more"
            : difference.hi < 0
                ? "less is wrong than the confidences promise: the model is too modest"
                : "audits and confidences agree"
    }

    private struct Known {
        let figure: Figure

        init(_ figure: Figure) { self.figure = figure }

        init(_ estimate: Estimate) { figure = .estimate(estimate) }

        init(unknown reason: String) { figure = .unknown(reason) }

        var estimate: Estimate? {
            if case .estimate(let estimate) = figure { estimate } else { nil }
        }
    }

    private static func promised(
        _ map: CalibrationMap?, _ counts: [(confidence: Double, count: Int)]
    ) -> Known {
        guard let map else {
            return Known(
                unknown: "no calibration map yet: it takes \(CalibrationMap.fewestOutcomes) labels")
        }
        var rate = ExpectedErrorRate(map: map)
        for (confidence, count) in counts { rate.add(confidence: confidence, count: count) }
        do {
            return Known(try rate.estimate())
        } catch {
            return Known(unknown: "nothing was accepted in this window")
        }
    }

    /// Writes the three figures as one JSON object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("expected")
        expected.write(to: &writer) { writer in
            guard let map else { return }
            writer.member("map", map.number)
            writer.member("map_fitted_at", map.fittedAt.rfc3339)
        }
        writer.key("audited")
        audited.write(to: &writer)
        writer.key("gap")
        gap.write(to: &writer)
        writer.member("sentence", sentence)
        writer.endObject()
    }
}
