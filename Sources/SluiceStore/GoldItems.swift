import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A gold item as stored, with how its answers came out.
public struct GoldRecord: Sendable {
    /// The producer's key of the item.
    public let externalID: String
    /// The known label.
    public let label: String
    /// Why it is that one; nil when nobody said.
    public let note: String?
    /// When it was marked.
    public let createdAt: Timestamp
    /// Who marked it.
    public let createdBy: String
    /// Since when it is neither given out nor counted; nil while it is.
    public let retiredAt: Timestamp?
    /// Whether there is a prediction that can be shown along.
    public let hasPrediction: Bool
    /// How many answers it got; skips and escalations are none.
    public let answers: Int
    /// How many of them were the known label.
    public let correct: Int
}

/// Somebody who reviews, as far as gold items and pauses go.
public struct ReviewerStanding: Sendable {
    /// The key of the person.
    public let actor: Int64
    /// The name.
    public let name: String
    /// Reviews that stand, of whatever kind.
    public let reviews: Int
    /// Answers to gold items that are not retired; skips and escalations are none.
    public let goldAnswers: Int
    /// Those of them that were the known label.
    public let goldCorrect: Int
    /// Since when they are paused; nil when they are not.
    public let pausedSince: Timestamp?
    /// Why they are paused.
    public let pausedWhy: String?
}

extension Store {
    /// Marks items as gold.
    public func upsertGold(
        items: [Int64], labels: [String], notes: [String?], project: Int64, by actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.upsertGold,
            [
                .int64(project), .array(ParameterArray(items)), .array(ParameterArray(labels)),
                .array(ParameterArray(notes)), .int64(actor),
            ])
    }

    /// Takes an item out of use as gold; false when it was not in use.
    public func retireGold(externalID: String, project: Int64) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.retireGold, [.int64(project), .text(externalID)], firstInt64) != nil
    }

    /// All gold items, retired ones too, in the order they were marked.
    public func goldItems(project: Int64) throws(PostgresError) -> [GoldRecord] {
        try session.query(SQLCatalog.listGold, [.int64(project)]) {
            (row) throws(PostgresError) -> GoldRecord in
            GoldRecord(
                externalID: try row.text(0), label: try row.text(1),
                note: try row.textIfPresent(2),
                createdAt: Timestamp(microseconds: try row.timestamp(3)),
                createdBy: try row.text(4),
                retiredAt: try row.timestampIfPresent(5).map(Timestamp.init(microseconds:)),
                hasPrediction: try row.bool(6), answers: try row.int(7), correct: try row.int(8))
        }
    }

    /// A reviewer's answers to gold items since they were last resumed, and the right ones of them.
    public func goldSinceResumed(
        project: Int64, actor: Int64
    ) throws(PostgresError) -> (answers: Int, correct: Int) {
        let counts = try session.queryOne(
            SQLCatalog.goldSinceResumed, [.int64(project), .int64(actor)]
        ) { (row) throws(PostgresError) -> (Int, Int) in (try row.int(0), try row.int(1)) }
        return (answers: counts?.0 ?? 0, correct: counts?.1 ?? 0)
    }

    /// Everybody who reviewed in the project or is paused in it, by name.
    public func reviewerStandings(project: Int64) throws(PostgresError) -> [ReviewerStanding] {
        try session.query(SQLCatalog.reviewerStandings, [.int64(project)]) {
            (row) throws(PostgresError) -> ReviewerStanding in
            ReviewerStanding(
                actor: try row.int64(0), name: try row.text(1), reviews: try row.int(2),
                goldAnswers: try row.int(3), goldCorrect: try row.int(4),
                pausedSince: try row.timestampIfPresent(5).map(Timestamp.init(microseconds:)),
                pausedWhy: try row.textIfPresent(6))
        }
    }

    /// Pauses a reviewer; false when they are paused already.
    public func pauseReviewer(
        _ reviewer: Int64, why: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.pauseReviewer,
            [.int64(project), .int64(reviewer), .text(why), .int64(actor)]
        ) { (row) throws(PostgresError) -> Int64 in try row.timestamp(0) } != nil
    }

    /// Lets a reviewer go on; false when they were not paused.
    public func resumeReviewer(
        _ reviewer: Int64, project: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.resumeReviewer, [.int64(project), .int64(reviewer)]
        ) { (row) throws(PostgresError) -> Int64 in try row.timestamp(0) } != nil
    }

    /// The actor of that name; nil when there is none.
    public func actor(named name: String) throws(PostgresError) -> Int64? {
        try session.queryOne(SQLCatalog.findActor, [.text(name)], firstInt64)
    }

    /// An actor's name; empty when there is no such actor.
    public func actorName(_ actor: Int64) throws(PostgresError) -> String {
        try session.queryOne(SQLCatalog.actorName, [.int64(actor)]) {
            (row) throws(PostgresError) -> String in try row.text(0)
        } ?? ""
    }

    /// Who is paused in a project.
    public func pausedReviewers(project: Int64) throws(PostgresError) -> Set<Int64> {
        Set(try session.query(SQLCatalog.pausedReviewers, [.int64(project)], firstInt64))
    }
}
