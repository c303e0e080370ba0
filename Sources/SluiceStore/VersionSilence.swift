import SluiceDomain
import SluicePostgres
import SluiceSQL

/// How many items have waited for a version in vain, in a row.
public struct VersionSilence: Hashable, Sendable {
    /// When the first of them was counted.
    public let since: Timestamp
    /// How many; 0 when the version has answered meanwhile.
    public let unanswered: Int
    /// Whether the alarm of this silence was raised.
    public let isAlarmed: Bool
}

extension Store {
    /// Counts items that have waited for a version in vain, at least 1.
    public func noteUnanswered(
        _ count: Int, by modelVersion: Int64, within seconds: Int, project: Int64
    ) throws(PostgresError) -> VersionSilence {
        let silence = try session.queryOne(
            SQLCatalog.noteUnanswered,
            [
                .int64(project), .int64(modelVersion), .int64(Int64(count)),
                .int32(Int32(seconds)),
            ]
        ) { (row) throws(PostgresError) -> VersionSilence in
            VersionSilence(
                since: Timestamp(microseconds: try row.timestamp(0)),
                unanswered: try row.int(1), isAlarmed: try row.timestampIfPresent(2) != nil)
        }
        guard let silence else { throw PostgresError.noRow(SQLCatalog.noteUnanswered) }
        return silence
    }

    /// Notes that the alarm of a version's silence was raised.
    public func noteSilenceAlarmed(
        modelVersion: Int64, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.noteSilenceAlarmed, [.int64(project), .int64(modelVersion)])
    }

    /// Begins counting a version's unanswered items anew.
    public func forgetSilence(modelVersion: Int64, project: Int64) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.forgetSilence, [.int64(project), .int64(modelVersion)])
    }
}
