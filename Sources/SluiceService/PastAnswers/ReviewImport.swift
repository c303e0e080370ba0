import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore

/// What became of an answer from elsewhere.
public enum PastAnswerOutcome: Sendable {
    /// It is stored, now or from before.
    case stored(StoredPastAnswer)
    /// It is not, and changed nothing.
    case refused(ReviewError)
}

/// An answer from elsewhere as it is stored.
public struct StoredPastAnswer: Sendable, Hashable {
    /// The item.
    public let externalID: String
    /// The id it is recorded under.
    public let reviewID: String
    /// Whether the same answer had been stored before.
    public let isDuplicate: Bool
    /// Whether it says no more than that its reviewer left the item to others.
    public let isSkip: Bool
    /// The item's key.
    let item: Int64
    /// Whether the item was not known before and was made for it.
    let madeItem: Bool
}

/// Takes in answers that people gave elsewhere.
///
/// They are recorded as `imported`: they need no lease, take no slot, queue nothing, and decide an item
/// only when asked to (see ``decide(_:in:)``). They count for agreement. A reviewer whose answer was
/// imported is not asked about the item any more.
public struct ReviewImport: Sendable {
    /// How many answers a transaction takes at most.
    public static let batchSize = 1000

    let pool: ConnectionPool
    private let logger: Logger
    private let itemIDs = ItemIDs()

    /// Works through `pool`.
    public init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Stores at most `batchSize` answers in one transaction, with the items and reviewers they name.
    ///
    /// Sending them again changes nothing. Answers are told apart: a refused one costs the others
    /// nothing. An item that is not known is made with the first payload there is for it; one that is known
    /// keeps what it has, and gets its first payload if it has none.
    ///
    /// - Parameter createsItems: whether an item that is not known and comes without a payload is made all
    ///   the same, as a reference to its external id; else answers to it are refused as of an unknown item.
    /// - Returns: one outcome an answer, in order.
    /// - Throws: `PostgresError` when nothing could be stored; sending the batch again is safe.
    public func store(
        _ answers: [PastAnswer], in project: ProjectContext, createsItems: Bool
    ) async throws -> [PastAnswerOutcome] {
        try project.requireActive()
        do {
            return try await pool.transaction { [itemIDs] session in
                var run = ReviewImportRun(
                    answers, project: project, createsItems: createsItems)
                return try run.store(Store(session), itemIDs: itemIDs)
            }
        } catch let error as PostgresError where error.refusesData {
            guard answers.count > 1 else {
                logger.warning("the database refused a review", metadata: ["error": "\(error)"])
                return [
                    .refused(
                        .invalidField(
                            path: "", found: "refused by the database: \(error.message)",
                            accepted: "values that PostgreSQL can store"))
                ]
            }
            let middle = answers.count / 2
            let first = try await store(
                Array(answers[..<middle]), in: project, createsItems: createsItems)
            return try await first
                + store(Array(answers[middle...]), in: project, createsItems: createsItems)
        }
    }

    /// Says in the audit log that answers were imported.
    public func note(
        imported: Int, decided: Int, in project: ProjectContext, by caller: Caller
    ) async throws {
        guard imported + decided > 0 else { return }
        try await pool.transaction { session in
            _ = try Store(session).appendAuditEntry(
                .reviewsImported, reason: "", before: nil,
                after: AuditFacts.reviews(imported: imported, decided: decided),
                project: project.id, by: caller.actor)
        }
    }
}
