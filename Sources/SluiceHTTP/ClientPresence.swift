import NIOCore
import Synchronization

/// Tells whether the client of a connection is still there, and stops long work when it has left.
///
/// A client that ends its side of the connection before the reply has come is taken to have left, as
/// Go's `net/http` and nginx do: a client that dies looks the same. What the connection's task is
/// doing then goes on, unless it runs within `interruptible`: what stores something is never
/// stopped half way by a client that hangs up, and a repeated request finds it done.
public final class ClientPresence: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    /// Passed through as it is.
    public typealias InboundIn = Any

    private struct State {
        var hasLeft = false
        /// How many pieces of work may be stopped now.
        var interruptible = 0
        var isInterrupted = false
        /// Whether the connection has been served to its end.
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?

        /// Who is to be woken, if it is time.
        mutating func wake() -> CheckedContinuation<Void, Never>? {
            guard hasLeft, interruptible > 0 else { return nil }
            isInterrupted = true
            defer { waiter = nil }
            return waiter
        }
    }

    /// The presence of the client whose connection's task this is.
    @TaskLocal public static var current: ClientPresence?

    private let state = Mutex(State())

    /// Makes the one of a connection.
    public init() {}

    /// Hears that the client has ended its side.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { leave() }
        context.fireUserInboundEventTriggered(event)
    }

    /// Hears that the connection is gone.
    public func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// Serves a connection in a task that is cancelled when its client leaves during work that may
    /// be stopped.
    public func serve(_ connection: @escaping @Sendable () async -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                await ClientPresence.$current.withValue(self) { await connection() }
                end()
            }
            await untilInterrupted()
            if state.withLock({ $0.isInterrupted }) { group.cancelAll() }
        }
    }

    /// Runs work that is cancelled when the client leaves, or has left.
    public func interruptible<Value>(_ work: () async throws -> Value) async rethrows -> Value {
        let waiter = state.withLock { state in
            state.interruptible += 1
            return state.wake()
        }
        waiter?.resume()
        defer { state.withLock { $0.interruptible -= 1 } }
        return try await work()
    }

    private func leave() {
        let waiter = state.withLock { state in
            state.hasLeft = true
            return state.wake()
        }
        waiter?.resume()
    }

    /// The connection has been served: nothing is waited for any more.
    private func end() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            // Not yet waited for: whoever comes to wait finds it over.
            state.isOver = true
            return state.waiter
        }
        waiter?.resume()
    }

    private func untilInterrupted() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.isOver || state.isInterrupted { return true }
                state.waiter = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
    }
}
