import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Why an episode of an alarm is over.
public enum EpisodeEnd: String, Hashable, Sendable, CaseIterable {
    /// The audits since then are within the limit again.
    case recovered
    /// The limit it was about is not in force any more.
    case limitChanged = "limit_changed"
    /// A person closed it.
    case closed
}

/// A time during which a version was wrong more often than its limit allows.
public struct EpisodeRecord: Hashable, Sendable {
    /// Counted from 1 in each project.
    public let number: Int
    /// The limit that was broken.
    public let errorLimit: Double
    /// When the alarm was raised.
    public let raisedAt: Timestamp
    /// How often the detector reached its level, at least 1; only the first raised an alarm.
    public let crossings: Int
    /// The last time it did.
    public let crossedAt: Timestamp
    /// When it was over; nil while it stands.
    public let overAt: Timestamp?
    /// Why it was; nil while it stands.
    public let overReason: EpisodeEnd?

    init(_ row: Row) throws(PostgresError) {
        number = try row.int(0)
        errorLimit = try row.double(1)
        raisedAt = Timestamp(microseconds: try row.timestamp(2))
        crossings = try row.int(3)
        crossedAt = Timestamp(microseconds: try row.timestamp(4))
        overAt = try row.timestampIfPresent(5).map(Timestamp.init(microseconds:))
        overReason = try row.textIfPresent(6).flatMap(EpisodeEnd.init(rawValue:))
    }
}

/// An episode with the version it is about.
public struct FoundEpisode: Hashable, Sendable {
    /// The episode.
    public let record: EpisodeRecord
    /// Who closed it; nil while it stands, and where audits or another limit ended it.
    public let overBy: String?
    /// The version it is about.
    public let version: SeenModelVersion
}

extension Store {
    /// The episode of that number; nil when the project has none.
    public func episode(_ number: Int, project: Int64) throws(PostgresError) -> FoundEpisode? {
        guard let number = Int32(exactly: number) else { return nil }
        return try session.queryOne(
            SQLCatalog.findEpisode, [.int64(project), .int32(number)]
        ) { (row) throws(PostgresError) -> FoundEpisode in
            FoundEpisode(
                record: try EpisodeRecord(row), overBy: try row.textIfPresent(7),
                version: SeenModelVersion(
                    id: try row.int64(8),
                    version: ModelVersion(
                        model: ExactText(try row.text(9)), version: ExactText(try row.text(10))),
                    firstSeenAt: Timestamp(microseconds: try row.timestamp(11))))
        }
    }

    /// Waits for whoever holds the detector of a version, and holds it until the transaction ends.
    public func lockConceptWatch(
        project: Int64, modelVersion: Int64
    ) throws(PostgresError) {
        _ = try session.query(
            SQLCatalog.lockConceptWatch, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> Int64 in try row.timestamp(0) }
    }

    /// Begins an episode of a version that has none standing; the caller holds the project's lock.
    ///
    /// - Returns: its number.
    public func insertEpisode(
        errorLimit: Double, project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> Int {
        try session.queryOne(
            SQLCatalog.insertEpisode, [.int64(project), .int64(modelVersion), .double(errorLimit)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } ?? 0
    }

    /// The episode of a version that is not over; nil when there is none.
    public func standingEpisode(
        project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> EpisodeRecord? {
        try session.queryOne(
            SQLCatalog.standingEpisode, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> EpisodeRecord in try EpisodeRecord(row) }
    }

    /// The last episodes of a version, newest first.
    public func newestEpisodes(
        project: Int64, modelVersion: Int64, limit: Int
    ) throws(PostgresError) -> [EpisodeRecord] {
        try session.query(
            SQLCatalog.newestEpisodes,
            [.int64(project), .int64(modelVersion), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> EpisodeRecord in try EpisodeRecord(row) }
    }

    /// Counts that the detector reached its level `times` more while an episode stands.
    public func crossEpisode(
        _ number: Int, times: Int, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.crossEpisode,
            [.int64(project), .int32(Int32(number)), .int32(Int32(times))])
    }

    /// Ends an episode.
    ///
    /// - Parameter actor: who closed it; nil where nobody did.
    /// - Returns: whether it stood until now.
    public func endEpisode(
        _ number: Int, _ reason: EpisodeEnd, by actor: Int64?, project: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.endEpisode,
            [
                .int64(project), .int32(Int32(number)), .text(reason.rawValue), .optional(actor),
            ]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } != nil
    }
}
