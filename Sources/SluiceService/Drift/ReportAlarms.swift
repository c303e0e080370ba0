import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// The alarms a report tells of: those raised in its window.
struct ReportAlarms: Sendable {
    private static let most = 50
    private static let mostWarnings = 5

    private let alarms: [AlarmRecord]

    /// Reads the alarms raised in `[from, to)`.
    init(project: Int64, from: Timestamp, to: Timestamp, _ store: Store) throws(PostgresError) {
        alarms = try store.newestAlarms(
            project: project, modelVersion: nil, from: from, to: to, limit: Self.most)
    }

    /// The newest alarms as sentences; none where there is no alarm.
    var warnings: [String] {
        var warnings = alarms.prefix(Self.mostWarnings).compactMap { alarm in
            alarm.sentence.map { "\(alarm.at.rfc3339.prefix(16))Z: \($0)\(alarm.standing)" }
        }
        if alarms.count > warnings.count {
            warnings.append("\(alarms.count - warnings.count) earlier alarms: sluice drift")
        }
        return warnings
    }

    /// Writes the member `alarms`, newest first.
    func write(to writer: inout JSONWriter) {
        writer.key("alarms")
        AlarmRecord.write(alarms, to: &writer)
    }
}

extension AlarmRecord {
    /// Whether its episode stands, as the end of a sentence; empty of a drift alarm.
    fileprivate var standing: String {
        guard episode != nil else { return "" }
        guard let overAt else { return "; this stands" }
        return "; over since \(overAt.rfc3339.prefix(16))Z"
    }
}
