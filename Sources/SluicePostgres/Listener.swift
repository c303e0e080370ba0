import Logging

/// A message sent with NOTIFY.
public struct Notification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What was said.
    public let payload: String
}

/// What a listener has to tell.
public enum ListenerEvent: Sendable, Hashable {
    /// Listening (again): whatever was announced before may have been missed.
    case connected
    /// A message.
    case notification(Notification)
    /// The connection broke; it is made again.
    case disconnected
}

/// Listens to channels on a connection of its own, and reconnects.
///
/// A notification is a hint: it can be lost with the connection. Whoever uses it looks at the
/// tables on `connected`, and now and then anyway.
public final class Listener: Sendable {
    /// The events, for one reader.
    public let events: AsyncStream<ListenerEvent>
    private let sink: AsyncStream<ListenerEvent>.Continuation
    private let options: ConnectionOptions
    private let channels: [String]
    private let logger: Logger

    /// Makes a listener; `run` starts it.
    public init(options: ConnectionOptions, channels: [String], logger: Logger) {
        (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
        self.options = options
        self.channels = channels
        self.logger = logger
    }

    /// Listens until the task is cancelled.
    public func run() async {
        var failures = 0
        while !Task.isCancelled {
            let connection = Connection(options)
            do {
                try await listen(on: connection) { failures = 0 }
            } catch {
                logger.debug("listening stopped", metadata: ["error": "\(error)"])
            }
            await connection.close()
            guard !Task.isCancelled else { break }
            sink.yield(.disconnected)
            failures += 1
            let pause = min(50 << min(failures, 6), 2000)
            try? await Task.sleep(for: .milliseconds(Int.random(in: pause / 2...pause)))
        }
        sink.finish()
    }

    private func listen(on connection: Connection, _ connected: () -> Void) async throws {
        try await connection.open()
        let channels = channels
        try await connection.run { session in
            for channel in channels {
                try session.script("LISTEN " + session.quotedIdentifier(channel))
            }
        }
        connected()
        sink.yield(.connected)
        while !Task.isCancelled {
            // Short waits: the thread is the connection's own, and stopping takes this long.
            let received = try await connection.run { session in
                try session.notifications(within: .milliseconds(250))
            }
            for notification in received { sink.yield(.notification(notification)) }
        }
    }
}
