import Logging
import Synchronization

/// Does what a pool's state machine says, for all lanes of the pool.
final class PoolDriver: Sendable {
    typealias StateMachine = ConnectionPool.StateMachine

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

    let logger: Logger
    private let options: ConnectionOptions
    private let state: Mutex<State>

    init(
        _ options: ConnectionOptions, _ configuration: ConnectionPool.Configuration,
        _ logger: Logger
    ) {
        self.options = options
        self.logger = logger
        state = Mutex(State(machine: StateMachine(configuration)))
    }

    /// A number for a caller that may have to wait.
    func nextWaiter() -> StateMachine.WaiterID {
        state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
    }

    /// A connection for a lane, if there is one that nobody uses.
    func takeIdle(_ lane: PoolLane) -> PooledConnection? {
        state.withLock { state in
            state.machine.takeIdle(lane).flatMap { id in
                state.connections[id].map { PooledConnection(id: id, connection: $0, pool: self) }
            }
        }
    }

    /// Feeds the event by which a caller asks, and waits for what comes of it.
    func wait(
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

    /// Lends no more, waits for the connections that are lent, and closes them all.
    func shutdown() async {
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
    var statistics: PoolStatistics {
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
}

extension PoolDriver {
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
