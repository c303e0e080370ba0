import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import Synchronization

/// Fits calibration maps, and keeps them.
///
/// A map is fitted to the labels of one window and scored on those given after it. It serves what is
/// shown and estimated, and orders the queue; routing goes by the model's own confidence.
public struct Calibrating: Sendable {
    /// How far back labels are taken from: four weeks.
    static let window: Int64 = 28 * 86_400 * 1_000_000
    private static let night: Int64 = 86_400 * 1_000_000
    private static let hour: Int64 = 3_600 * 1_000_000

    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    /// When each version was last looked at, so that looking costs next to nothing.
    private let looked = Looked()

    /// Works through `pool`; `directory` is told of new maps.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    private final class Looked: Sendable {
        private let moments = Mutex<[Int64: Timestamp]>([:])

        /// Whether an hour has passed since the version was last looked at; if so, it is now.
        func isDue(_ version: Int64, now: Timestamp) -> Bool {
            moments.withLock { moments in
                if let last = moments[version], now.microseconds - last.microseconds < hour {
                    return false
                }
                moments[version] = now
                return true
            }
        }
    }

    /// Fits a map to the labels of the last four weeks, if the last one is a day old.
    ///
    /// Looks once an hour; where there are too few labels, nothing happens.
    func fitIfDue(
        _ version: SeenModelVersion, of project: ProjectContext, now: Timestamp
    ) async throws {
        guard looked.isDue(version.id, now: now) else { return }
        let newest = try await pool.withSession { session in
            try Store(session).newestCalibrationMap(
                before: now, project: project.id, modelVersion: version.id)
        }
        if let newest, now.microseconds - newest.fittedAt.microseconds < Self.night { return }
        let from = Timestamp(microseconds: now.microseconds - Self.window)
        _ = try await fit(version.id, of: project, from: from, to: now)
    }

    /// Fits a map to the labels given in `[from, to)` and stores it; every instance hears of it.
    ///
    /// - Parameter kind: nil for the kind that suits the number of labels.
    /// - Returns: nil when there are too few labels.
    @discardableResult
    func fit(
        _ version: Int64, of project: ProjectContext, from: Timestamp, to: Timestamp,
        kind: CalibrationMap.Kind? = nil
    ) async throws -> CalibrationMapRecord? {
        guard
            let fitted = try await map(version, of: project, from: from, to: to, kind: kind)
        else { return nil }
        return try await store(fitted, version, of: project, from: from, to: to)
    }

    /// A map fitted to the labels given in `[from, to)`, and how many those were; nil when they are
    /// too few.
    private func map(
        _ version: Int64, of project: ProjectContext, from: Timestamp, to: Timestamp,
        kind: CalibrationMap.Kind?
    ) async throws -> (map: CalibrationMap, labels: Int)? {
        let labels = try await ScoredLabels.read(
            modelVersion: version, project: project.id, from: from, to: to, through: pool)
        do {
            guard labels.outcomes.count >= CalibrationMap.fewestOutcomes else { return nil }
            return (
                try CalibrationMap(fitting: labels.mixed, kind: kind), labels.outcomes.count
            )
        } catch {
            return nil
        }
    }

    private func store(
        _ fitted: (map: CalibrationMap, labels: Int), _ version: Int64,
        of project: ProjectContext, from: Timestamp, to: Timestamp
    ) async throws -> CalibrationMapRecord {
        let record = try await pool.transaction { session in
            let store = Store(session)
            // One after the other: two instances must not take the same number.
            try store.lockProject(project.id)
            let record = try store.insertCalibrationMap(
                fitted.map.json, labels: fitted.labels, from: from, to: to, project: project.id,
                modelVersion: version)
            try store.announceChange(of: project.name)
            return record
        }
        await directory.forget(project.name)
        return record
    }

    /// Fits a map on request, and says so in the audit log.
    ///
    /// - Parameters:
    ///   - from: the first label that counts; nil for four weeks before `to`.
    ///   - to: the first that does not; nil for now.
    ///   - kind: nil for the kind that suits the number of labels.
    /// - Returns: the map as one JSON object.
    /// - Throws: `invalidParameter` for an unknown version, a window that ends before it begins, and
    ///   one with too few labels.
    public func fit(
        _ version: ModelVersion?, of project: ProjectContext, from: Timestamp?, to: Timestamp?,
        kind: CalibrationMap.Kind? = nil, by caller: Caller
    ) async throws -> [UInt8] {
        let watched = try await WatchedVersion.find(version, of: project, through: pool)
        let (from, to) = try watched.window(from: from, to: to)
        guard
            let fitted = try await map(watched.id, of: project, from: from, to: to, kind: kind)
        else {
            throw ReviewError.invalidParameter(
                name: "from", found: "a window with too few labels of \(watched.version)",
                accepted: "a window with \(CalibrationMap.fewestOutcomes) labels, "
                    + "\(CalibrationMap.fewestOfEachKind) of them against the model and as many "
                    + "with it")
        }
        return try await toTheEnd {
            let record = try await store(fitted, watched.id, of: project, from: from, to: to)
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("model", watched.version.model.text)
            writer.member("model_version", watched.version.version.text)
            try record.writeMembers(to: &writer)
            writer.endObject()
            let document = writer.bytes
            try await pool.transaction { session in
                try Store(session).appendAuditEntry(
                    .calibrationFitted, reason: "asked for", before: nil, after: document,
                    project: project.id, by: caller.actor)
            }
            return document
        }
    }
}

extension CalibrationMapRecord {
    /// Writes number, kind, parameters and what it was fitted on as members of the open object.
    func writeMembers(to writer: inout JSONWriter) throws(JSONError) {
        writer.member("number", number)
        writer.member("fitted_at", fittedAt.rfc3339)
        try CalibrationMap(json: map)?.writeMembers(to: &writer)
        writer.key("fitted_on")
        writer.beginObject()
        writer.member("from", from.rfc3339)
        writer.member("to", to.rfc3339)
        writer.member("labels", labels)
        writer.endObject()
    }
}
