import SluiceDomain
import SluicePostgres
import SluiceStore

/// How much waits in a queue.
public struct QueueFigures: Sendable, Hashable {
    /// Items with a slot that nobody holds.
    public let waiting: Int
    /// Slots that somebody holds.
    public let leased: Int
    /// Since when the oldest waits.
    public let oldest: Timestamp?
    /// When this was read, by this machine's clock.
    public let readAt: ContinuousClock.Instant
}

/// Counts queues, no more often than is cheap.
///
/// Counting a million waiting items takes a good part of a second, and every reviewer's screen asks
/// every few seconds. What was read is kept for a second, or for twenty times as long as reading it
/// took.
public actor QueueCounter {
    private struct Key: Hashable {
        let project: Int64
        let queue: Queue
    }

    private let pool: ConnectionPool
    private var known: [Key: (figures: QueueFigures, goodUntil: ContinuousClock.Instant)] = [:]

    /// Counts through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The figures of a queue; up to a second old, older for queues of millions.
    public func figures(of queue: Queue, project: Int64) async throws -> QueueFigures {
        let key = Key(project: project, queue: queue)
        let start = ContinuousClock.now
        if let known = known[key], start < known.goodUntil { return known.figures }
        let read = try await pool.withSession { session in
            try Store(session).queueFigures(project: project, queue: queue)
        }
        let figures = QueueFigures(
            waiting: read.waiting, leased: read.leased, oldest: read.oldest, readAt: .now)
        let cost = start.duration(to: .now)
        known[key] = (figures, .now + max(.seconds(1), cost * 20))
        return figures
    }
}
