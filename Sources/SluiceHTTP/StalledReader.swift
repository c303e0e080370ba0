import Logging
import NIOCore

/// Cuts off a client that takes nothing of a reply for too long.
///
/// A reply that nobody reads keeps what makes it: the rows of an export, and the connection to the
/// database they come through. One that is read slowly is left alone, as long as bytes move.
public final class StalledReader: ChannelDuplexHandler, RemovableChannelHandler {
    /// Passed through as it is.
    public typealias InboundIn = ByteBuffer
    /// Passed through as it is.
    public typealias InboundOut = ByteBuffer
    /// What is sent to the client.
    public typealias OutboundIn = ByteBuffer
    /// Passed through as it is.
    public typealias OutboundOut = ByteBuffer

    private let limit: TimeAmount
    private let logger: Logger
    /// Bytes handed to the connection so far.
    private var written = 0
    /// How things stood when bytes last moved, and when that was.
    private var last = (written: 0, waiting: 0, at: NIODeadline.now())
    private var check: Scheduled<Void>?

    /// Cuts off who takes nothing for `limit`.
    public init(limit: TimeAmount, logger: Logger) {
        self.limit = limit
        self.logger = logger
    }

    /// Counts what is sent.
    public func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        written += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    /// Begins to watch when not all could be sent.
    public func flush(context: ChannelHandlerContext) {
        context.flush()
        guard check == nil else { return }
        let waiting = waiting(context)
        if waiting > 0 {
            last = (written, waiting, .now())
            schedule(context)
        }
    }

    /// Stops watching.
    public func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    /// How many bytes the system has not taken yet.
    private func waiting(_ context: ChannelHandlerContext) -> Int {
        do {
            return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        } catch {
            // A connection that is closed has nothing that waits.
            return 0
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let quarter = TimeAmount.nanoseconds(limit.nanoseconds / 4)
        check = context.eventLoop.assumeIsolated().scheduleTask(in: quarter) { [self] in
            check = nil
            look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        let waiting = waiting(context)
        guard waiting > 0, context.channel.isActive else { return }
        let now = NIODeadline.now()
        if (written, waiting) != (last.written, last.waiting) {
            last = (written, waiting, now)
        } else if now - last.at >= limit {
            logger.info(
                "a client that reads nothing was cut off",
                metadata: [
                    "seconds": "\((now - last.at).nanoseconds / 1_000_000_000)",
                    "waiting_bytes": "\(waiting)",
                ])
            context.close(promise: nil)
            return
        }
        schedule(context)
    }
}
