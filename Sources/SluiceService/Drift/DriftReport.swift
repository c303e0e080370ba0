import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says what moved in a version's traffic, and whether the model is still as right as it has to be.
public struct DriftReport: Sendable {
    /// How many windows are told of at most.
    public static let mostWindows = 200
    private static let mostAlarms = 50
    private static let mostEpisodes = 10

    private let pool: ConnectionPool

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The drift of a version, as one JSON object.
    ///
    /// Windows were compared when they were closed: telling of them reads a row each. What is
    /// expected and audited is counted anew over the arrivals of `[from, to)`.
    ///
    /// - Parameters:
    ///   - version: nil for the serving one.
    ///   - from: nil for four weeks before `to`.
    ///   - to: nil for now.
    ///   - windows: how many of the newest windows are told of.
    /// - Throws: `invalidParameter` for an unknown version or a window that ends before it begins.
    public func json(
        project: ProjectContext, version: ModelVersion?, from: Timestamp?, to: Timestamp?,
        windows: Int
    ) async throws -> [UInt8] {
        let watched = try await WatchedVersion.find(version, of: project, through: pool)
        let (from, to) = try watched.window(from: from, to: to)
        return try await pool.transaction(.repeatableRead) { session in
            let store = Store(session)
            let stored = try store.driftSetting(project: project.id)
            let settings = try DriftSettings(stored: stored?.document)
            // Two more than are told of: whether the oldest ones matter goes by those before.
            let records = try store.driftWindows(
                project: project.id, modelVersion: watched.id, limit: windows + 2)
            let history = try DriftHistory(records)
            var writer = JSONWriter()
            writer.beginObject()
            watched.writeHead(of: project, from: from, to: to, to: &writer)
            writer.key("settings")
            settings.write(to: &writer)
            writer.key("reference")
            try Self.writeReference(store, project.id, watched.id, to: &writer)
            history.write(to: &writer, newest: windows)
            writer.key("concept")
            try Self.writeConcept(store, project, watched, settings, to: &writer)
            writer.key("expected_error")
            try ExpectedError(
                modelVersion: watched.id, project: project,
                window: ReportWindow(
                    from: from, to: to, now: watched.now, createdAt: project.record.createdAt,
                    project: project.id, store), now: watched.now, store
            ).write(to: &writer)
            writer.key("alarms")
            AlarmRecord.write(
                try store.newestAlarms(
                    project: project.id, modelVersion: watched.id, from: from, to: to,
                    limit: Self.mostAlarms), to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }

    private static func writeReference(
        _ store: Store, _ project: Int64, _ version: Int64, to writer: inout JSONWriter
    ) throws(PostgresError) {
        guard let number = try store.driftReference(project: project, modelVersion: version),
            let reference = try store.driftContents(
                number: number, project: project, modelVersion: version)
        else {
            Figure.unknown(
                "no window with \(WatchedWindow.fewestItems) items was closed yet"
            ).write(to: &writer)
            return
        }
        writer.beginObject()
        writer.member("number", number)
        writer.member("items", reference.items)
        writer.member("from", reference.from.rfc3339)
        writer.member("to", reference.to.rfc3339)
        writer.endObject()
    }

    private static func writeConcept(
        _ store: Store, _ project: ProjectContext, _ version: WatchedVersion,
        _ settings: DriftSettings, to writer: inout JSONWriter
    ) throws {
        let promise = try Promise(
            project.policy, of: version.version, labels: project.labels, project: project.id, store)
        guard let limit = promise?.errorLimit else {
            Figure.unknown(
                "the policy has no error_limit: set it to the error you can live with, and "
                    + "audits are watched against it"
            ).write(to: &writer)
            return
        }
        let state = try store.conceptWatch(project: project.id, modelVersion: version.id)
        writer.beginObject()
        writer.member("error_limit", limit)
        writer.member("audits", state?.presentAudits ?? 0)
        writer.member("audits_waiting", state?.waiting ?? 0)
        writer.member("evidence", state?.presentEvidence ?? 0)
        writer.member("alarm_at", settings.auditsToFalseAlarm)
        writer.member("since", state?.since.rfc3339)
        writer.member("read_until", state?.settledAt.rfc3339)
        writer.member("alarmed_at", state?.alarmedAt?.rfc3339)
        if let state {
            writer.key("present")
            try PresentError(
                project: project.id, modelVersion: version.id, from: state.since,
                until: version.now, limit: AuditWatch.presentAudits(limit: limit), store
            ).write(to: &writer)
        }
        writer.key("episodes")
        writer.array(
            try store.newestEpisodes(
                project: project.id, modelVersion: version.id, limit: Self.mostEpisodes)
        ) { writer, episode in episode.write(to: &writer) }
        writer.endObject()
    }
}

extension AlarmRecord {
    /// Writes alarms as one JSON array.
    static func write(_ alarms: [AlarmRecord], to writer: inout JSONWriter) {
        writer.array(alarms) { writer, alarm in
            writer.beginObject()
            writer.member("at", alarm.at.rfc3339)
            writer.member("model", alarm.version.model.text)
            writer.member("model_version", alarm.version.version.text)
            writer.member("kind", alarm.kind.rawValue)
            writer.member("signal", alarm.signal)
            writer.member("level", alarm.level.rawValue)
            writer.member("detail", raw: alarm.detail)
            if let episode = alarm.episode {
                writer.member("episode", episode)
                writer.member("state", alarm.overAt == nil ? "standing" : "over")
                writer.member("over_at", alarm.overAt?.rfc3339)
                writer.member("over_reason", alarm.overReason?.rawValue)
            }
            writer.endObject()
        }
    }
}

extension EpisodeRecord {
    /// Writes it as one object.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("number", number)
        writer.member("state", overAt == nil ? "standing" : "over")
        writer.member("error_limit", errorLimit)
        writer.member("raised_at", raisedAt.rfc3339)
        writer.member("crossings", crossings)
        writer.member("crossed_at", crossedAt.rfc3339)
        writer.member("over_at", overAt?.rfc3339)
        writer.member("over_reason", overReason?.rawValue)
        writer.endObject()
    }
}
