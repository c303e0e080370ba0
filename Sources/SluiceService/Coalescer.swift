import Synchronization

/// Group commit: calls that arrive while others of their key are under way are carried out together.
///
/// A call alone begins at once and waits for nobody. Once `lanes` batches of a key are under way,
/// what arrives is gathered, and when one of them is done, the next is everything gathered. So
/// batches grow with the load, and with them what calls share: a statement, a commit, a flush of
/// the disk.
///
/// A call whose task is cancelled while it waits is carried out all the same: whoever called may be
/// gone, and the others of its batch are not.
final class Coalescer<Key: Hashable & Sendable, Call: Sendable, Reply: Sendable>: Sendable {
    private struct Waiting {
        let call: Call
        let weight: Int
        let continuation: CheckedContinuation<Reply, any Error>
    }

    private struct Line {
        var waiting: [Waiting] = []
        var running = 0
    }

    private let lanes: Int
    private let limit: Int
    private let carryOut: @Sendable (Key, [Call]) async throws -> [Reply]
    private let lines = Mutex<[Key: Line]>([:])

    /// Carries calls out through `carryOut`, which gives a reply for each, or fails for all.
    ///
    /// - Parameters:
    ///   - lanes: how many batches of a key are under way at once at most, 1 or more.
    ///   - limit: how much the calls of a batch may weigh together; one that weighs more goes alone.
    init(
        lanes: Int, limit: Int,
        carryOut: @escaping @Sendable (Key, [Call]) async throws -> [Reply]
    ) {
        precondition(lanes > 0, "somebody carries the calls out")
        self.lanes = lanes
        self.limit = limit
        self.carryOut = carryOut
    }

    /// The reply to one call.
    ///
    /// - Throws: what `carryOut` throws, for every call of a batch alike.
    func reply(to call: Call, weighing weight: Int = 1, of key: Key) async throws -> Reply {
        try await withCheckedThrowingContinuation { continuation in
            let waiting = Waiting(call: call, weight: weight, continuation: continuation)
            let begins = lines.withLock { lines in
                let begins = lines[key, default: Line()].running < lanes
                lines[key, default: Line()].waiting.append(waiting)
                if begins { lines[key, default: Line()].running += 1 }
                return begins
            }
            if begins {
                // Where the caller runs, and at once: no other thread is woken for it. Its own task, so
                // that a caller who goes away does not take the others along.
                let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
                Task.immediate(executorPreference: executor) { await self.work(on: key) }
            }
        }
    }

    /// How many calls of a key wait for a lane.
    func waiting(of key: Key) -> Int { lines.withLock { $0[key]?.waiting.count ?? 0 } }

    private func work(on key: Key) async {
        while let batch = next(of: key) {
            do {
                let replies = try await carryOut(key, batch.map(\.call))
                precondition(replies.count == batch.count, "every call has a reply")
                for (waiting, reply) in zip(batch, replies) {
                    waiting.continuation.resume(returning: reply)
                }
            } catch {
                for waiting in batch { waiting.continuation.resume(throwing: error) }
            }
        }
    }

    /// What goes together now; nil when nothing waits any more, and the lane is closed.
    private func next(of key: Key) -> [Waiting]? {
        lines.withLock { lines in
            guard var line = lines.removeValue(forKey: key) else { return nil }
            guard !line.waiting.isEmpty else {
                line.running -= 1
                if line.running > 0 { lines[key] = line }
                return nil
            }
            var weight = 0
            let count = line.waiting.prefix { waiting in
                weight += waiting.weight
                return weight <= limit
            }.count
            let batch = Array(line.waiting.prefix(max(count, 1)))
            line.waiting.removeFirst(batch.count)
            lines[key] = line
            return batch
        }
    }
}
