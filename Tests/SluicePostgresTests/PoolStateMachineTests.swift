import Testing

@testable import SluicePostgres

@Suite("The pool's decisions, without a database and without waiting")
struct PoolStateMachineTests {
    private typealias Machine = ConnectionPool.StateMachine
    private let start = ContinuousClock.now

    private func machine(
        maximum: Int = 2, waitLimit: Int = 3
    ) -> ConnectionPool.StateMachine {
        ConnectionPool.StateMachine(
            .init(
                maximum: maximum, waitLimit: waitLimit, waitTimeout: .seconds(5),
                idleTimeout: .seconds(60), minimumBackoff: .milliseconds(100),
                maximumBackoff: .seconds(1)))
    }

    @Test("waiters are served in the order they came")
    func order() {
        var pool = machine(maximum: 1, waitLimit: 9)
        #expect(pool.request(1, now: start) == [.open(1)])
        #expect(pool.request(2, now: start) == [])
        #expect(pool.request(3, now: start) == [])
        #expect(pool.opened(1, now: start) == [.lend(1, to: 1)])
        #expect(pool.returned(1, isReusable: true, now: start) == [.lend(1, to: 2)])
        #expect(pool.returned(1, isReusable: false, now: start) == [.close(1), .open(2)])
        #expect(pool.opened(2, now: start) == [.lend(2, to: 3)])
        #expect(pool.returned(2, isReusable: true, now: start) == [])
        #expect(pool.request(4, now: start) == [.lend(2, to: 4)])
    }

    @Test("no more connections than the maximum, no more waiters than the limit")
    func bounds() {
        var pool = machine()
        #expect(pool.request(1, now: start) == [.open(1)])
        #expect(pool.request(2, now: start) == [.open(2)])
        #expect(pool.request(3, now: start) == [])
        #expect(pool.request(4, now: start) == [.fail(4, .exhausted)])
        #expect(pool.counts == (opening: 2, idle: 0, lent: 0, waiting: 3))
    }

    @Test("the connection used last is lent first, and one unused for long is closed")
    func idleness() {
        var pool = machine()
        _ = pool.request(1, now: start)
        _ = pool.request(2, now: start)
        _ = pool.opened(1, now: start)
        _ = pool.opened(2, now: start)
        _ = pool.returned(1, isReusable: true, now: start)
        _ = pool.returned(2, isReusable: true, now: start + .seconds(10))
        #expect(pool.nextEvent == start + .seconds(60))
        #expect(pool.tick(now: start + .seconds(60)) == [.close(1)])
        #expect(pool.request(3, now: start + .seconds(61)) == [.lend(2, to: 3)])
    }

    @Test("a waiter fails at its own time, also while connecting fails")
    func timeout() {
        var pool = machine()
        _ = pool.request(1, now: start)
        #expect(pool.openFailed(1, now: start, jitter: 0) == [])
        #expect(pool.request(2, now: start + .milliseconds(10)) == [])
        #expect(pool.nextEvent == start + .milliseconds(50))
        #expect(pool.tick(now: start + .milliseconds(50)) == [.open(2)])
        #expect(pool.request(3, now: start + .seconds(1)) == [])
        #expect(pool.tick(now: start + .seconds(5)) == [.fail(1, .timeout)])
        #expect(pool.tick(now: start + .milliseconds(5010)) == [.fail(2, .timeout)])
        #expect(pool.opened(2, now: start + .milliseconds(5020)) == [.lend(2, to: 3)])
    }

    @Test("pauses between failed attempts double up to the maximum, within the jitter")
    func backoff() {
        var pool = machine()
        var now = start
        for milliseconds in [100, 200, 400, 800, 1000, 1000] {
            let open = pool.request(1, now: now)
            guard case .open(let id)? = open.first ?? pool.tick(now: now).first else {
                Issue.record("no attempt was made")
                return
            }
            _ = pool.openFailed(id, now: now, jitter: 1)
            #expect(pool.nextEvent == now + .milliseconds(milliseconds))
            now += .milliseconds(milliseconds)
            _ = pool.cancel(1)
        }
    }

    @Test("a caller whose connection proves dead goes first")
    func dead() {
        var pool = machine(maximum: 1, waitLimit: 9)
        _ = pool.request(1, now: start)
        _ = pool.opened(1, now: start)
        _ = pool.request(2, now: start)
        #expect(pool.foundDead(1, waiter: 1, now: start) == [.close(1), .open(2)])
        #expect(pool.opened(2, now: start) == [.lend(2, to: 1)])
    }

    @Test("a cancelled waiter is told once, and not served")
    func cancelled() {
        var pool = machine()
        _ = pool.request(1, now: start)
        #expect(pool.cancel(1) == [.fail(1, .cancelled)])
        #expect(pool.cancel(1) == [])
        #expect(pool.opened(1, now: start) == [])
        #expect(pool.counts.idle == 1)
    }

    @Test("shutdown fails waiters, closes the idle, and drains the lent and the opening")
    func shutdown() {
        var pool = machine()
        _ = pool.request(1, now: start)
        _ = pool.request(2, now: start)
        _ = pool.opened(1, now: start)
        #expect(pool.shutDown() == [.fail(2, .closed)])
        #expect(pool.request(3, now: start) == [.fail(3, .closed)])
        #expect(!pool.isDrained)
        #expect(pool.opened(2, now: start) == [.close(2)])
        #expect(pool.returned(1, isReusable: true, now: start) == [.close(1)])
        #expect(pool.isDrained && pool.nextEvent == nil)
    }
}
