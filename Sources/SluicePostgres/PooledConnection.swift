import Synchronization

/// A connection taken from a pool, to be given back by `release` or `discard`.
///
/// One that is dropped without either is closed and its place in the pool freed.
public final class PooledConnection: Sendable {
    let id: Int
    let connection: Connection
    private let pool: PoolDriver
    private let isOurs = Atomic<Bool>(true)

    init(id: Int, connection: Connection, pool: PoolDriver) {
        self.id = id
        self.connection = connection
        self.pool = pool
    }

    deinit {
        if isOurs.load(ordering: .acquiring) { pool.giveBack(id, isReusable: false) }
    }

    /// Lends the session to `body`, as `Connection.run` does.
    ///
    /// - Throws: what `body` throws; `poolClosed` once the connection was given back.
    @discardableResult
    public func run<T: Sendable>(_ body: @Sendable (Session) throws -> T) async throws -> T {
        guard isOurs.load(ordering: .acquiring) else { throw PostgresError(.poolClosed) }
        return try await connection.run(body)
    }

    /// Gives the connection back; one that is broken, in a transaction or within a stream is
    /// replaced.
    public func release() async {
        if forget() { pool.giveBack(id, isReusable: connection.isReusable) }
    }

    /// Gives the connection back to be closed.
    public func discard() async {
        if forget() { pool.giveBack(id, isReusable: false) }
    }

    /// Ends the claim on the connection; false when it had ended.
    @discardableResult
    func forget() -> Bool { isOurs.exchange(false, ordering: .acquiringAndReleasing) }
}

/// A pool at one moment, and what it did since it was made.
public struct PoolStatistics: Sendable, Hashable {
    /// Connections ready to be lent.
    public let idle: Int
    /// Connections lent.
    public let leased: Int
    /// Connections being opened.
    public let opening: Int
    /// Callers waiting for a connection.
    public let waiting: Int
    /// Connections opened so far.
    public let opened: Int
    /// Attempts to connect that failed so far.
    public let failed: Int

    /// Collects the numbers.
    public init(
        idle: Int, leased: Int, opening: Int, waiting: Int, opened: Int, failed: Int
    ) {
        self.idle = idle
        self.leased = leased
        self.opening = opening
        self.waiting = waiting
        self.opened = opened
        self.failed = failed
    }
}
