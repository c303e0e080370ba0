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

        /// The whole queue from its head.
        static let walk = Look(floor: .head, scan: nil)
    }

    private struct Entry {
        var floor: ClaimFloor
        var probedAt: ContinuousClock.Instant
        /// When a walk from the head last found nothing, and after how many arrivals.
        var inVain: (at: ContinuousClock.Instant, arrivals: UInt64)?
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// How often tasks of a project came in by this instance.
        var arrivals: [Int64: UInt64] = [:]
    }

    private static let refresh: Duration = .seconds(2)
    private static let probe = 200
    private static let capacity = 100_000

    private let state = Mutex(State())

    /// The looks to try in turn until one finds something.
    func looks(for key: Key, now: ContinuousClock.Instant) -> [Look] {
        state.withLock { state in
            guard var entry = state.entries[key] else { return [.walk] }
            var looks: [Look] = []
            if entry.probedAt.duration(to: now) >= Self.refresh {
                entry.probedAt = now
                state.entries[key] = entry
                looks.append(Look(floor: .head, scan: Self.probe))
            }
            looks.append(Look(floor: entry.floor, scan: nil))
            // Nothing behind the floor: walk from the head, but not on every poll of an empty queue.
            let isKnownEmpty = entry.inVain.map {
                $0.at.duration(to: now) < Self.refresh
                    && $0.arrivals == state.arrivals[key.project, default: 0]
            }
            if isKnownEmpty != true { looks.append(.walk) }
            return looks
        }
    }

    /// Remembers where a claim ended.
    func remember(_ floor: ClaimFloor, for key: Key, now: ContinuousClock.Instant) {
        state.withLock { state in
            if state.entries.count >= Self.capacity { state.entries.removeAll() }
            let probedAt = state.entries[key]?.probedAt ?? now
            state.entries[key] = Entry(floor: floor, probedAt: probedAt, inVain: nil)
        }
    }

    /// How many arrivals a walk that begins now will see.
    func arrivals(of project: Int64) -> UInt64 {
        state.withLock { $0.arrivals[project, default: 0] }
    }

    /// Remembers that a walk from the head found nothing.
    ///
    /// Only then may the next one wait: a look before it may have found what was asked for, and left
    /// more behind the floor.
    func walkedInVain(_ key: Key, arrivals: UInt64, now: ContinuousClock.Instant) {
        state.withLock { $0.entries[key]?.inVain = (at: now, arrivals: arrivals) }
    }

    /// Tasks came in: what was empty need not be any more.
    func tasksArrived(in project: Int64) {
        state.withLock { $0.arrivals[project, default: 0] &+= 1 }
    }

    /// Forgets where a reviewer's claims ended: a slot of theirs came back.
    func forget(_ key: Key) { state.withLock { $0.entries[key] = nil } }
}
