import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

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
            map =
                halves.earlier.outcomes.count >= CalibrationMap.fewestOutcomes
                ? try CalibrationMap(fitting: halves.earlier.mixed) : nil
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
        CalibrationFigures(scored).writeErrors(to: &writer)
        writer.endObject()
        writer.key("after")
        writer.beginObject()
        CalibrationFigures(scored.applying(map)).writeErrors(to: &writer)
        writer.endObject()
        writer.key("change")
        writer.beginObject()
        CalibrationFigures(scored).writeChange(by: map, to: &writer)
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
