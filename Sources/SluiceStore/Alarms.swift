import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An alarm as stored.
public struct AlarmRecord: Sendable {
    /// When it was raised.
    public let at: Timestamp
    /// The version it is about.
    public let version: ModelVersion
    /// `drift` or `concept`.
    public let kind: String
    /// What moved.
    public let signal: String
    /// `warn` or `act`.
    public let level: String
    /// The figures, as JSON.
    public let detail: [UInt8]
}

/// Where the detector of a broken error limit stands.
public struct ConceptWatchState: Hashable, Sendable {
    /// From when on decisions count.
    public let since: Timestamp
    /// Up to which moment decisions were read.
    public var decidedAt: Timestamp
    /// Up to which item of that moment.
    public var item: Int64
    /// How many audits were read since the beginning or the last alarm.
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

    init(_ row: Row) throws(PostgresError) {
        since = Timestamp(microseconds: try row.timestamp(0))
        decidedAt = Timestamp(microseconds: try row.timestamp(1))
        item = try row.int64(2)
        audits = try row.int(3)
        errorLimit = try row.double(4)
        auditsToFalseAlarm = try row.double(5)
        smallestPropensity = try row.double(6)
        statistics = try row.doubleArray(7).compactMap { $0 }
        alarmedAt = try row.timestampIfPresent(8).map(Timestamp.init(microseconds:))
    }
}

extension Store {
    /// Stores an alarm.
    public func insertAlarm(
        kind: String, signal: String, level: String, detail: [UInt8], project: Int64,
        modelVersion: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.insertAlarm,
            [
                .int64(project), .int64(modelVersion), .text(kind), .text(signal),
                .text(level), .json(detail),
            ])
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
                kind: try row.text(3), signal: try row.text(4), level: try row.text(5),
                detail: try row.bytes(6))
        }
    }

    /// The state of the detector, held until the transaction ends; nil when another instance holds
    /// it.
    ///
    /// It is made if there is none, and made anew if the limit or the rate of false alarms changed.
    ///
    /// - Parameter since: from when on decisions count, if it is made.
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
                .timestamp(microseconds: state.decidedAt.microseconds), .int64(state.item),
                .int64(Int64(state.audits)), .double(state.smallestPropensity),
                .array(ParameterArray(state.statistics)), .bool(isAlarmed),
            ])
    }

    /// Those of some items that people had given a label until a moment.
    public func decidedBefore(
        _ moment: Timestamp, items: [Int64], project: Int64
    ) throws(PostgresError) -> Set<Int64> {
        guard !items.isEmpty else { return [] }
        return try Set(
            session.query(
                SQLCatalog.decidedBefore,
                [
                    .int64(project), .array(ParameterArray(items)),
                    .timestamp(microseconds: moment.microseconds),
                ]
            ) { (row) throws(PostgresError) -> Int64 in try row.int64(0) })
    }
}
