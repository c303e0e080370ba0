import SluiceDomain
import SluiceStore
import Synchronization

/// Where each reviewer's next claim starts looking.
///
/// A claim walks the queue from its head over whatever this reviewer has seen and whatever was
/// claimed since the last vacuum. The floor skips that: it is where the last claim ended. It is a
/// hint, never a correctness device. Smaller keys appear behind it (an urgent item, a slot given
/// back), so every `refresh` one claim looks at the first `probe` rows again, and an empty answer
/// asks for a walk from the head.
final class ClaimFloors: Sendable {
    struct Key: Hashable, Sendable {
        let project: Int64
        let queue: Queue
        let actor: Int64
    }

    /// One look at the queue.
    struct Look: Hashable {
        let floor: ClaimFloor
        /// How many rows may be looked at; nil for all.
        let scan: Int?
    }

    private struct Entry {
        var floor: ClaimFloor
        var probedAt: ContinuousClock.Instant
        var walkedAt: ContinuousClock.Instant?
    }

    private static let refresh: Duration = .seconds(2)
    private static let probe = 200
    private static let capacity = 100_000

    private let entries = Mutex<[Key: Entry]>([:])

    /// The looks to try in turn until one finds something.
    func looks(for key: Key, now: ContinuousClock.Instant) -> [Look] {
        entries.withLock { entries in
            guard var entry = entries[key] else {
                return [Look(floor: .head, scan: nil)]
            }
            var looks: [Look] = []
            if entry.probedAt.duration(to: now) >= Self.refresh {
                entry.probedAt = now
                looks.append(Look(floor: .head, scan: Self.probe))
            }
            looks.append(Look(floor: entry.floor, scan: nil))
            // Nothing behind the floor: walk from the head, but not on every poll of an empty queue.
            if entry.walkedAt.map({ $0.duration(to: now) >= Self.refresh }) ?? true {
                entry.walkedAt = now
                looks.append(Look(floor: .head, scan: nil))
            }
            entries[key] = entry
            return looks
        }
    }

    /// Remembers where a claim ended.
    func remember(_ floor: ClaimFloor, for key: Key, now: ContinuousClock.Instant) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            let probedAt = entries[key]?.probedAt ?? now
            entries[key] = Entry(floor: floor, probedAt: probedAt, walkedAt: nil)
        }
    }

    /// Forgets where a reviewer's claims ended: a slot of theirs came back.
    func forget(_ key: Key) { entries.withLock { $0[key] = nil } }
}
