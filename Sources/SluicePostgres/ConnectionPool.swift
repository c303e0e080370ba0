import Logging

/// A bounded set of connections, shared by whoever needs one for a moment.
///
/// Callers wait in order, in bounded number and for a bounded time; connections found dead are
/// replaced, and after a restart of the server the pool heals by itself. Its threads are the
/// connections' own: a caller's thread never waits for the server.
public final class ConnectionPool: Sendable {
    private let driver: PoolDriver
    /// What connections taken here are wanted for.
    public let lane: PoolLane

    /// Makes a pool; the first connection is opened for the first caller.
    public convenience init(
        options: ConnectionOptions, configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "sluice.postgres")
    ) {
        self.init(PoolDriver(options, configuration, logger), lane: .work)
    }

    private init(_ driver: PoolDriver, lane: PoolLane) {
        self.driver = driver
        self.lane = lane
    }

    /// The same connections, taken for something else.
    public func lane(_ lane: PoolLane) -> ConnectionPool { ConnectionPool(driver, lane: lane) }

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
                driver.logger.debug(
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
        let waiter = driver.nextWaiter()
        let lane = lane
        var pooled =
            if let idle = driver.takeIdle(lane) {
                idle
            } else {
                try await driver.wait(for: waiter) { $0.request(waiter, lane, now: $1) }
            }
        // While the connection lent turns out to be dead, ask for another.
        while true {
            let isAlive = pooled.connection.isQuiet ? true : await pooled.connection.revive()
            if isAlive { return pooled }
            let dead = pooled
            dead.forget()
            pooled = try await driver.wait(for: waiter) {
                $0.foundDead(dead.id, waiter: waiter, now: $1)
            }
        }
    }

    /// Lends no more, waits for the connections that are lent, and closes them all.
    public func shutdown() async { await driver.shutdown() }

    /// How the pool is used at this moment, all lanes together.
    public var statistics: PoolStatistics { driver.statistics }
}
