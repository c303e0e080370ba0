import Testing

@testable import SluicePostgres

@Suite("How a pool's connections are shared between what is short and what is long")
struct PoolLaneTests {
    private typealias Machine = ConnectionPool.StateMachine
    private let start = ContinuousClock.now

    private func machine(_ maximum: Int) -> ConnectionPool.StateMachine {
        ConnectionPool.StateMachine(
            .init(
                maximum: maximum, waitLimit: 20, waitTimeout: .seconds(5),
                idleTimeout: .seconds(60), shares: PoolShares(dividing: maximum)))
    }

    /// A pool with so many open connections that nobody uses.
    private func idle(_ maximum: Int) -> ConnectionPool.StateMachine {
        var pool = machine(maximum)
        let opening = (1...maximum).flatMap { pool.request(-$0, .probe, now: start) }
        for case .open(let id) in opening { _ = pool.opened(id, now: start) }
        for case .open(let id) in opening {
            _ = pool.returned(id, isReusable: true, now: start)
        }
        return pool
    }

    @Test("of eight, streams have three, long reads four, upkeep six, and all but probes seven")
    func shares() {
        var pool = idle(8)
        #expect(pool.counts == (opening: 0, idle: 8, lent: 0, waiting: 0))
        #expect((0..<9).count { _ in pool.takeIdle(.stream) != nil } == 3)
        #expect((0..<9).count { _ in pool.takeIdle(.reading) != nil } == 1)
        #expect((0..<9).count { _ in pool.takeIdle(.upkeep) != nil } == 2)
        #expect((0..<9).count { _ in pool.takeIdle(.work) != nil } == 1)
        #expect((0..<9).count { _ in pool.takeIdle(.probe) != nil } == 1)
        #expect(pool.counts.idle == 0)
    }

    @Test("long reads never keep work from a connection, whatever waits", arguments: 1...12)
    func small(maximum: Int) {
        var pool = idle(maximum)
        let shares = PoolShares(dividing: maximum)
        for waiter in 1...20 { _ = pool.request(waiter, .stream, now: start) }
        #expect(pool.counts.lent == shares.limit(.stream))
        for waiter in 21...40 { _ = pool.request(waiter, .reading, now: start) }
        #expect(pool.counts.lent == shares.limit(.reading))
        for waiter in 41...60 { _ = pool.request(waiter, .upkeep, now: start) }
        #expect(pool.counts.lent == shares.limit(.upkeep))
        var work = 0
        while pool.takeIdle(.work) != nil { work += 1 }
        #expect(work == shares.limit(.work) - shares.limit(.upkeep))
        #expect(shares.limit(.reading) <= max(1, maximum / 2))
        if maximum > 1 { #expect(work > 0) }
        if maximum > 2 { #expect(pool.takeIdle(.probe) != nil) }
    }

    @Test("one who waits for room in a lane holds nobody up, and gets the first that comes free")
    func order() {
        var pool = idle(2)
        guard case .lend(let stream, to: 1)? = pool.request(1, .stream, now: start).first else {
            Issue.record("the stream has no connection")
            return
        }
        #expect(pool.request(2, .reading, now: start) == [])
        guard case .lend(let work, to: 3)? = pool.request(3, .work, now: start).first else {
            Issue.record("work waits behind a long read")
            return
        }
        #expect(pool.returned(work, isReusable: true, now: start) == [])
        #expect(
            pool.returned(stream, isReusable: true, now: start) == [.lend(stream, to: 2)])
    }

    @Test("a stream whose connection is lost makes room for the next on one that is open")
    func lost() {
        var pool = idle(2)
        guard case .lend(let stream, to: 1)? = pool.request(1, .stream, now: start).first else {
            Issue.record("the stream has no connection")
            return
        }
        #expect(pool.request(2, .stream, now: start) == [])
        let actions = pool.returned(stream, isReusable: false, now: start)
        #expect(actions.first == .close(stream))
        #expect(
            actions.contains { if case .lend(_, to: 2) = $0 { true } else { false } })
        #expect(pool.counts.opening == 0)
    }

    @Test("no more is opened than those can use who wait")
    func opening() {
        var pool = machine(8)
        var opened = 0
        for waiter in 1...10 {
            opened += pool.request(waiter, .stream, now: start).count {
                if case .open = $0 { true } else { false }
            }
        }
        #expect(opened == 3)
        #expect(pool.request(11, .work, now: start).count == 1)
    }

    @Test("each lane has a waiting room of its own")
    func waitingRooms() {
        var pool = machine(8)
        for waiter in 1...30 { _ = pool.request(waiter, .stream, now: start) }
        #expect(pool.request(31, .stream, now: start) == [.fail(31, .exhausted)])
        #expect(pool.request(32, .work, now: start).count == 1)
        #expect(pool.cancel(30) == [], "it was refused")
        #expect(pool.cancel(20) == [.fail(20, .cancelled)])
        #expect(pool.request(33, .stream, now: start) == [])
    }

    @Test("whatever happens, the lanes' counts are those of what is lent and waits")
    func storm() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let maximum = Int.random(in: 1...9, using: &random)
            var pool = machine(maximum)
            var lent: [Int] = []
            var waiting: Set<Int> = []
            var opening: [Int] = []
            func take(_ actions: [Machine.Action]) {
                for action in actions {
                    switch action {
                    case .open(let id): opening.append(id)
                    case .close(let id): lent.removeAll { $0 == id }
                    case .lend(let id, let waiter):
                        lent.append(id)
                        waiting.remove(waiter)
                    case .fail(let waiter, _): waiting.remove(waiter)
                    }
                }
            }
            for step in 1...300 {
                let lane = PoolLane.allCases.randomElement(using: &random) ?? .work
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    waiting.insert(step)
                    take(pool.request(step, lane, now: start))
                case 2 where !lent.isEmpty:
                    let id = lent.remove(at: Int.random(in: 0..<lent.count, using: &random))
                    take(pool.returned(id, isReusable: .random(using: &random), now: start))
                case 3 where !opening.isEmpty:
                    take(pool.opened(opening.removeFirst(), now: start))
                case 4 where !waiting.isEmpty:
                    if let waiter = waiting.first { take(pool.cancel(waiter)) }
                case 5 where !lent.isEmpty:
                    let id = lent.remove(at: 0)
                    waiting.insert(step)
                    take(pool.foundDead(id, waiter: step, now: start))
                default: break
                }
                #expect(pool.counts.lent == lent.count)
                #expect(pool.counts.waiting == waiting.count)
                #expect(lent.count + pool.counts.idle + opening.count <= maximum)
            }
            // When everything comes back, everybody is served.
            while !opening.isEmpty || !lent.isEmpty {
                if let id = opening.popLast() { take(pool.opened(id, now: start)) }
                if let id = lent.popLast() {
                    take(pool.returned(id, isReusable: true, now: start))
                }
            }
            #expect(waiting.isEmpty && pool.counts.waiting == 0)
        }
    }
}
