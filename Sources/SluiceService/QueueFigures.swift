import Logging
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
    /// The large projects somebody has asked about, to be added up by the next round.
    private var due: Set<Int64> = []

    /// Counts through `pool`, queues `pageTasks` tasks at a time.
    public init(pool: ConnectionPool, pageTasks: Int = 5_000) {
        self.pool = pool
        audit = QueueAudit(pool: pool, pageTasks: pageTasks)
    }

    /// Adds up the large projects that somebody has asked about, every second until the task is cancelled.
    public nonisolated func run(logger: Logger) async {
        await Rounds(
            pause: .seconds(1), complaint: "the slots of queues are not added up", logger: logger
        ).run { try await addUp() }
    }

    /// Adds up the large projects that somebody has asked about.
    ///
    /// - Throws: `PostgresError`; what was not added up is due again when somebody asks.
    public func addUp() async throws {
        while let project = due.popFirst() {
            let start = ContinuousClock.now
            let all = try await audit.run(project: project)
            keep(all.unbalanced, of: project, since: start)
        }
    }

    /// How many open tasks have more or fewer slots than were asked.
    ///
    /// Nil while that is not known yet; anything but 0 is a fault. A small project is added up at once; of a
    /// large one the last figure is told until `run` has made the next, in pages. Either is kept for ten
    /// seconds, or for a hundred times as long as it took.
    public func unbalanced(project: Int64) async throws -> Int? {
        let start = ContinuousClock.now
        if let known = audits[project], start < known.goodUntil { return known.unbalanced }
        let first = try await audit.firstPage(project: project)
        guard first.next != nil else {
            keep(first.unbalanced, of: project, since: start)
            return first.unbalanced
        }
        due.insert(project)
        return audits[project]?.unbalanced
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
