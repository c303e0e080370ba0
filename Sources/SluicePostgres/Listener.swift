import CPostgres
import Glibc
import Logging
import Synchronization

/// A message another session sent with `NOTIFY`.
public struct Notification: Sendable, Hashable {
    /// The channel it came on.
    public let channel: String
    /// What was sent with it; may be empty.
    public let payload: String

    /// Describes a message.
    public init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}

/// What a listener sees.
public enum ListenerEvent: Sendable, Hashable {
    /// Listening has begun, or begun again: what was sent before may have been missed.
    case connected
    /// A message arrived.
    case notification(Notification)
    /// The connection broke; another is being made.
    case disconnected
}

/// Listens on channels over a connection of its own, for as long as `run` runs.
///
/// Messages are hints: those sent while there is no connection are lost, so each `connected` is a
/// reason to look for what there is to do.
public final class Listener: Sendable {
    /// How long silence may last before the connection is tested.
    static let probeInterval: Duration = .seconds(30)
    /// How many events wait for a reader that is slow; older ones are dropped then.
    static let bufferedEvents = 1024

    private struct State {
        var readers: [Int: AsyncStream<ListenerEvent>.Continuation] = [:]
        var lastReader = 0
        var isConnected = false
    }

    private let options: ConnectionOptions
    private let channels: [String]
    private let logger: Logger
    private let interruption: Interruption?
    private let state = Mutex(State())

    /// Prepares to listen on `channels`; names are taken exactly as written.
    public init(
        options: ConnectionOptions, channels: [String],
        logger: Logger = Logger(label: "sluice.postgres")
    ) {
        self.options = options
        self.channels = channels
        self.logger = logger
        do throws(PostgresError) {
            interruption = try Interruption()
        } catch {
            interruption = nil
        }
    }

    /// What is seen from now on; a reader that joins while connected begins with `connected`.
    public func notifications() -> AsyncStream<ListenerEvent> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.bufferedEvents)) { continuation in
            let reader = state.withLock { state in
                state.lastReader += 1
                state.readers[state.lastReader] = continuation
                if state.isConnected { continuation.yield(.connected) }
                return state.lastReader
            }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.readers[reader] = nil }
            }
        }
    }

    /// Listens, and connects again whenever that fails, until `stop` or the task's cancellation.
    ///
    /// - Throws: `connectionFailed` when the system has no thread or descriptor to give.
    public func run() async throws {
        guard interruption != nil else {
            throw PostgresError(.connectionFailed, message: "no file descriptor is left")
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (done: CheckedContinuation<Void, any Error>) in
                let isRunning = Thread.detach { [self] in
                    work()
                    done.resume()
                }
                if !isRunning {
                    done.resume(
                        throwing: PostgresError(
                            .connectionFailed, message: "the system has no thread to give"))
                }
            }
        } onCancel: {
            stop()
        }
    }

    /// Ends `run` and every stream of events, for good.
    public func stop() { interruption?.abandon() }

    /// The thread's work: to listen, and to begin again with growing pauses.
    private func work() {
        guard let interruption else { return }
        var pause = Duration.milliseconds(100)
        while !interruption.snapshot.isAbandoned {
            do throws(PostgresError) {
                try listen(interruption) { pause = .milliseconds(100) }
            } catch {
                if error.code == .poolClosed { break }
                logger.warning(
                    "listening failed", metadata: ["error": "\(error.debugDescription)"])
            }
            if state.withLock({ $0.isConnected }) { announce(.disconnected) }
            rest(for: pause * Double.random(in: 0.5..<1), interruption)
            pause = min(pause * 2, .seconds(5))
        }
        let readers = state.withLock { state in
            let readers = state.readers.values.map { $0 }
            state.readers = [:]
            return readers
        }
        for reader in readers { reader.finish() }
    }

    private func listen(
        _ interruption: Interruption, _ onSuccess: () -> Void
    ) throws(PostgresError) -> Never {
        let wire = try Wire.connect(options, interruption: interruption)
        defer { wire.close() }
        for channel in channels { try wire.listen(on: channel) }
        onSuccess()
        announce(.connected)
        while true {
            while let notification = wire.nextNotification() {
                announce(.notification(notification))
            }
            guard try !wire.awaitInput(for: Self.probeInterval) else { continue }
            try wire.command("", within: options.connectTimeout)
        }
    }

    private func announce(_ event: ListenerEvent) {
        let readers = state.withLock { state in
            switch event {
            case .connected: state.isConnected = true
            case .disconnected: state.isConnected = false
            case .notification: break
            }
            return state.readers.values.map { $0 }
        }
        for reader in readers { reader.yield(event) }
    }

    private func rest(for duration: Duration, _ interruption: Interruption) {
        if interruption.snapshot.isAbandoned { return }
        var watched = pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&watched, 1, Int32(clamping: duration.wholeMilliseconds))
    }
}

extension Wire {
    fileprivate func listen(on channel: String) throws(PostgresError) {
        guard let quoted = PQescapeIdentifier(pointer, channel, channel.utf8.count) else {
            throw lost()
        }
        defer { PQfreemem(quoted) }
        try command("LISTEN " + String(cString: quoted), within: .seconds(10))
    }

    /// Runs a command without parameters to its end.
    fileprivate func command(_ text: String, within time: Duration) throws(PostgresError) {
        let limit = ContinuousClock.now + time
        statementName = "listen"
        guard PQsendQuery(pointer, text) == 1 else { throw lost() }
        try flush(until: limit)
        PQclear(try finish(until: limit))
    }

    /// Waits for anything from the server; false when nothing came in the time given.
    fileprivate func awaitInput(for duration: Duration) throws(PostgresError) -> Bool {
        let end = ContinuousClock.now + duration
        while true {
            try checkInterruption()
            let remaining = end - .now
            guard remaining > .zero else { return false }
            var watched = (
                pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0),
                pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
            )
            _ = withUnsafeMutableBytes(of: &watched) {
                poll(
                    $0.assumingMemoryBound(to: pollfd.self).baseAddress, 2,
                    Int32(clamping: remaining.wholeMilliseconds))
            }
            if watched.1.revents != 0 { interruption.acknowledge() }
            guard watched.0.revents != 0 else { continue }
            if PQconsumeInput(pointer) == 0 { throw lost() }
            return true
        }
    }

    fileprivate func nextNotification() -> Notification? {
        guard let notify = PQnotifies(pointer) else { return nil }
        defer { PQfreemem(notify) }
        return Notification(
            channel: String(cString: notify.pointee.relname),
            payload: notify.pointee.extra.map { String(cString: $0) } ?? "")
    }
}
