import SluicePostgres
import Testing

@Suite("The pool lends connections in turn and repeats what met a concurrent transaction")
struct PoolTests {
    @Test("callers beyond the maximum wait, beyond the limit are refused, and time out")
    func bounds() async throws {
        try await withPool(maximum: 1, waitLimit: 1, waitTimeout: .seconds(2)) {
            (pool) async throws in
            let held = try await pool.checkout()
            let waiting = Task {
                try await ping(pool)
            }
            #expect(try await eventually { pool.statistics.waiting == 1 })
            #expect(try await code { try await pool.checkout() } == .poolExhausted)
            #expect(try await code { try await waiting.value } == .poolTimeout)
            let next = Task { try await ping(pool) }
            #expect(try await eventually { pool.statistics.waiting == 1 })
            await held.release()
            #expect(try await next.value == 1)
            #expect(
                pool.statistics
                    == PoolStatistics(
                        idle: 1, leased: 0, opening: 0, waiting: 0, opened: 1, failed: 0))
        }
    }

    @Test("a caller cancelled while it waits leaves the queue")
    func cancelledWaiter() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            let held = try await pool.checkout()
            let waiting = Task { try await pool.checkout() }
            #expect(try await eventually { pool.statistics.waiting == 1 })
            waiting.cancel()
            #expect(try await code { try await waiting.value } == .cancelled)
            #expect(pool.statistics.waiting == 0)
            await held.release()
        }
    }

    @Test("a connection that is dropped, or left in a transaction, is not lent again")
    func leftovers() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            _ = try await pool.checkout()
            #expect(pool.statistics.leased == 0)
            try await pool.withSession { try $0.script("BEGIN") }
            #expect(pool.statistics.idle == 0)
            #expect(try await ping(pool) == 1)
        }
    }

    @Test("shutdown waits for what is lent and refuses the rest")
    func shutdown() async throws {
        let pool = ConnectionPool(options: try ScratchServer.shared().options())
        let held = try await pool.checkout()
        let closing = Task { await pool.shutdown() }
        #expect(
            try await eventually { try await code { try await pool.checkout() } == .poolClosed })
        #expect(try await held.run { try $0.query(sql("SELECT 1")).count } == 1)
        await held.release()
        await closing.value
        #expect(pool.statistics.leased == 0)
    }

    @Test("two serializable transactions in conflict both end well")
    func serialization() async throws {
        let options = try await ScratchServer.shared().database()
        try await withPool(options) { (pool) async throws in
            try await pool.withSession {
                try $0.script("CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (2)")
            }
            let attempts = Counter()
            let meeting = Meeting(2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await pool.transaction(.serializable) { session in
                            let sum = try session.queryOne(
                                sql("SELECT sum(a)::integer FROM t"), [], firstInt32)
                            if attempts.next() <= 2 { meeting.wait() }
                            try session.execute(sql("INSERT INTO t VALUES ($1)"), [.optional(sum)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(attempts.count == 3)
            let values = try await pool.withSession {
                try $0.query(sql("SELECT a FROM t ORDER BY a"), [], firstInt)
            }
            #expect(values == [1, 2, 3, 6])
        }
    }

    @Test("of two transactions in a deadlock the victim is run again, even behind another error")
    func deadlock() async throws {
        struct Disguise: Error {}
        let options = try await ScratchServer.shared().database()
        try await withPool(options) { (pool) async throws in
            try await pool.withSession {
                try $0.script(
                    "CREATE TABLE t (a integer, n integer DEFAULT 0); INSERT INTO t VALUES (1), (2)"
                )
            }
            let attempts = Counter()
            let meeting = Meeting(2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [[1, 2], [2, 1]] as [[Int32]] {
                    group.addTask {
                        try await pool.transaction { session in
                            let update = sql("UPDATE t SET n = n + 1 WHERE a = $1")
                            try session.execute(update, [.int32(order[0])])
                            if attempts.next() <= 2 { meeting.wait() }
                            do {
                                try session.execute(update, [.int32(order[1])])
                            } catch {
                                throw Disguise()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            // Once more where the victim is back before the other has the row it gave up.
            #expect(attempts.count >= 3)
            let values = try await pool.withSession {
                try $0.query(sql("SELECT n FROM t"), [], firstInt)
            }
            #expect(values == [2, 2])
        }
    }
}
