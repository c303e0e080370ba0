import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The last calibration map of each version of a project, remembered with the project.
///
/// An item is queued by the map that is remembered when it comes; a map that is fitted later orders
/// what comes later.
struct CalibrationMaps: Sendable {
    /// A map as it was fitted.
    struct Fitted: Sendable {
        /// Whose it is.
        let version: ModelVersion
        /// What it was fitted to, and when.
        let record: CalibrationMapRecord
        let map: CalibrationMap
    }

    /// Of how many versions maps are remembered, the newest.
    private static let versions = 100

    /// How many maps had been fitted in all when these were read.
    private let calibrations: Int
    private let maps: [Int64: Fitted]

    /// The maps of a project as it was read; what is known already is read only when another map was
    /// fitted since.
    static func read(
        _ project: ProjectRecord, after known: CalibrationMaps?, _ store: Store
    ) throws -> CalibrationMaps {
        if let known, known.calibrations == project.calibrations { return known }
        guard project.calibrations > 0 else { return CalibrationMaps(calibrations: 0, maps: [:]) }
        var maps: [Int64: Fitted] = [:]
        for found in try store.newestCalibrationMaps(project: project.id, limit: versions) {
            guard let map = try CalibrationMap(json: found.map.map) else { continue }
            maps[found.modelVersion] = Fitted(
                version: found.version, record: found.map, map: map)
        }
        return CalibrationMaps(calibrations: project.calibrations, maps: maps)
    }

    /// Whether there is no map.
    var isEmpty: Bool { maps.isEmpty }

    /// The last map of a version; nil when none was fitted.
    subscript(modelVersion: Int64) -> Fitted? { maps[modelVersion] }

    /// The last map of a version by its name; nil when none was fitted.
    func fitted(of version: ModelVersion) -> Fitted? {
        maps.values.first { $0.version == version }
    }

    /// How often predictions of this confidence are right; nil without a confidence, and without a
    /// map of the version.
    func probability(of confidence: Confidence?, modelVersion: Int64) -> Double? {
        guard let confidence, !isEmpty else { return nil }
        return maps[modelVersion]?.map.probability(of: confidence.value)
    }
}

extension ProjectContext {
    /// The last map of the version that serves by the rollout, or without a rollout of the one that
    /// last sent its first prediction; nil when none was fitted to that one.
    func servingCalibration(
        _ store: Store
    ) throws(PostgresError) -> CalibrationMaps.Fitted? {
        guard !calibration.isEmpty else { return nil }
        if let rollout { return calibration.fitted(of: rollout.serving) }
        let newest = try store.newestModelVersions(project: id, limit: 1).first
        return newest.flatMap { calibration[$0.id] }
    }
}

extension CalibrationMaps {
    /// Writes what the items of a version are ranked by where no rule sets their priority, as a value.
    func writeOrder(of modelVersion: Int64, to writer: inout JSONWriter) {
        let fitted = self[modelVersion]
        writer.beginObject()
        writer.member("by", fitted == nil ? "confidence" : "calibrated_probability")
        writer.member("map", fitted?.record.number)
        writer.member("map_fitted_at", fitted?.record.fittedAt.rfc3339)
        writer.endObject()
    }
}
