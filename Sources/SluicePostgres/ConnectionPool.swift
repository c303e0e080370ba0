import Logging
import Synchronization

/// A bounded set of connections, shared by whoever needs one for a moment.
///
/// Callers wait in order, in bounded number and for a bounded time; connections found dead are
/// replaced, and after a restart of the server the pool heals by itself. Its threads are the
/// connections' own: a caller's thread never waits for the server.
public final class ConnectionPool: Sendable {
    private struct State {
        var machine: StateMachine
        var connections: [StateMachine.ConnectionID: Connection] = [:]
        var waiters: [StateMachine.WaiterID: CheckedContinuation<PooledConnection, any Error>] = [:]
        var lastWaiter = 0
        var lastFailure: PostgresError?
        var openers: [StateMachine.ConnectionID: Task<Void, Never>] = [:]
        var timer: (at: ContinuousClock.Instant, task: Task<Void, Never>)?
        var drained: [CheckedContinuation<Void, Never>] = []
        var totals = (opened: 0, failed: 0)
    }

    private let options: ConnectionOptions
    private let logger: Logger
    private let state: Mutex<State>

    /// Makes a pool; the first connection is opened for the first caller.
    public init(
        options: ConnectionOptions, configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "sluice.postgres")
    ) {
        self.options = options
        self.logger = logger
        state = Mutex(State(machine: StateMachine(configuration)))
    }

    /// Lends a session to `body`; each of its statements commits by itself.
    ///
    /// - Throws: what `body` throws; `poolExhausted`, `poolTimeout` (with the reason if connecting
    ///   failed), `poolClosed`, `cancelled`.
    @discardableResult
    public func withSession<T: Sendable>(
        _ body: @Sendable @escaping (Session) throws -> T
    ) async throws -> T {
        let connection = try await checkout()
        do {
            let value = try await connection.run(body)
            await connection.release()
            return value
        } catch {
            await connection.release()
            throw error
        }
    }

    /// Runs `body` in a transaction, and again when it met a concurrent one.
    ///
    /// Repeated are serialization failures (40001), deadlocks (40P01), also where `body` turned them
    /// into errors of its own, and a connection that proved dead at BEGIN. A commit whose outcome is
    /// unknown is never repeated. `body` must therefore have no effect but through its session.
    ///
    /// - Parameter attempts: how often `body` is run at most.
    /// - Throws: as `withSession` and `Session.transaction` do; the last failure when attempts ran
    ///   out.
    @discardableResult
    public func transaction<T: Sendable>(
        _ isolation: Isolation = .readCommitted, attempts: Int = 5,
        _ body: @Sendable @escaping (Session) throws -> T
    ) async throws -> T {
        try await repeated(attempts) { session in
            do {
                return try session.transaction(isolation) { try body(session) }
            } catch let error as PostgresError {
                throw error
            } catch {
                throw session.retryableFailure ?? error
            }
        }
    }

    /// Runs `body`, which does all it does in one statement, and again when that met a concurrent
    /// transaction: the same promise as `transaction` makes, without the round trips of BEGIN and
    /// COMMIT.
    @discardableResult
    public func statement<T: Sendable>(
        attempts: Int = 5, _ body: @Sendable @escaping (Session) throws -> T
    ) async throws -> T {
        try await repeated(attempts, body)
    }

    private func repeated<T: Sendable>(
        _ attempts: Int, _ body: @Sendable @escaping (Session) throws -> T
    ) async throws -> T {
        var attempt = 1
        while true {
            do {
                return try await withSession(body)
            } catch let error as PostgresError {
                let isWorthRepeating = error.isRetryable || error.isBeforeAnyEffect
                guard attempt < attempts, isWorthRepeating, !error.isOutcomeUnknown,
                    error.code != .poolClosed
                else { throw error }
                logger.debug(
                    "repeating a transaction",
                    metadata: ["attempt": "\(attempt)", "error": "\(error)"])
            }
            let ceiling = Duration.milliseconds(2) * (1 << min(attempt, 6))
            do {
                try await Task.sleep(for: ceiling * Double.random(in: 0.5..<1))
            } catch {
                throw PostgresError(.cancelled)
            }
            attempt += 1
        }
    }

    /// Takes a connection to keep over several calls; `release` or `discard` gives it back.
    public func checkout() async throws -> PooledConnection {
        if Task.isCancelled { throw PostgresError(.cancelled) }
        let (waiter, idle) = state.withLock { state in
            state.lastWaiter += 1
            let id = state.machine.takeIdle()
            let connection = id.flatMap { id in state.connections[id].map { (id, $0) } }
            return (state.lastWaiter, connection)
        }
        var pooled =
            if let (id, connection) = idle {
                PooledConnection(id: id, connection: connection, pool: self)
            } else {
                try await wait(for: waiter) { $0.request(waiter, now: $1) }
            }
        // While the connection lent turns out to be dead, ask for another.
        while true {
            let isAlive = pooled.connection.isQuiet ? true : await pooled.connection.revive()
            if isAlive { return pooled }
            let dead = pooled
            dead.forget()
            pooled = try await wait(for: waiter) {
                $0.foundDead(dead.id, waiter: waiter, now: $1)
            }
        }
    }

    /// Lends no more, waits for the connections that are lent, and closes them all.
    public func shutdown() async {
        perform { machine, _ in machine.shutDown() }
        let openers = state.withLock { state in
            state.timer?.task.cancel()
            return state.openers.values.map { $0 }
        }
        for opener in openers { opener.cancel() }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.machine.isDrained { return true }
                state.drained.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// How the pool is used at this moment.
    public var statistics: PoolStatistics {
        state.withLock { state in
            let counts = state.machine.counts
            return PoolStatistics(
                idle: counts.idle, leased: counts.lent, opening: counts.opening,
                waiting: counts.waiting, opened: state.totals.opened, failed: state.totals.failed)
        }
    }

    /// A lent connection comes back.
    func giveBack(_ id: Int, isReusable: Bool) {
        perform { $0.returned(id, isReusable: isReusable, now: $1) }
    }

    private func wait(
        for waiter: StateMachine.WaiterID,
        _ event: @Sendable (inout StateMachine, ContinuousClock.Instant) -> [StateMachine.Action]
    ) async throws -> PooledConnection {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                perform { machine, now in
                    event(&machine, now)
                } before: {
                    $0.waiters[waiter] = continuation
                }
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { perform { machine, _ in machine.cancel(waiter) } }
            }
        } onCancel: {
            perform { machine, _ in machine.cancel(waiter) }
        }
    }
}

extension ConnectionPool {
    /// Feeds an event to the state machine and does what it says, outside the lock.
    private func perform(
        _ event: (inout StateMachine, ContinuousClock.Instant) -> [StateMachine.Action],
        before: (inout State) -> Void = { _ in }
    ) {
        let effects = state.withLock { state in
            before(&state)
            let actions = event(&state.machine, .now)
            let effects = actions.compactMap { effect(of: $0, &state) }
            schedule(&state)
            guard state.machine.isDrained else { return effects }
            let drained = state.drained
            state.drained = []
            return effects + [{ for continuation in drained { continuation.resume() } }]
        }
        for effect in effects { effect() }
    }

    private func effect(of action: StateMachine.Action, _ state: inout State) -> (() -> Void)? {
        switch action {
        case .open(let id):
            state.openers[id] = Task { await self.open(id) }
            return nil
        case .close(let id):
            guard let connection = state.connections.removeValue(forKey: id) else { return nil }
            return { Task { await connection.close() } }
        case .lend(let id, let waiter):
            guard let connection = state.connections[id],
                let continuation = state.waiters.removeValue(forKey: waiter)
            else { return nil }
            let pooled = PooledConnection(id: id, connection: connection, pool: self)
            return { continuation.resume(returning: pooled) }
        case .fail(let waiter, let failure):
            guard let continuation = state.waiters.removeValue(forKey: waiter) else { return nil }
            let error = PostgresError(
                code(failure), isBeforeAnyEffect: false,
                underlying: failure == .timeout ? state.lastFailure : nil)
            return { continuation.resume(throwing: error) }
        }
    }

    private func code(_ failure: StateMachine.Failure) -> PostgresError.Code {
        switch failure {
        case .exhausted: .poolExhausted
        case .timeout: .poolTimeout
        case .cancelled: .cancelled
        case .closed: .poolClosed
        }
    }

    private func open(_ id: StateMachine.ConnectionID) async {
        do throws(PostgresError) {
            let connection = try await Connection.open(options)
            perform {
                $0.opened(id, now: $1)
            } before: {
                $0.connections[id] = connection
                $0.openers[id] = nil
                $0.lastFailure = nil
                $0.totals.opened += 1
            }
        } catch {
            let isNews = state.withLock { $0.lastFailure == nil && !$0.machine.isShutDown }
            logger.log(
                level: isNews ? .warning : .debug, "cannot connect to the database",
                metadata: ["error": "\(error.debugDescription)"])
            perform {
                $0.openFailed(id, now: $1, jitter: .random(in: 0..<1))
            } before: {
                $0.openers[id] = nil
                $0.lastFailure = error
                $0.totals.failed += 1
            }
        }
    }

    /// Keeps one timer, for the earliest thing that time alone brings about.
    private func schedule(_ state: inout State) {
        // A timer that turns out to be early does no harm; replacing it at each use would cost more
        // than the use.
        guard let next = state.machine.nextEvent, !state.machine.isShutDown else { return }
        if let timer = state.timer, timer.at <= next { return }
        state.timer?.task.cancel()
        let task = Task { [weak self] in
            do {
                try await Task.sleep(until: next, clock: .continuous)
            } catch {
                return
            }
            self?.timerFired(at: next)
        }
        state.timer = (next, task)
    }

    private func timerFired(at instant: ContinuousClock.Instant) {
        perform {
            $0.tick(now: $1)
        } before: {
            if $0.timer?.at == instant { $0.timer = nil }
        }
    }
}
