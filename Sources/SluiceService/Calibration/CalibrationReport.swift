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
    /// later. What orders the queue is the map that items queued now are ranked by, whatever the
    /// window.
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
        let (from, to) = try watched.window(from: from, to: to)
        let labels = try await ScoredLabels.read(
            modelVersion: watched.id, project: project.id, from: from, to: to, through: pool)
        let stored = try await pool.withSession { session in
            try Store(session).newestCalibrationMap(
                before: to, project: project.id, modelVersion: watched.id)
        }
        var writer = JSONWriter()
        writer.beginObject()
        watched.writeHead(of: project, from: from, to: to, to: &writer)
        CalibrationFigures(labels).write(to: &writer)
        writer.key("map")
        try ScoredMap(stored: stored, labels: labels).write(to: &writer)
        writer.key("queue_order")
        project.calibration.writeOrder(of: watched.id, to: &writer)
        writer.endObject()
        return writer.bytes
    }
}
