import SluiceDomain
import SluicePostgres
import SluiceStore

/// Claims and answers of several reviewers, carried out together when they arrive together.
///
/// A batch waits for nobody: a call that would have to, and one that made its batch fail, goes by
/// itself, so that no reviewer's trouble is another's.
struct ReviewBatches: Sendable {
    private struct Desk: Hashable, Sendable {
        let project: Int64
        let queue: Queue
        let leaseSeconds: Int
    }

    /// How many tasks a batch is about at most: a few milliseconds' work.
    private static let limit = 50

    private let pool: ConnectionPool
    private let claims: Coalescer<Desk, TaskClaim, [LeasedTask]?>
    private let answers: Coalescer<Int64, SoleReviewRow, RecordedSoleReview?>

    /// Works through `pool`, with `lanes` batches of claims and as many of answers at a time in
    /// each project.
    init(pool: ConnectionPool, lanes: Int) {
        self.pool = pool
        claims = Coalescer(lanes: lanes, limit: Self.limit) { desk, claims in
            try await Self.eachAloneIfAnyFails(claims) {
                try await pool.statement { session in
                    try Store(session).claimTasks(
                        claims, project: desk.project, queue: desk.queue,
                        leaseSeconds: desk.leaseSeconds, waits: false)
                }
            }
        }
        answers = Coalescer(lanes: lanes, limit: Self.limit) { project, reviews in
            try await Self.eachAloneIfAnyFails(reviews) {
                try await pool.statement { session in
                    // One by itself is worth a simpler statement.
                    let recorded =
                        reviews.count == 1
                        ? [
                            try Store(session).answerTask(
                                reviews[0], project: project, waits: false)
                        ]
                        : try Store(session).answerTasks(reviews, project: project)
                    return recorded.map { $0.review.status == .busy ? nil : $0 }
                }
            }
        }
    }

    /// Leases tasks to a reviewer.
    func claim(
        _ claim: TaskClaim, queue: Queue, leaseSeconds: Int, project: Int64
    ) async throws -> [LeasedTask] {
        let desk = Desk(project: project, queue: queue, leaseSeconds: leaseSeconds)
        if let given = try await claims.reply(to: claim, weighing: claim.tokens.count, of: desk) {
            return given
        }
        return try await pool.statement { session in
            try Store(session).claimTasks(
                [claim], project: project, queue: queue, leaseSeconds: leaseSeconds, waits: true)
        }[0] ?? []
    }

    /// Records a review that is to settle its item by itself.
    ///
    /// - Returns: what was recorded; nothing with status `several`.
    func answer(_ review: SoleReviewRow, project: Int64) async throws -> RecordedSoleReview {
        if let recorded = try await answers.reply(to: review, of: project) { return recorded }
        return try await pool.statement { session in
            try Store(session).answerTask(review, project: project, waits: true)
        }
    }

    /// How many answers wait for a batch.
    func answersWaiting(in project: Int64) -> Int { answers.waiting(of: project) }

    /// Nil for every call when `work` fails by what may be the fault of one of them.
    private static func eachAloneIfAnyFails<Call, Reply>(
        _ calls: [Call], _ work: () async throws -> [Reply?]
    ) async throws -> [Reply?] {
        do {
            return try await work()
        } catch let error as PostgresError where error.isEverybodys {
            throw error
        } catch {
            return calls.map { _ in nil }
        }
    }
}

extension PostgresError {
    /// Whether any other call would have met it, too; or it cannot be told whether it was carried
    /// out.
    fileprivate var isEverybodys: Bool {
        isConnectionFailure || isOverload || isOutcomeUnknown || code == .cancelled
            || code == .poolClosed
    }
}
