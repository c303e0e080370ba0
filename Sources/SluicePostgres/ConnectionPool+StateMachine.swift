extension ConnectionPool {
    /// Limits of a pool.
    public struct Configuration: Sendable {
        /// How many connections there may be, those being opened included.
        public var maximum: Int
        /// How many callers may wait; one more is refused at once.
        public var waitLimit: Int
        /// How long a caller waits for a connection.
        public var waitTimeout: Duration
        /// How long a connection may sit unused before it is closed.
        public var idleTimeout: Duration
        /// The pause after a first failed attempt to connect; it doubles with each further one.
        public var minimumBackoff: Duration
        /// The longest pause between attempts to connect.
        public var maximumBackoff: Duration
        /// How many connections each lane may have at once.
        public var shares: PoolShares

        /// Collects the limits; each default is what the parameter list says.
        public init(
            maximum: Int = 8, waitLimit: Int = 1000, waitTimeout: Duration = .seconds(5),
            idleTimeout: Duration = .seconds(300), minimumBackoff: Duration = .milliseconds(50),
            maximumBackoff: Duration = .seconds(2), shares: PoolShares? = nil
        ) {
            precondition(maximum > 0, "a pool has room for a connection")
            self.maximum = maximum
            self.waitLimit = waitLimit
            self.waitTimeout = waitTimeout
            self.idleTimeout = idleTimeout
            self.minimumBackoff = minimumBackoff
            self.maximumBackoff = maximumBackoff
            self.shares = shares ?? PoolShares(all: maximum)
        }
    }

    /// What a pool does, decided without doing it: events in, actions out, time passed in.
    ///
    /// Waiters are served first come, first served among those whose lane has room; connections last
    /// used, first lent, so that a quiet pool shrinks. While connecting fails, only one attempt at a
    /// time is made, with growing pauses; waiters fail at their own time with the reason of the last
    /// failure.
    struct StateMachine {
        typealias ConnectionID = Int
        typealias WaiterID = Int
        typealias Instant = ContinuousClock.Instant

        /// What the driver is to do, in this order.
        enum Action: Equatable {
            case open(ConnectionID)
            case close(ConnectionID)
            case lend(ConnectionID, to: WaiterID)
            case fail(WaiterID, Failure)
        }

        /// Why a waiter gets nothing.
        enum Failure: Equatable {
            case exhausted, timeout, cancelled, closed
        }

        private struct Waiter {
            let id: WaiterID
            let lane: PoolLane
            let deadline: Instant
        }

        private struct Idle {
            let id: ConnectionID
            let since: Instant
        }

        private let configuration: Configuration
        private var lastConnection = 0
        private var opening: Set<ConnectionID> = []
        private var idle: [Idle] = []
        private var lent: [ConnectionID: PoolLane] = [:]
        /// How many connections each lane has, and how many callers wait in it.
        private var usage = PoolUsage()
        private var waiters: [Waiter] = []
        private var failures = 0
        private var quietUntil: Instant?
        private(set) var isShutDown = false

        init(_ configuration: Configuration) { self.configuration = configuration }

        /// Connections of each kind and waiters.
        var counts: (opening: Int, idle: Int, lent: Int, waiting: Int) {
            (opening.count, idle.count, lent.count, waiters.count)
        }

        /// Whether everything a shut-down pool had is gone.
        var isDrained: Bool { isShutDown && opening.isEmpty && idle.isEmpty && lent.isEmpty }

        /// When `tick` must be called at the latest.
        var nextEvent: Instant? {
            var next = waiters.lazy.map(\.deadline).min()
            if let first = idle.first {
                next = earlier(next, first.since + configuration.idleTimeout)
            }
            if let quietUntil, !waiters.isEmpty { next = earlier(next, quietUntil) }
            return next
        }

        /// A caller wants a connection, if it need not wait: the common case, at the least cost.
        mutating func takeIdle(_ lane: PoolLane = .work) -> ConnectionID? {
            // Who waits while a connection is idle waits for room in a lane, and is not passed over.
            guard !isShutDown, !idle.isEmpty, usage.hasRoom(lane, configuration.shares),
                let last = idle.popLast()
            else { return nil }
            lend(last.id, lane)
            return last.id
        }

        /// A caller wants a connection.
        mutating func request(
            _ waiter: WaiterID, _ lane: PoolLane = .work, now: Instant
        ) -> [Action] {
            if isShutDown { return [.fail(waiter, .closed)] }
            if let id = takeIdle(lane) { return [.lend(id, to: waiter)] }
            guard usage.waiting(lane) < configuration.waitLimit else {
                return [.fail(waiter, .exhausted)]
            }
            waiters.append(
                Waiter(id: waiter, lane: lane, deadline: now + configuration.waitTimeout))
            usage.waits(lane)
            return openAsNeeded(now: now)
        }

        /// A caller no longer wants one.
        mutating func cancel(_ waiter: WaiterID) -> [Action] {
            guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return [] }
            usage.waitsNoMore(waiters.remove(at: index).lane)
            return [.fail(waiter, .cancelled)]
        }

        /// A connection was opened.
        mutating func opened(_ connection: ConnectionID, now: Instant) -> [Action] {
            opening.remove(connection)
            failures = 0
            quietUntil = nil
            if isShutDown { return [.close(connection)] }
            idle.append(Idle(id: connection, since: now))
            return serve() + openAsNeeded(now: now)
        }

        /// A connection could not be opened; `jitter` in 0..<1 spreads the pauses of many pools.
        mutating func openFailed(
            _ connection: ConnectionID, now: Instant, jitter: Double
        ) -> [Action] {
            opening.remove(connection)
            let doublings = min(failures, 16)
            failures += 1
            let pause = min(
                configuration.minimumBackoff * (1 << doublings), configuration.maximumBackoff)
            quietUntil = now + pause * (0.5 + jitter / 2)
            return []
        }

        /// A lent connection came back, usable or not.
        mutating func returned(
            _ connection: ConnectionID, isReusable: Bool, now: Instant
        ) -> [Action] {
            guard let lane = lent.removeValue(forKey: connection) else { return [] }
            usage.gaveBack(lane)
            if isShutDown || !isReusable {
                return [.close(connection)] + serve() + openAsNeeded(now: now)
            }
            idle.append(Idle(id: connection, since: now))
            return serve()
        }

        /// A lent connection was found dead before use: its caller goes first, to another one.
        mutating func foundDead(
            _ connection: ConnectionID, waiter: WaiterID, now: Instant
        ) -> [Action] {
            let lane = lent.removeValue(forKey: connection) ?? .work
            usage.gaveBack(lane)
            let closing = [Action.close(connection)]
            if isShutDown { return closing + [.fail(waiter, .closed)] }
            waiters.insert(
                Waiter(id: waiter, lane: lane, deadline: now + configuration.waitTimeout), at: 0)
            usage.waits(lane)
            return closing + serve() + openAsNeeded(now: now)
        }

        /// Time has passed.
        mutating func tick(now: Instant) -> [Action] {
            var actions: [Action] = []
            waiters.removeAll { waiter in
                guard waiter.deadline <= now else { return false }
                actions.append(.fail(waiter.id, .timeout))
                usage.waitsNoMore(waiter.lane)
                return true
            }
            while let first = idle.first, first.since + configuration.idleTimeout <= now {
                idle.removeFirst()
                actions.append(.close(first.id))
            }
            return actions + openAsNeeded(now: now)
        }

        /// No more connections are lent; those lent are closed as they come back.
        mutating func shutDown() -> [Action] {
            guard !isShutDown else { return [] }
            isShutDown = true
            let actions =
                waiters.map { Action.fail($0.id, .closed) } + idle.map { Action.close($0.id) }
            for waiter in waiters { usage.waitsNoMore(waiter.lane) }
            waiters = []
            idle = []
            return actions
        }

        private mutating func lend(_ connection: ConnectionID, _ lane: PoolLane) {
            lent[connection] = lane
            usage.took(lane)
        }

        /// Lends idle connections to those who wait and whose lane has room.
        private mutating func serve() -> [Action] {
            var actions: [Action] = []
            while !idle.isEmpty, usage.waiting > 0,
                let index = waiters.firstIndex(where: {
                    usage.hasRoom($0.lane, configuration.shares)
                }), let last = idle.popLast()
            {
                let waiter = waiters.remove(at: index)
                usage.waitsNoMore(waiter.lane)
                lend(last.id, waiter.lane)
                actions.append(.lend(last.id, to: waiter.id))
            }
            return actions
        }

        /// Opens as many connections as waiters lack whose lane has room, one at most while
        /// connecting fails.
        private mutating func openAsNeeded(now: Instant) -> [Action] {
            if isShutDown { return [] }
            if let quietUntil, quietUntil > now { return [] }
            quietUntil = nil
            var actions: [Action] = []
            let served = usage.servable(configuration.shares)
            let wanted = failures > 0 ? min(1, served) : served
            while opening.count < wanted,
                opening.count + idle.count + lent.count < configuration.maximum
            {
                lastConnection += 1
                opening.insert(lastConnection)
                actions.append(.open(lastConnection))
            }
            return actions
        }

        private func earlier(_ one: Instant?, _ other: Instant) -> Instant {
            one.map { min($0, other) } ?? other
        }
    }
}
