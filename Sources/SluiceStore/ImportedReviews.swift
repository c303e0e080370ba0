import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Answers from elsewhere in columns, ready for one statement.
public struct ImportedReviewColumns: Sendable {
    /// The ids they are recorded under.
    public var ids = ParameterArray(.text)
    /// The items.
    public var items = ParameterArray(.int64)
    /// Who gave them.
    public var actors = ParameterArray(.int64)
    /// When, or null.
    public var reviewedAt = ParameterArray(.timestamp)
    /// Seconds, or null.
    public var seconds = ParameterArray(.double)
    /// Whether a prediction was in sight.
    public var areShown = ParameterArray(.bool)
    /// Whether they stand for nobody in particular.
    public var areAnonymous = ParameterArray(.bool)
    /// The words of the verdicts.
    public var verdicts = ParameterArray(.text)
    /// Labels, or null.
    public var labels = ParameterArray(.text)
    /// Tags as JSON arrays, or null.
    public var tags = ParameterArray(.json)
    /// Remarks, or null.
    public var comments = ParameterArray(.text)

    /// Starts with no answer.
    public init() {}
}

/// A review that has an id.
public struct KnownReview: Sendable {
    /// The id.
    public let id: String
    /// The item.
    public let item: Int64
    /// Who gave it.
    public let actor: Int64
    /// What was said.
    public let verdict: Verdict
    /// Whether it was taken back.
    public let isUndone: Bool
}

extension Store {
    /// The ids of the actors of those names, made where there are none.
    public func ensureActors(_ names: [String]) throws(PostgresError) -> [ExactText: Int64] {
        guard !names.isEmpty else { return [:] }
        let parameter = Parameter.array(ParameterArray(names))
        _ = try session.execute(SQLCatalog.ensureActors, [parameter])
        let rows = try session.query(SQLCatalog.findActors, [parameter]) {
            (row) throws(PostgresError) -> (ExactText, Int64) in
            (ExactText(try row.text(1)), try row.int64(0))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Keeps reviewers from claiming and answering to the end of the transaction.
    public func lockReviewers(_ actors: Set<Int64>, project: Int64) throws(PostgresError) {
        guard !actors.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.lockReviewers,
            [.int64(project), .array(ParameterArray(actors.sorted()))])
    }

    /// Stores answers from elsewhere, but for those whose id is taken and those of a reviewer who has
    /// answered the item.
    ///
    /// - Returns: the ids of those stored.
    public func insertImportedReviews(
        _ columns: ImportedReviewColumns, project: Int64
    ) throws(PostgresError) -> [String] {
        guard columns.ids.count > 0 else { return [] }
        return try session.query(
            SQLCatalog.insertImportedReviews,
            [
                .int64(project), .array(columns.ids), .array(columns.items),
                .array(columns.actors), .array(columns.reviewedAt), .array(columns.seconds),
                .array(columns.areShown), .array(columns.areAnonymous), .array(columns.verdicts),
                .array(columns.labels), .array(columns.tags), .array(columns.comments),
            ]
        ) { (row) throws(PostgresError) -> String in try row.text(0) }
    }

    /// The reviews that have those ids.
    public func findReviews(
        _ ids: [String], project: Int64
    ) throws(PostgresError) -> [KnownReview] {
        guard !ids.isEmpty else { return [] }
        return try session.query(
            SQLCatalog.findReviews, [.int64(project), .array(ParameterArray(ids))]
        ) { (row) throws(PostgresError) -> KnownReview in
            KnownReview(
                id: try row.text(0), item: try row.int64(1), actor: try row.int64(2),
                verdict: Verdict(word: try row.text(3), label: try row.textIfPresent(4)),
                isUndone: try row.bool(5))
        }
    }
}
