import Foundation
import SluicePostgres
import Synchronization
import Testing

@Suite("Cancellation, silence and broken connections end in time and heal")
struct FaultTests {
    private let backend = sql("SELECT pg_backend_pid()")

    @Test("cancelling a task cancels its statement, and the connection serves on")
    func cancel() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            let before = try await pool.withSession { try $0.queryOne(backend, [], firstInt32) }
            let start = ContinuousClock.now
            let task = Task {
                try await pool.withSession { try $0.query(sql("SELECT pg_sleep(30)")).count }
            }
            let watcher = try await Connection.open(ScratchServer.shared().options())
            let running = sql(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'")
            #expect(
                try await eventually {
                    try await watcher.run { try $0.query(running, [.optional(before)]).count } == 1
                })
            task.cancel()
            #expect(try await code { try await task.value } == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(
                try await pool.withSession { try $0.queryOne(backend, [], firstInt32) } == before)
            #expect(pool.statistics.opened == 1)
            await watcher.close()
        }
    }

    @Test("a transaction cancelled between two statements sends no more, and is undone")
    func cancelBetween() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            try await pool.withSession { try $0.script("CREATE TEMPORARY TABLE t (a integer)") }
            let (inside, proceed) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
            let task = Task {
                try await pool.transaction { session in
                    try session.execute(sql("INSERT INTO t VALUES (1)"))
                    inside.continuation.finish()
                    proceed.wait()
                    try session.execute(sql("INSERT INTO t VALUES (2)"))
                }
            }
            for await _ in inside.stream {}
            task.cancel()
            proceed.signal()
            #expect(try await code { try await task.value } == .cancelled)
            #expect(try await pool.withSession { try $0.query(sql("SELECT a FROM t")).count } == 0)
        }
    }

    @Test("many cancellations at random moments never hit the next user of a connection")
    func cancelRace() async throws {
        try await withPool(maximum: 2) { (pool) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<60 {
                            let victim = Task {
                                try await pool.withSession {
                                    try $0.query(sql("SELECT pg_sleep(0.002)")).count
                                }
                            }
                            try await Task.sleep(for: .microseconds(Int.random(in: 0...4000)))
                            victim.cancel()
                            let outcome = try await code { try await victim.value }
                            #expect(outcome == nil || outcome == .cancelled)
                            let honest = try await ping(pool)
                            #expect(honest == 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(pool.statistics.opened <= 2)
        }
    }

    @Test("a frozen server process is left at the deadline, and another connection takes over")
    func frozen() async throws {
        var options = try ScratchServer.shared().options()
        options.statementDeadline = .milliseconds(300)
        try await withPool(options, maximum: 1) { (pool) async throws in
            let pid = try #require(
                try await pool.withSession { try $0.queryOne(backend, [], firstInt32) })
            kill(pid, SIGSTOP)
            defer { kill(pid, SIGCONT) }
            let start = ContinuousClock.now
            #expect(
                try await code {
                    try await ping(pool)
                } == .deadlineExceeded)
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(try await ping(pool) == 1)
        }
    }

    @Test("a session's own deadline ends a statement earlier, and tells of the unknown outcome")
    func ownDeadline() async throws {
        let failure = await #expect(throws: PostgresError.self) {
            try await withConnection { (session) throws in
                session.deadline = .now + .milliseconds(100)
                try session.execute(sql("SELECT pg_sleep(30)"))
            }
        }
        #expect(failure?.code == .deadlineExceeded)
        #expect(failure?.isOutcomeUnknown == true)
    }

    @Test("an idle connection the server ended is replaced before its next use")
    func terminatedIdle() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            for _ in 0..<3 {
                let pid = try await pool.withSession { try $0.queryOne(backend, [], firstInt32) }
                try await terminate(pid)
                #expect(try await ping(pool) == 1)
            }
        }
    }

    @Test("a connection the server ends in a transaction fails as a connection, and is replaced")
    func terminatedBusy() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            let failure = await #expect(throws: PostgresError.self) {
                try await pool.transaction {
                    try $0.execute(sql("SELECT pg_terminate_backend(pg_backend_pid())"))
                }
            }
            #expect(failure?.isConnectionFailure == true)
            #expect(failure?.isOutcomeUnknown == false)
            #expect(try await ping(pool) == 1)
        }
    }

    @Test("a server restarted under load comes back by itself")
    func restart() async throws {
        let server = try ScratchServer()
        try await withPool(server.options(), maximum: 4, waitTimeout: .seconds(2)) {
            (pool) async throws in
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await load.run(pool) } }
                group.addTask {
                    _ = try await eventually { load.served(in: .before) > 100 }
                    try server.stop()
                    try server.start()
                    load.phase = .after
                    _ = try await eventually { load.served(in: .after) > 100 }
                    load.phase = .over
                }
                try await group.waitForAll()
            }
            #expect(load.served(in: .before) > 100 && load.served(in: .after) > 100)
        }
    }

    /// Callers that ask again and again, and count what they get before and after a restart.
    private final class Load: Sendable {
        enum Phase { case before, after, over }

        private let state = Mutex((phase: Phase.before, served: [Phase: Int]()))

        var phase: Phase {
            get { state.withLock { $0.phase } }
            set { state.withLock { $0.phase = newValue } }
        }

        func served(in phase: Phase) -> Int { state.withLock { $0.served[phase] ?? 0 } }

        func run(_ pool: ConnectionPool) async throws {
            while phase != .over {
                let begun = phase
                do {
                    _ = try await ping(pool)
                    state.withLock { $0.served[begun, default: 0] += 1 }
                } catch let error as PostgresError {
                    #expect(error.isConnectionFailure, "\(error.debugDescription)")
                }
            }
        }
    }

    @Test("while the server is away, callers fail at their time with the reason")
    func away() async throws {
        // Its start keeps threads busy that this test measures time with.
        _ = try ScratchServer.shared()
        let options = ConnectionOptions(connectionString: "host=/nonexistent")
        try await withPool(options, waitTimeout: .seconds(1)) { (pool) async throws in
            let start = ContinuousClock.now
            let failure = await #expect(throws: PostgresError.self) {
                try await ping(pool)
            }
            #expect(failure?.code == .poolTimeout)
            #expect(failure?.isConnectionFailure == true)
            #expect((failure?.underlying as? PostgresError)?.code == .connectionFailed)
            #expect(ContinuousClock.now - start < .seconds(3))
        }
    }
}
