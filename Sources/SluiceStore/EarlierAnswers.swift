import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What a reviewer said of an item that an adjudicator is to settle.
public struct EarlierAnswerRecord: Sendable {
    /// The item.
    public let item: Int64
    /// The reviewer.
    public let actor: Int64
    /// The reviewer's name.
    public let reviewer: String
    /// What was said.
    public let verdict: Verdict
    /// The tags that went with it.
    public let tags: [String]
    /// The remark that went with it; nil for none.
    public let comment: String?
    /// Active seconds spent on the item; nil when the client did not say.
    public let seconds: Double?
    /// Whether the reviewer saw the prediction.
    public let isShown: Bool
    /// When it was recorded.
    public let reviewedAt: Timestamp
    /// Whether it has a vote.
    public let hasCounted: Bool
}

extension Store {
    /// What reviewers said of items, in no order; answers that were taken back are not among them.
    public func earlierAnswers(
        of items: [Int64], project: Int64
    ) throws(PostgresError) -> [EarlierAnswerRecord] {
        try session.query(
            SQLCatalog.earlierAnswers, [.int64(project), .array(ParameterArray(items))]
        ) { (row) throws(PostgresError) -> EarlierAnswerRecord in
            EarlierAnswerRecord(
                item: try row.int64(0), actor: try row.int64(1), reviewer: try row.text(2),
                verdict: Verdict(word: try row.text(3), label: try row.textIfPresent(4)),
                tags: Self.tags(try row.bytesIfPresent(5)),
                comment: try row.textIfPresent(6), seconds: try row.doubleIfPresent(7),
                isShown: try row.bool(8),
                reviewedAt: Timestamp(microseconds: try row.timestamp(9)),
                hasCounted: try row.bool(10))
        }
    }
}
