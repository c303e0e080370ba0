import CPostgres
import Dispatch
import Glibc
import Synchronization

/// Runs an actor's jobs one after the other on a thread of its own.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    // The mutex guards `jobs` and `isStopped`; the condition says that one of them changed.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var isStopped = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        // The thread keeps the executor alive until it is stopped and its last job has run.
        Thread.start { self.run() }
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Lets the thread end when nothing is left to run.
    func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func run() {
        while true {
            pthread_mutex_lock(mutex)
            while jobs.isEmpty, !isStopped { pthread_cond_wait(condition, mutex) }
            let batch = jobs
            jobs.removeAll(keepingCapacity: true)
            pthread_mutex_unlock(mutex)
            if batch.isEmpty { return }
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }
}

/// Starts a detached thread.
private enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(status == 0, "a thread for a connection can be started")
        pthread_detach(thread)
    }
}

/// Asks the server to cancel what a connection is doing; libpq allows that from any thread.
private final class Canceller: Sendable {
    private struct State: @unchecked Sendable {
        // A PGcancel is a copy of the address and key; PQcancel only reads it.
        var handle: OpaquePointer?
        var isRunning = false
        var pending: DispatchSemaphore?
    }

    private let state = Mutex(State())

    deinit { state.withLock { if let handle = $0.handle { PQfreeCancel(handle) } } }

    func attach(_ connection: OpaquePointer) {
        let handle = PQgetCancel(connection)
        state.withLock { $0.handle = handle }
    }

    func begin() { state.withLock { $0.isRunning = true } }

    /// Sends a cancel request from another thread, because PQcancel waits for the server.
    func cancel() {
        let request: (OpaquePointer, DispatchSemaphore)? = state.withLock { state in
            guard state.isRunning, state.pending == nil, let handle = state.handle else {
                return nil
            }
            let done = DispatchSemaphore(value: 0)
            state.pending = done
            return (handle, done)
        }
        guard let (handle, done) = request else { return }
        nonisolated(unsafe) let target = handle
        DispatchQueue.global().async {
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(target, &message, 256)
            done.signal()
            _ = self  // Keeps the handle alive while it is in use.
        }
    }

    /// Ends the run; false when a cancel request is still under way and could hit the next one.
    func end() -> Bool {
        let pending = state.withLock { state in
            state.isRunning = false
            defer { state.pending = nil }
            return state.pending
        }
        guard let pending else { return true }
        return pending.wait(timeout: .now() + 1) == .success
    }
}

/// One connection on a thread of its own.
///
/// Everything of a transaction is one synchronous closure on that thread: no suspension, no
/// re-entrancy and no cancellation inside it, and the cooperative threads never block on libpq.
public actor Connection {
    nonisolated private let executor = ThreadExecutor()
    nonisolated private let canceller = Canceller()
    private let options: ConnectionOptions
    private var session: Session?

    /// The thread that the connection lives on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Makes a connection that is not yet open.
    public init(_ options: ConnectionOptions) { self.options = options }

    deinit { executor.stop() }

    /// Connects.
    public func open() throws(PostgresError) {
        guard session == nil else { return }
        let session = try Session(options)
        canceller.attach(session.connection)
        self.session = session
    }

    /// Disconnects; what runs later fails.
    public func close() {
        session = nil
        executor.stop()
    }

    /// Whether the connection must be replaced.
    public var isBroken: Bool { session?.isBroken ?? true }

    /// Runs `body` with the session; a cancelled task cancels the statement that is running.
    public func run<T: Sendable>(
        _ body: @Sendable (Session) throws -> T
    ) async throws -> T {
        guard let session else {
            throw PostgresError(.connectionLost, message: "the connection is closed")
        }
        canceller.begin()
        defer { if !canceller.end() { session.markBroken() } }
        return try await withTaskCancellationHandler {
            try body(session)
        } onCancel: {
            canceller.cancel()
        }
    }

    /// Whether the idle connection can be used: looks at the socket, sends nothing.
    func isUsable() -> Bool { session.map { !$0.isClosedByServer() } ?? false }

    /// Whether the connection can go back to the pool.
    func isReusable() -> Bool {
        session?.markBrokenIfUnfinished()
        session?.deadline = nil
        return !isBroken
    }
}
