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
    /// When this was read, by the database's clock.
    public let asOf: Timestamp
    /// When this was read, by this machine's steady clock.
    fileprivate let readAt: ContinuousClock.Instant

    /// The age of the oldest now, in seconds; nil when nothing waits.
    public var oldestSeconds: Double? {
        oldest.map { oldest in
            let (seconds, attoseconds) = readAt.duration(to: .now).components
            return max(0, asOf.seconds(since: oldest))
                + Double(seconds) + Double(attoseconds) / 1e18
        }
    }
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

    private let audit: QueueAudit
    private var audits: [Int64: (unbalanced: Int?, goodUntil: ContinuousClock.Instant)] = [:]

    /// Counts through `pool`.
    public init(pool: ConnectionPool) {
        self.pool = pool
        audit = QueueAudit(pool: pool)
    }

    /// How many open tasks have more or fewer slots than were asked.
    ///
    /// Nil while that is not known yet; anything but 0 is a fault. A small project is added up at once; of a
    /// large one the last figure is told while the next is made, in pages. Either is kept for ten
    /// seconds, or for a hundred times as long as it took.
    public func unbalanced(project: Int64) async throws -> Int? {
        let start = ContinuousClock.now
        if let known = audits[project], start < known.goodUntil { return known.unbalanced }
        let first = try await audit.firstPage(project: project)
        guard first.next != nil else {
            keep(first.unbalanced, of: project, since: start)
            return first.unbalanced
        }
        let known = audits[project]
        // Who asks meanwhile starts no second one.
        guard known.map({ $0.goodUntil <= .now }) ?? true else { return known?.unbalanced }
        audits[project] = (known?.unbalanced, .now + .seconds(3600))
        Task {
            let all = try? await audit.run(
                project: project, goingOn: first, pages: .max, start + .seconds(3600))
            keep(all?.unbalanced ?? known?.unbalanced, of: project, since: start)
        }
        return known?.unbalanced
    }

    private func keep(
        _ unbalanced: Int?, of project: Int64, since start: ContinuousClock.Instant
    ) {
        let cost = start.duration(to: .now)
        audits[project] = (unbalanced, .now + max(.seconds(10), cost * 100))
    }

    /// The figures of a queue; up to a second old, older for queues of millions.
    public func figures(of queue: Queue, project: Int64) async throws -> QueueFigures {
        let key = Key(project: project, queue: queue)
        let start = ContinuousClock.now
        if let known = known[key], start < known.goodUntil { return known.figures }
        let read = try await pool.withSession { session in
            let store = Store(session)
            let figures = try store.queueFigures(project: project, queue: queue)
            return (figures: figures, now: try store.currentTime())
        }
        let figures = QueueFigures(
            waiting: read.figures.waiting, leased: read.figures.leased,
            oldest: read.figures.oldest, asOf: read.now, readAt: .now)
        let cost = start.duration(to: .now)
        known[key] = (figures, .now + max(.seconds(1), cost * 20))
        return figures
    }
}
