import SluicePostgres
import SluiceStore
import Synchronization

/// Hands out item ids from blocks reserved in the database.
///
/// A block is used for ``lifetime`` and then dropped, so that the ids of all instances follow the order
/// of arrival within ``span``: what continues from an id, as the watch of drift does, misses no item of
/// an instance that sends little.
final class ItemIDs: Sendable {
    /// How long ids are taken from a block after its reservation began.
    static let lifetime: Duration = .seconds(1)
    /// How long ids may wait for the transaction that stores them to begin.
    static let patience: Duration = .seconds(1)
    /// A transaction that stores an item begins at most this long after the item's block was reserved.
    static let span = lifetime + patience

    /// Ids that are the caller's.
    struct Taken: Sendable {
        /// The first of them; the others follow it.
        let first: Int64
        /// When they were taken.
        let at: ContinuousClock.Instant

        /// Whether a transaction that begins at `now` may store them.
        func isFresh(at now: ContinuousClock.Instant) -> Bool {
            at.duration(to: now) <= ItemIDs.patience
        }
    }

    private struct Block {
        var ids: Range<Int64>
        /// When its reservation began.
        let reservedAt: ContinuousClock.Instant
    }

    private let block = Mutex<Block?>(nil)

    /// `count` ids that nobody else gets, at most `Store.itemBlockSize`; ids that stay unused are
    /// gaps.
    func take(_ count: Int, _ store: Store) throws(PostgresError) -> Int64 {
        let now = ContinuousClock.now
        if let first = takeFromBlock(count, now: now) { return first }
        return take(count, ofNew: try store.reserveItemBlock(), reservedAt: now)
    }

    /// The same, outside the transaction that stores them.
    func take(_ count: Int, from pool: ConnectionPool) async throws -> Taken {
        let now = ContinuousClock.now
        if let first = takeFromBlock(count, now: now) { return Taken(first: first, at: now) }
        // The wait for a connection is no part of a block's life.
        let (start, reservedAt) = try await pool.statement { session in
            let began = ContinuousClock.now
            return (try Store(session).reserveItemBlock(), began)
        }
        return Taken(
            first: take(count, ofNew: start, reservedAt: reservedAt), at: reservedAt)
    }

    private func take(
        _ count: Int, ofNew start: Int64, reservedAt: ContinuousClock.Instant
    ) -> Int64 {
        block.withLock { block in
            // Keep whichever block lasts longer.
            let rest = start + Int64(count)..<start + Store.itemBlockSize
            let isOlder = block.map { reservedAt - $0.reservedAt > Self.lifetime / 2 } ?? true
            if isOlder || rest.count > block?.ids.count ?? 0 {
                block = Block(ids: rest, reservedAt: reservedAt)
            }
        }
        return start
    }

    private func takeFromBlock(_ count: Int, now: ContinuousClock.Instant) -> Int64? {
        block.withLock { block in
            guard let held = block, held.ids.count >= count,
                held.reservedAt.duration(to: now) < Self.lifetime
            else { return nil }
            let first = held.ids.lowerBound
            block?.ids = first + Int64(count)..<held.ids.upperBound
            return first
        }
    }
}
