import SluiceDomain
import SluicePostgres
import SluiceSQL

extension Store {
    /// The number of the project's next fallback; the caller has locked the project.
    public func nextFallback(project: Int64) throws(PostgresError) -> Int {
        try session.queryOne(SQLCatalog.nextFallback, [.int64(project)]) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        } ?? 1
    }

    /// Stores a fallback of a project that the caller has locked.
    ///
    /// - Returns: false when its subject was acted on before.
    public func storeFallback(
        _ fallback: NewFallback, project: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.insertFallback,
            [
                .int64(project), .int32(Int32(fallback.number)), .text(fallback.cause.rawValue),
                .int64(fallback.modelVersionID), .int64(fallback.subject),
                .text(fallback.asked.rawValue), .text(fallback.taken.rawValue),
                .text(fallback.reason), .int32(Int32(fallback.fromPolicyVersion)),
                fallback.toPolicyVersion.map { .int32(Int32($0)) } ?? .null,
                .optional(fallback.errorLimit),
                fallback.evidenceFrom.map { .timestamp(microseconds: $0.microseconds) } ?? .null,
                .bool(fallback.isRaiseDue),
            ]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) } != nil
    }

    /// Whether something was done about the subject of an alarm, be it nothing but to store it.
    public func isActedOn(
        _ cause: AlarmCause, of modelVersion: Int64, subject: Int64, project: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.isActedOn,
            [
                .int64(project), .text(cause.rawValue), .int64(modelVersion), .int64(subject),
            ]
        ) { (row) throws(PostgresError) -> Bool in try row.bool(0) } ?? false
    }

    /// Of all projects the fallbacks behind which a certified threshold is to be looked for.
    public func raisesDue() throws(PostgresError) -> [(project: String, number: Int)] {
        try session.query(SQLCatalog.raisesDue) {
            (row) throws(PostgresError) -> (String, Int) in (try row.text(0), try row.int(1))
        }
    }

    /// Notes what became of looking for a threshold that the labels still certify.
    ///
    /// - Parameter raised: the change of policy; nil when no threshold was found.
    public func raiseFallback(
        _ number: Int, taken: AlarmAction, reason: String, _ raised: FallbackRecord.Raised?,
        project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.raiseFallback,
            [
                .int64(project), .int32(Int32(number)), .text(taken.rawValue), .text(reason),
                raised.map { .int32(Int32($0.from)) } ?? .null,
                raised.map { .int32(Int32($0.to)) } ?? .null,
            ])
    }

    /// The name of a project; nil when there is none of that key.
    public func projectName(of project: Int64) throws(PostgresError) -> ProjectName? {
        try session.queryOne(SQLCatalog.projectName, [.int64(project)]) {
            (row) throws(PostgresError) -> String in try row.text(0)
        }.flatMap(ProjectName.init)
    }

    /// Notes which fallbacks the policy has that comes into force.
    ///
    /// - Returns: those that are lifted by that, and those that are put back.
    public func settleFallbacks(
        standing: [Int], reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> [SettledFallback] {
        try session.query(
            SQLCatalog.settleFallbacks,
            [
                .int64(project), .array(ParameterArray(standing.map { Int32($0) })),
                .int64(actor), .text(reason),
            ]
        ) { (row) throws(PostgresError) -> SettledFallback in
            SettledFallback(
                number: try row.int(0), cause: try row.word(1, of: SQLCatalog.settleFallbacks),
                modelVersionID: try row.int64(2), isLifted: try row.bool(3))
        }
    }

    /// Of the fallbacks about the errors of a version the one that was lifted last, when and by whom;
    /// nil when none was.
    public func lastLiftedFallback(
        of modelVersion: Int64, project: Int64
    ) throws(PostgresError) -> (number: Int, at: Timestamp, by: Int64)? {
        try session.queryOne(
            SQLCatalog.lastLiftedFallback, [.int64(project), .int64(modelVersion)]
        ) { (row) throws(PostgresError) -> (number: Int, at: Timestamp, by: Int64) in
            (
                number: try row.int(0), at: Timestamp(microseconds: try row.timestamp(1)),
                by: try row.int64(2)
            )
        }
    }

    /// Begins the watch of a version anew; the caller holds it.
    ///
    /// - Parameter since: which audits count: those asked for from then on.
    public func restartConceptWatch(
        project: Int64, modelVersion: Int64, since: Timestamp
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.restartConceptWatch,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: since.microseconds),
            ])
    }

    /// The fallbacks of a project, newest first: those the policy in force has, or all.
    public func fallbacks(
        of project: Int64, onlyStanding: Bool, limit: Int = 1000
    ) throws(PostgresError) -> [FallbackRecord] {
        try session.query(
            SQLCatalog.listFallbacks,
            [.int64(project), .bool(onlyStanding), .int32(Int32(limit))], fallbackRecord)
    }

    /// Of each project the certificate applied last, if it has expired and nothing was done about it.
    public func expiredCertificates() throws(PostgresError) -> [(project: String, number: Int)] {
        try session.query(SQLCatalog.expiredCertificates) {
            (row) throws(PostgresError) -> (String, Int) in (try row.text(1), try row.int(2))
        }
    }
}

private func fallbackRecord(_ row: Row) throws(PostgresError) -> FallbackRecord {
    var lifted: FallbackRecord.Lifted?
    if let at = try row.timestampIfPresent(11) {
        lifted = FallbackRecord.Lifted(
            at: Timestamp(microseconds: at), by: try row.text(12), reason: try row.text(13))
    }
    var raised: FallbackRecord.Raised?
    if let from = try row.intIfPresent(17), let to = try row.intIfPresent(18) {
        raised = FallbackRecord.Raised(from: from, to: to)
    }
    return FallbackRecord(
        number: try row.int(0), at: Timestamp(microseconds: try row.timestamp(1)),
        cause: try row.word(2, of: SQLCatalog.listFallbacks), modelVersionID: try row.int64(3),
        version: ModelVersion(
            model: ExactText(try row.text(4)), version: ExactText(try row.text(5))),
        asked: try row.word(6, of: SQLCatalog.listFallbacks),
        taken: try row.word(7, of: SQLCatalog.listFallbacks),
        reason: try row.text(8), fromPolicyVersion: try row.int(9),
        toPolicyVersion: try row.intIfPresent(10), lifted: lifted,
        errorLimit: try row.doubleIfPresent(14),
        evidenceFrom: try row.timestampIfPresent(15).map(Timestamp.init(microseconds:)),
        isRaiseDue: try row.bool(16), raised: raised)
}
