import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceSQL

/// A secret key of keyed hashes.
public struct Salt: Sendable, Hashable {
    /// Which of the purpose's salts it is.
    public let id: Int16
    /// 32 random bytes.
    public let secret: [UInt8]

    /// Makes a salt.
    public init(id: Int16, secret: [UInt8]) {
        self.id = id
        self.secret = secret
    }

    /// What a salt is for; no purpose ever uses another's.
    public enum Purpose: String, Sendable, CaseIterable {
        /// Draws audits, the automated share and blindness.
        case routing
        /// Draws the split of a group.
        case split
        /// Signs leases.
        case lease
    }
}

/// A project as stored, with the policy in force.
public struct ProjectRecord: Sendable {
    /// The key that everything of the project is stored under.
    public let id: Int64
    /// Its name.
    public let name: ProjectName
    /// What reviewers read.
    public let guidelines: String
    /// Which version of them that is; 1 is what the project was created with.
    public let guidelinesVersion: Int
    /// The error tags offered to reviewers.
    public let tags: TagList
    /// How long an item has to be on a reviewer's screen before a key answers it.
    public let dwell: AnswerDwell
    /// When it was created.
    public let createdAt: Timestamp
    /// The classes.
    public let labels: LabelSet
    /// The policy in force.
    public let policy: PolicyRecord
    /// The rollout in force; nil when there is none.
    public let rollout: RolloutRecord?
    /// The newest salt of each purpose.
    public let salts: [Salt.Purpose: Salt]
    /// Reviewers who are given no work at present.
    public let paused: Set<Int64>
    /// How many calibration maps were fitted, of all versions.
    public let calibrations: Int
    /// Since when it takes no predictions and gives out no work; nil while it does.
    public let archivedAt: Timestamp?
}

extension Store {
    /// The id of the actor of that name, made when there is none.
    public func ensureActor(_ name: String) throws(PostgresError) -> Int64 {
        // Two at once may both see neither: the loser's insert waits, then its old snapshot shows
        // nothing; a new statement sees the winner's row.
        for _ in 0..<3 {
            let id = try session.queryOne(SQLCatalog.ensureActor, [.text(name)], firstInt64)
            if let id { return id }
        }
        throw PostgresError.noRow(SQLCatalog.ensureActor)
    }

    /// Creates a project with its labels, salts and first policy.
    ///
    /// - Returns: the key that everything of the project is stored under.
    /// - Throws: `projectExists` for a second project of that name.
    public func createProject(
        _ name: ProjectName, labels: LabelSet, guidelines: String, tags: TagList,
        dwell: AnswerDwell, salts: [Salt.Purpose: Salt], policy: [UInt8], by actor: Int64
    ) throws -> Int64 {
        let id: Int64
        do {
            id =
                try session.queryOne(
                    SQLCatalog.insertProject,
                    [
                        .text(name.text), .array(ParameterArray(tags.tags)), .int64(actor),
                        .int32(Int32(dwell.milliseconds)),
                    ], firstInt64) ?? 0
        } catch {
            throw Constraints.meaning(of: error, project: name.text) ?? error
        }
        var borderline = ParameterArray(.bool)
        for label in labels.labels { borderline.append(label.isBorderline) }
        _ = try session.execute(
            SQLCatalog.insertLabels,
            [
                .int64(id), .array(ParameterArray(labels.labels.map(\.name))),
                .array(ParameterArray(labels.labels.map(\.key))),
                .array(ParameterArray(labels.labels.map(\.title))), .array(borderline),
            ])
        for (purpose, salt) in salts {
            _ = try session.execute(
                SQLCatalog.insertSalt,
                [.int64(id), .text(purpose.rawValue), .int16(salt.id), .bytes(salt.secret)])
        }
        try appendGuideline(guidelines, summary: "", project: id, by: actor)
        let reason = "the project was created"
        let version = try storePolicy(policy, reason: reason, project: id, by: actor)
        try activatePolicy(version, change: .set, reason: reason, project: id, by: actor)
        return id
    }

    /// Holds the project's row until the transaction ends: changes of one project come one by one.
    public func lockProject(_ project: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.lockProject, [.int64(project)])
    }

    /// Replaces the error tags.
    public func updateTags(_ tags: TagList, project: Int64) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.updateProjectTags,
            [.int64(project), .array(ParameterArray(tags.tags))])
    }

    /// Changes how long an item has to be on a reviewer's screen before a key answers it.
    public func updateDwell(_ dwell: AnswerDwell, project: Int64) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.updateProjectDwell, [.int64(project), .int32(Int32(dwell.milliseconds))])
    }

    /// The project of that name; nil when there is none.
    ///
    /// - Throws: `PostgresError`; `LabelSetError`, `TagListError` when what is stored breaks today's
    ///   rules.
    public func project(named name: ProjectName) throws -> ProjectRecord? {
        let found = try session.queryOne(SQLCatalog.findProject, [.text(name.text)]) {
            (row) throws(PostgresError) -> (
                Int64, String, Timestamp, PolicyRecord, [String], RolloutRecord?, Int, Int,
                Timestamp?, Int, Int
            ) in
            (
                try row.int64(0), try row.text(1), Timestamp(microseconds: try row.timestamp(2)),
                PolicyRecord(
                    version: try row.int(3), document: try row.bytes(4), reason: try row.text(7),
                    createdAt: Timestamp(microseconds: try row.timestamp(5)),
                    createdBy: try row.text(6)), try row.textArray(8).compactMap { $0 },
                try row.intIfPresent(9) == nil ? nil : RolloutRecord(row, at: 9),
                try row.int(14), try row.int(15),
                try row.timestampIfPresent(16).map(Timestamp.init(microseconds:)),
                try row.int(17), try row.int(18)
            )
        }
        guard
            let (
                id, guidelines, createdAt, policy, tags, rollout, version, calibrations, archivedAt,
                labelVersion, dwell
            ) = found
        else { return nil }
        let labels = try labelSet(version: labelVersion, project: id)
        let salts = try session.query(SQLCatalog.currentSalts, [.int64(id)]) {
            (row) throws(PostgresError) -> (String, Salt) in
            (try row.text(0), Salt(id: try row.int16(1), secret: try row.bytes(2)))
        }
        var byPurpose: [Salt.Purpose: Salt] = [:]
        for (word, salt) in salts {
            if let purpose = Salt.Purpose(rawValue: word) { byPurpose[purpose] = salt }
        }
        return ProjectRecord(
            id: id, name: name, guidelines: guidelines, guidelinesVersion: version,
            tags: try TagList(tags), dwell: AnswerDwell(milliseconds: dwell) ?? .standard,
            createdAt: createdAt,
            labels: labels, policy: policy, rollout: rollout, salts: byPurpose,
            paused: try pausedReviewers(project: id), calibrations: calibrations,
            archivedAt: archivedAt)
    }

    /// The names of all projects, in order.
    public func projectNames() throws(PostgresError) -> [String] {
        try session.query(SQLCatalog.listProjects) { (row) throws(PostgresError) -> String in
            try row.text(0)
        }
    }

    /// The secret of one salt; nil when there is no such salt.
    public func saltSecret(
        project: Int64, purpose: Salt.Purpose, id: Int16
    ) throws(PostgresError) -> [UInt8]? {
        try session.queryOne(
            SQLCatalog.saltSecret, [.int64(project), .text(purpose.rawValue), .int16(id)]
        ) { (row) throws(PostgresError) -> [UInt8] in try row.bytes(0) }
    }

    /// The id of a model version, made when it is seen for the first time.
    public func ensureModelVersion(
        project: Int64, model: String, version: String
    ) throws(PostgresError) -> Int64 {
        for _ in 0..<3 {
            let id = try session.queryOne(
                SQLCatalog.ensureModelVersion, [.int64(project), .text(model), .text(version)],
                firstInt64)
            if let id { return id }
        }
        throw PostgresError.noRow(SQLCatalog.ensureModelVersion)
    }
}

/// Reads the first column as a number.
func firstInt64(_ row: Row) throws(PostgresError) -> Int64 { try row.int64(0) }
