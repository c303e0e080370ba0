import SluiceDomain
import SluiceStore
import Synchronization

/// How far each reviewer's filtered looks have come.
///
/// A filter finds its items by looking at waiting tasks one by one, in steps. The floor is where the
/// last look ended: everything before it did not match, was seen, or was held. So a look that was
/// cut short goes on where it stopped, and polling for what is not there does not read the queue
/// again each time. Like `ClaimFloors` it is a hint: the first step from the head is looked at again
/// every `refresh`, and the whole queue when nothing is left behind the floor, but no more often
/// than takes a twentieth of the time.
final class MatchingFloors: Sendable {
    struct Key: Hashable, Sendable {
        let claim: ClaimFloors.Key
        let filter: LeaseFilter
    }

    private struct Entry {
        var floor = ClaimFloor.head
        /// When the head was last looked at.
        var probedAt: ContinuousClock.Instant
        /// When the present walk over the whole queue began.
        var walkedAt: ContinuousClock.Instant
        /// How long its steps have taken so far.
        var walkCost = Duration.zero
    }

    private static let refresh: Duration = .seconds(2)
    private static let capacity = 10_000

    private let entries = Mutex<[Key: Entry]>([:])

    /// Where to look on, and whether to look at the first step from the head before.
    func start(_ key: Key, now: ContinuousClock.Instant) -> (floor: ClaimFloor, probesHead: Bool) {
        entries.withLock { entries in
            if entries.count >= Self.capacity, entries[key] == nil { entries.removeAll() }
            var entry = entries[key] ?? Entry(probedAt: now, walkedAt: now)
            let isDue = entry.floor != .head && entry.probedAt.duration(to: now) >= Self.refresh
            if isDue { entry.probedAt = now }
            entries[key] = entry
            return (entry.floor, isDue)
        }
    }

    /// A step of the walk ended at `floor` after `cost`.
    func advance(_ key: Key, to floor: ClaimFloor, cost: Duration) {
        entries.withLock { entries in
            entries[key]?.floor = floor
            entries[key]?.walkCost += cost
        }
    }

    /// Begins at the head again, if that is due.
    func restart(_ key: Key, now: ContinuousClock.Instant) -> Bool {
        entries.withLock { entries in
            guard var entry = entries[key],
                entry.walkedAt.duration(to: now) >= max(Self.refresh, entry.walkCost * 20)
            else { return false }
            entry.floor = .head
            entry.walkedAt = now
            entry.probedAt = now
            entry.walkCost = .zero
            entries[key] = entry
            return true
        }
    }

    /// Forgets how far a reviewer's looks have come: a slot of theirs came back.
    func forget(_ claim: ClaimFloors.Key) {
        entries.withLock { entries in entries = entries.filter { $0.key.claim != claim } }
    }
}
