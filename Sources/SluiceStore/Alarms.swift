import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An alarm as stored.
public struct AlarmRecord: Sendable {
    /// When it was raised.
    public let at: Timestamp
    /// The version it is about.
    public let version: ModelVersion
    /// What it is about.
    public let kind: AlarmKind
    /// What moved.
    public let signal: String
    /// How far it matters.
    public let level: AlarmLevel
    /// What was noticed, in a sentence without a full stop; nil of an alarm that has none.
    public let sentence: String?
    /// The figures, as JSON.
    public let detail: [UInt8]
    /// The number of the episode it began; nil of a drift alarm.
    public let episode: Int?
    /// When that was over; nil while it stands, and of a drift alarm.
    public let overAt: Timestamp?
    /// Why it was.
    public let overReason: EpisodeEnd?
}

/// An alarm before it is stored.
public struct NewAlarm: Sendable {
    /// What it is about.
    public var kind: AlarmKind
    /// What moved.
    public var signal: String
    /// How far it matters.
    public var level: AlarmLevel
    /// The figures, as JSON.
    public var detail: [UInt8]
    /// The key of the version it is about.
    public var modelVersionID: Int64
    /// The number of the episode it begins; nil for none.
    public var episode: Int?

    /// Collects the parts.
    public init(
        kind: AlarmKind, signal: String, level: AlarmLevel, detail: [UInt8],
        modelVersionID: Int64, episode: Int?
    ) {
        self.kind = kind
        self.signal = signal
        self.level = level
        self.detail = detail
        self.modelVersionID = modelVersionID
        self.episode = episode
    }
}

/// Where the detector of a broken error limit stands.
public struct ConceptWatchState: Hashable, Sendable {
    /// Which audits count: those asked for from then on.
    public let since: Timestamp
    /// Up to which moment audits are final: before the first one that waits.
    public var settledAt: Timestamp
    /// Up to which item of that moment.
    public var item: Int64
    /// How many audits up to there have a label, since the beginning or the last crossing.
    public var audits: Int
    /// The limit.
    public let errorLimit: Double
    /// How many audits pass on average at least between two false alarms.
    public let auditsToFalseAlarm: Double
    /// The smallest probability of being audited so far, above 0.
    public var smallestPropensity: Double
    /// The detector's numbers.
    public var statistics: [Double]
    /// The last alarm at this limit; nil for none.
    public let alarmedAt: Timestamp?
    /// How many audits were asked for later, when it last read.
    public var ahead: Int
    /// How many of those ahead wait for an answer or a second look.
    public var waiting: Int
    /// As `audits`, with those ahead.
    public var presentAudits: Int
    /// The evidence with those ahead, at least 0.
    public var presentEvidence: Double

    init(_ row: Row) throws(PostgresError) {
        since = Timestamp(microseconds: try row.timestamp(0))
        settledAt = Timestamp(microseconds: try row.timestamp(1))
        item = try row.int64(2)
        audits = try row.int(3)
        errorLimit = try row.double(4)
        auditsToFalseAlarm = try row.double(5)
        smallestPropensity = try row.double(6)
        statistics = try row.doubleArray(7).compactMap { $0 }
        alarmedAt = try row.timestampIfPresent(8).map(Timestamp.init(microseconds:))
        ahead = try row.int(9)
        waiting = try row.int(10)
        presentAudits = try row.int(11)
        presentEvidence = try row.double(12)
    }
}

extension Store {
    /// Stores an alarm.
    ///
    /// - Returns: its key.
    public func insertAlarm(
        _ alarm: NewAlarm, project: Int64
    ) throws(PostgresError) -> Int64 {
        let id = try session.queryOne(
            SQLCatalog.insertAlarm,
            [
                .int64(project), .int64(alarm.modelVersionID), .text(alarm.kind.rawValue),
                .text(alarm.signal), .text(alarm.level.rawValue), .json(alarm.detail),
                .optional(alarm.episode.map(Int32.init)),
            ], firstInt64)
        guard let id else { throw PostgresError.noRow(SQLCatalog.insertAlarm) }
        return id
    }

    /// The last alarms raised in `[from, to)`, newest first.
    ///
    /// - Parameter modelVersion: the key of the version they are about; nil for all.
    public func newestAlarms(
        project: Int64, modelVersion: Int64?, from: Timestamp, to: Timestamp, limit: Int
    ) throws(PostgresError) -> [AlarmRecord] {
        try session.query(
            SQLCatalog.newestAlarms,
            [
                .int64(project), .optional(modelVersion),
                .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> AlarmRecord in
            AlarmRecord(
                at: Timestamp(microseconds: try row.timestamp(0)),
                version: ModelVersion(
                    model: ExactText(try row.text(1)), version: ExactText(try row.text(2))),
                kind: try row.word(3, of: SQLCatalog.newestAlarms), signal: try row.text(4),
                level: try row.word(5, of: SQLCatalog.newestAlarms),
                sentence: try row.textIfPresent(10), detail: try row.bytes(6),
                episode: try row.int32IfPresent(7).map(Int.init),
                overAt: try row.timestampIfPresent(8).map(Timestamp.init(microseconds:)),
                overReason: try row.textIfPresent(9).flatMap(EpisodeEnd.init(rawValue:)))
        }
    }

    /// The state of the detector, held until the transaction ends; nil when another instance holds
    /// it.
    ///
    /// It is made if there is none, and made anew if the limit or the rate of false alarms changed.
    ///
    /// - Parameter since: from when on audits count, if it is made.
    public func claimConceptWatch(
        project: Int64, modelVersion: Int64, since: Timestamp, errorLimit: Double,
        auditsToFalseAlarm: Double
    ) throws(PostgresError) -> ConceptWatchState? {
        let key: [Parameter] = [.int64(project), .int64(modelVersion)]
        _ = try session.execute(
            SQLCatalog.beginConceptWatch,
            key + [
                .timestamp(microseconds: since.microseconds), .double(errorLimit),
                .double(auditsToFalseAlarm),
            ])
        return try session.queryOne(SQLCatalog.claimConceptWatch, key) {
            (row) throws(PostgresError) -> ConceptWatchState in try ConceptWatchState(row)
        }
    }

    /// The state of the detector; nil when nothing is watched.
    public func conceptWatch(
        project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> ConceptWatchState? {
        try session.queryOne(
            SQLCatalog.conceptWatch, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> ConceptWatchState in try ConceptWatchState(row) }
    }

    /// Stores the state of the detector.
    public func store(
        _ state: ConceptWatchState, isAlarmed: Bool, project: Int64, modelVersion: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.storeConceptWatch,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: state.settledAt.microseconds), .int64(state.item),
                .int64(Int64(state.audits)), .double(state.smallestPropensity),
                .array(ParameterArray(state.statistics)), .bool(isAlarmed),
                .int64(Int64(state.ahead)), .int64(Int64(state.waiting)),
                .int64(Int64(state.presentAudits)), .double(state.presentEvidence),
            ])
    }
}
