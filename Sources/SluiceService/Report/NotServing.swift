import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What a report says of predictions that had no say: because another version is to answer first, or
/// because their own is out of service.
enum NotServing {
    /// Writes the metrics of what waits for a version now.
    static func writeWaiting(
        _ store: Store, project: Int64, now: Timestamp, to writer: inout JSONWriter
    ) throws(PostgresError) {
        let (waiting, oldest) = try store.waitingFigures(project: project)
        writer.key("awaiting_version")
        Figure.count(Double(waiting), n: waiting).write(to: &writer)
        writer.key("oldest_awaiting_version_seconds")
        if let oldest {
            Figure.count(max(0, now.seconds(since: oldest)), n: waiting).write(to: &writer)
        } else {
            Figure.unknown("no item waits for a version").write(to: &writer)
        }
    }

    /// Writes the member `not_serving`: late and unknown predictions by version.
    static func writeVersions(
        _ store: Store, project: Int64, from: Timestamp, to: Timestamp, writer: inout JSONWriter
    ) throws(PostgresError) {
        writer.key("not_serving")
        writer.beginArray()
        for count in try store.notServingCounts(project: project, from: from, to: to) {
            writer.beginObject()
            writer.member("model", count.model)
            writer.member("model_version", count.version)
            writer.member("late", count.late)
            writer.member("unknown", count.unknown)
            writer.member("last_at", count.lastAt.rfc3339)
            writer.endObject()
        }
        writer.endArray()
    }
}
