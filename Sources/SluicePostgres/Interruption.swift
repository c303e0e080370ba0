import CPostgres
import Glibc
import Synchronization

/// How other threads reach a connection that is busy on its own: to cancel, or to give it up.
///
/// A cancellation names the operation it is meant for by a ticket, so that one which comes late
/// cannot hit the next user of the connection.
final class Interruption: Sendable {
    /// How long the server may take to obey before the connection is thrown away.
    static let patience: Duration = .seconds(5)

    /// What has been asked for so far.
    struct State {
        var lastTicket: UInt64 = 0
        /// The operation that has the connection; 0 for none.
        var current: UInt64 = 0
        var cancelledAt: ContinuousClock.Instant?
        var isAbandoned = false
        /// Cancel requests on their way to the server.
        var requests = 0
        var handle: CancelHandle?

        /// The handle for one more request, which is counted as on its way.
        mutating func takeHandle() -> CancelHandle? {
            if handle != nil { requests += 1 }
            return handle
        }
    }

    /// Becomes readable when something was asked for; the connection's thread polls it.
    let descriptor: Int32
    private let raised = Atomic<Bool>(false)
    private let state = Mutex(State())

    init() throws(PostgresError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else {
            throw PostgresError(.connectionFailed, message: "no file descriptor is left")
        }
    }

    deinit { close(descriptor) }

    /// Whether anything has been asked for; cheap.
    var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// A look at what has been asked for.
    var snapshot: (cancelledAt: ContinuousClock.Instant?, isAbandoned: Bool) {
        state.withLock { ($0.cancelledAt, $0.isAbandoned) }
    }

    /// Makes a new connection's cancel key known; nil forgets it.
    func attach(_ handle: CancelHandle?) { state.withLock { $0.handle = handle } }

    /// A ticket for an operation that waits for its turn.
    func ticket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// Begins an operation: from now on, and until `end`, `cancel` reaches it.
    func begin(_ ticket: UInt64) { state.withLock { $0.current = ticket } }

    /// Asks the operation of a ticket to stop; from any thread, without blocking.
    func cancel(_ ticket: UInt64) {
        // One step, so that `end` sees all of it or nothing: a request that it missed would stop
        // the next user's work.
        let (isCurrent, handle) = state.withLock { state -> (Bool, CancelHandle?) in
            guard state.current == ticket, state.cancelledAt == nil else { return (false, nil) }
            state.cancelledAt = .now
            raised.store(true, ordering: .releasing)
            return (true, state.takeHandle())
        }
        guard isCurrent else { return }
        wake()
        send(handle)
    }

    /// Gives the connection up: whatever it waits for fails at once.
    func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            raised.store(true, ordering: .releasing)
        }
        wake()
    }

    /// Sends the server a request to cancel what this connection runs.
    func requestCancel() { send(state.withLock { $0.takeHandle() }) }

    /// Ends an operation: later cancellations of it are ignored, and those on their way arrive now.
    ///
    /// - Returns: nil when nothing had been asked for; otherwise whether the connection may be used
    ///   again.
    func end() -> Bool? {
        let isAsked = state.withLock { state in
            state.current = 0
            return isRaised
        }
        guard isAsked else { return nil }
        let isSettled = settle()
        return state.withLock { state in
            state.cancelledAt = nil
            guard isSettled, !state.isAbandoned else { return false }
            raised.store(false, ordering: .releasing)
            return true
        }
    }

    /// Waits until no cancel request is on its way to the server any more.
    ///
    /// - Returns: false when one is still under way after `patience`.
    func settle() -> Bool {
        let limit = ContinuousClock.now + Self.patience
        while state.withLock({ $0.requests > 0 }) {
            let remaining = limit - .now
            guard remaining > .zero else { return false }
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&watched, 1, Int32(clamping: remaining.wholeMilliseconds)) > 0 { acknowledge() }
        }
        acknowledge()
        return true
    }

    /// Makes the descriptor quiet until the next request.
    func acknowledge() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    /// Uses a handle that was taken, on a helper thread, since libpq blocks while it does.
    private func send(_ handle: CancelHandle?) {
        guard let handle else { return }
        let isRunning = Thread.detach { [self] in
            handle.send()
            finishRequest()
        }
        if !isRunning { finishRequest() }
    }

    private func finishRequest() {
        state.withLock { $0.requests -= 1 }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }
}

/// libpq's key for cancelling what one connection runs; usable from any thread.
final class CancelHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(_ connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to cancel; blocks while it connects and until the server has taken note.
    ///
    /// A request that fails needs no report: the operation then ends by its deadline.
    func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            _ = PQcancel(pointer, message.baseAddress, 256)
        }
    }
}
