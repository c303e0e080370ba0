import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What was done about an alarm, as stored.
public struct FallbackRecord: Hashable, Sendable {
    /// Its number, counted from 1 in each project.
    public let number: Int
    /// When.
    public let at: Timestamp
    /// What did not hold any more.
    public let cause: AlarmCause
    /// The key of the version the alarm is about.
    public let modelVersionID: Int64
    /// That version.
    public let version: ModelVersion
    /// What the policy asked for.
    public let asked: AlarmAction
    /// What was done.
    public let taken: AlarmAction
    /// Why, in a sentence.
    public let reason: String
    /// The policy that was in force.
    public let fromPolicyVersion: Int
    /// The policy that put it in force; nil when the policy was left as it was.
    public let toPolicyVersion: Int?
    /// When, by whom and why it was lifted; nil while it stands, and when there was nothing to lift.
    public let lifted: Lifted?

    /// The end of a fallback.
    public struct Lifted: Hashable, Sendable {
        /// When.
        public let at: Timestamp
        /// By whom.
        public let by: String
        /// Why.
        public let reason: String
    }

    /// Whether the policy in force has it.
    public var isStanding: Bool { toPolicyVersion != nil && lifted == nil }
}

/// A fallback before it is stored.
public struct NewFallback: Sendable {
    /// Its number, from `nextFallback`.
    public var number: Int
    /// What did not hold any more.
    public var cause: AlarmCause
    /// The key of the version the alarm is about.
    public var modelVersionID: Int64
    /// The number of the certificate that expired, or of the activation of the policy whose limit is
    /// broken; else the key of the alarm.
    public var subject: Int64
    /// What the policy asked for.
    public var asked: AlarmAction
    /// What was done.
    public var taken: AlarmAction
    /// Why, in a sentence.
    public var reason: String
    /// The policy that was in force.
    public var fromPolicyVersion: Int
    /// The policy that puts it in force; nil when the policy is left as it was.
    public var toPolicyVersion: Int?

    /// Collects the parts.
    public init(
        number: Int, cause: AlarmCause, modelVersionID: Int64, subject: Int64,
        asked: AlarmAction, taken: AlarmAction, reason: String, fromPolicyVersion: Int,
        toPolicyVersion: Int?
    ) {
        self.number = number
        self.cause = cause
        self.modelVersionID = modelVersionID
        self.subject = subject
        self.asked = asked
        self.taken = taken
        self.reason = reason
        self.fromPolicyVersion = fromPolicyVersion
        self.toPolicyVersion = toPolicyVersion
    }
}

/// A fallback that a change of policy lifted or put back.
public struct SettledFallback: Hashable, Sendable {
    /// Its number.
    public let number: Int
    /// What did not hold any more.
    public let cause: AlarmCause
    /// The key of the version the alarm is about.
    public let modelVersionID: Int64
    /// Whether it was lifted; else it was put back.
    public let isLifted: Bool
}

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

    /// Notes what became of looking for a threshold that the labels still certify.
    public func raiseFallback(
        _ number: Int, taken: AlarmAction, reason: String, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.raiseFallback,
            [
                .int64(project), .int32(Int32(number)), .text(taken.rawValue), .text(reason),
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
                number: try row.int(0), cause: try cause(try row.text(1)),
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

private func fallbackRecord(_ row: Row) throws(PostgresError) -> FallbackRecord {
    var lifted: FallbackRecord.Lifted?
    if let at = try row.timestampIfPresent(11) {
        lifted = FallbackRecord.Lifted(
            at: Timestamp(microseconds: at), by: try row.text(12), reason: try row.text(13))
    }
    return FallbackRecord(
        number: try row.int(0), at: Timestamp(microseconds: try row.timestamp(1)),
        cause: try cause(try row.text(2)), modelVersionID: try row.int64(3),
        version: ModelVersion(
            model: ExactText(try row.text(4)), version: ExactText(try row.text(5))),
        asked: try action(try row.text(6)), taken: try action(try row.text(7)),
        reason: try row.text(8), fromPolicyVersion: try row.int(9),
        toPolicyVersion: try row.intIfPresent(10), lifted: lifted)
}

private func cause(_ word: String) throws(PostgresError) -> AlarmCause {
    try known(word, "cause")
}

private func action(_ word: String) throws(PostgresError) -> AlarmAction {
    try known(word, "taken")
}

/// A word of a column as the domain knows it; one that it does not know is an error.
private func known<Word: RawRepresentable<String> & CaseIterable>(
    _ word: String, _ column: String
) throws(PostgresError) -> Word {
    guard let known = Word(rawValue: word) else {
        throw PostgresError(
            .decoding(
                column: column, expected: Word.allCases.map(\.rawValue).joined(separator: ", "),
                found: word), statement: SQLCatalog.listFallbacks.name)
    }
    return known
}
