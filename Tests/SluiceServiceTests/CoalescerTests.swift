import Synchronization
import TestSupport
import Testing

@testable import SluiceService

@Suite("Calls that arrive together")
struct CoalescerTests {
    /// What was carried out; each batch waits at the door.
    private final class Work: Sendable {
        let door = Door()
        private let done = Mutex<[[Int]]>([])

        /// The batches, in the order they began.
        var batches: [[Int]] { done.withLock { $0 } }

        func begin(_ batch: [Int]) async {
            done.withLock { $0.append(batch) }
            await door.wait()
        }
    }

    private struct Refusal: Error {}

    private func coalescer(
        _ work: Work, lanes: Int = 1, limit: Int = 100
    ) -> Coalescer<String, Int, Int> {
        Coalescer(lanes: lanes, limit: limit) { _, calls in
            await work.begin(calls)
            if calls.contains(13) { throw Refusal() }
            return calls.map { $0 * 10 }
        }
    }

    /// Calls from a task each, one after another; the reply or nil of each, in order.
    private func call(
        _ coalescer: Coalescer<String, Int, Int>, _ calls: [Int], weighing weight: Int = 1,
        of key: String = "k"
    ) -> [Task<Int?, Never>] {
        calls.map { call in
            Task { try? await coalescer.reply(to: call, weighing: weight, of: key) }
        }
    }

    /// A call that is under way and held up.
    private func held(
        _ work: Work, _ coalescer: Coalescer<String, Int, Int>
    ) async throws -> [Task<Int?, Never>] {
        let first = call(coalescer, [1])
        try await eventually("the first began") { work.batches == [[1]] }
        return first
    }

    private func replies(_ tasks: [Task<Int?, Never>]) async -> [Int?] {
        var replies: [Int?] = []
        for task in tasks { replies.append(await task.value) }
        return replies
    }

    @Test("a call alone begins at once; what arrives meanwhile goes together, each with its reply")
    func gathering() async throws {
        let work = Work()
        let coalescer = coalescer(work)
        let first = try await held(work, coalescer)
        let others = call(coalescer, [2, 3, 4, 5])
        try await eventually("the others wait") { coalescer.waiting(of: "k") == 4 }
        await work.door.open()
        #expect(await replies(first + others) == [10, 20, 30, 40, 50])
        #expect(work.batches.count == 2)
        #expect(work.batches.last?.sorted() == [2, 3, 4, 5])
        #expect(coalescer.waiting(of: "k") == 0)
    }

    @Test("a batch is as heavy as allowed, and a call that is heavier goes alone")
    func limit() async throws {
        let work = Work()
        let coalescer = coalescer(work, limit: 6)
        let first = try await held(work, coalescer)
        let pairs = call(coalescer, [2, 3, 4, 5], weighing: 2)
        try await eventually("the others wait") { coalescer.waiting(of: "k") == 4 }
        let heavy = call(coalescer, [6], weighing: 50)
        try await eventually("the heavy one waits") { coalescer.waiting(of: "k") == 5 }
        await work.door.open()
        #expect(await replies(first + pairs + heavy) == [10, 20, 30, 40, 50, 60])
        #expect(work.batches.map(\.count) == [1, 3, 1, 1])
    }

    @Test("as many batches are under way as there are lanes, and each key has its own")
    func lanes() async throws {
        let work = Work()
        let coalescer = coalescer(work, lanes: 2)
        let one = call(coalescer, [1])
        try await eventually("one lane is taken") { work.batches.count == 1 }
        let two = call(coalescer, [2])
        try await eventually("both lanes are taken") { work.batches.count == 2 }
        let three = call(coalescer, [3])
        try await eventually("the third waits") { coalescer.waiting(of: "k") == 1 }
        let other = call(coalescer, [4], of: "other")
        try await eventually("another key does not wait") { work.batches.contains([4]) }
        #expect(work.batches.count == 3)
        await work.door.open()
        #expect(await replies(one + two + three + other) == [10, 20, 30, 40])
    }

    @Test("a failure is that of its batch alone, and the lane goes on")
    func failure() async throws {
        let work = Work()
        let coalescer = coalescer(work)
        let first = try await held(work, coalescer)
        let bad = call(coalescer, [13, 14])
        try await eventually("two wait") { coalescer.waiting(of: "k") == 2 }
        await work.door.open()
        #expect(await replies(first + bad) == [10, nil, nil])
        #expect(await replies(call(coalescer, [2])) == [20])
    }

    @Test("a call whose task was cancelled is carried out, and so are the others of its batch")
    func cancellation() async throws {
        let work = Work()
        let coalescer = coalescer(work)
        let first = try await held(work, coalescer)
        let others = call(coalescer, [2, 3])
        try await eventually("two wait") { coalescer.waiting(of: "k") == 2 }
        others[0].cancel()
        await work.door.open()
        #expect(await replies(first + others) == [10, 20, 30])
    }
}
