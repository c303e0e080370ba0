import CPostgres
import Glibc
import Synchronization

/// One connection to PostgreSQL, on a thread of its own.
///
/// libpq is never called on Swift's cooperative threads: this actor's executor is the connection's
/// thread, which may wait for the server. A whole transaction is one synchronous closure, so
/// nothing else can come between its statements.
public actor Connection {
    /// The thread, as the actor's executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private nonisolated let executor: ThreadExecutor
    private nonisolated let interruption: Interruption
    private nonisolated let condition = Atomic<Bool>(false)
    private nonisolated let socket = Atomic<Int32>(-1)
    private let options: ConnectionOptions
    private var session: Session?

    private init(_ options: ConnectionOptions) throws(PostgresError) {
        self.options = options
        interruption = try Interruption()
        executor = try ThreadExecutor()
    }

    isolated deinit {
        session?.wire.close()
        executor.stop()
    }

    /// Connects.
    ///
    /// - Throws: `connectionFailed` when no server took the connection, each within
    ///   `connectTimeout`; `cancelled`.
    public static func open(_ options: ConnectionOptions) async throws(PostgresError) -> Connection
    {
        let connection = try Connection(options)
        do {
            try await withTaskCancellationHandler {
                try await connection.establish()
            } onCancel: {
                connection.abandon()
            }
        } catch let error as PostgresError {
            throw Task.isCancelled ? PostgresError(.cancelled) : error
        } catch {
            throw PostgresError(.connectionFailed, underlying: error)
        }
        return connection
    }

    /// Lends the session to `body` on the connection's thread; callers take turns.
    ///
    /// Cancelling the task cancels the running statement, which fails with `cancelled`, and every
    /// later one of the same `body`; the connection stays usable.
    ///
    /// - Throws: what `body` throws; `poolClosed` after `close`.
    @discardableResult
    public nonisolated func run<T: Sendable>(_ body: @Sendable (Session) throws -> T) async throws
        -> T
    {
        let ticket = interruption.ticket()
        return try await withTaskCancellationHandler {
            try await perform(ticket, body)
        } onCancel: {
            interruption.cancel(ticket)
        }
    }

    /// Closes the connection without waiting for the server.
    public func close() {
        session?.wire.close()
        session = nil
        condition.store(false, ordering: .releasing)
    }

    /// Makes whatever the connection is doing fail at once; from any thread.
    nonisolated func abandon() { interruption.abandon() }

    /// Whether the last use left the connection able to serve another.
    nonisolated var isReusable: Bool { condition.load(ordering: .acquiring) }

    /// Whether an idle connection has nothing to say; one that has is usually dead.
    ///
    /// Costs one system call, and may be asked only by who holds the connection.
    nonisolated var isQuiet: Bool {
        var watched = pollfd(
            fd: socket.load(ordering: .acquiring), events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// Reads what an idle connection has to say, and tells whether it lives.
    func revive() -> Bool {
        guard let wire = session?.wire, PQconsumeInput(wire.pointer) == 1, !wire.isBroken else {
            close()
            return false
        }
        return isQuiet
    }

    private func establish() throws(PostgresError) {
        let wire = try Wire.connect(options, interruption: interruption)
        socket.store(PQsocket(wire.pointer), ordering: .releasing)
        session = Session(wire, options: options)
        condition.store(true, ordering: .releasing)
    }

    private func perform<T: Sendable>(
        _ ticket: UInt64, _ body: @Sendable (Session) throws -> T
    ) throws -> T {
        guard let session else { throw PostgresError(.poolClosed, isBeforeAnyEffect: true) }
        interruption.begin(ticket)
        defer { condition.store(tidy(session), ordering: .releasing) }
        // Cancelled while it waited for its turn, before there was anything to interrupt.
        if Task.isCancelled { throw PostgresError(.cancelled) }
        return try body(session)
    }

    /// Brings the session back to rest after a use, and says whether it may be used again.
    private func tidy(_ session: Session) -> Bool {
        // An unfinished stream must be ended before anybody else may have the connection.
        let isIdle = !session.isStreaming && session.reset()
        guard let isSettled = interruption.end() else { return isIdle }
        return isSettled && isIdle && session.absorb()
    }
}

extension Session {
    /// Runs an empty command, which a cancel request that came late may still hit.
    fileprivate func absorb() -> Bool {
        guard !isStreaming, !wire.isBroken else { return !wire.isBroken }
        wire.statementName = "absorb"
        wire.isOutcomeAtStake = false
        do throws(PostgresError) {
            PQclear(try simple(""))
            return true
        } catch {
            return error.sqlState == .queryCanceled && !wire.isBroken
        }
    }
}
