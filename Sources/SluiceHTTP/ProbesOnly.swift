import NIOCore
import NIOHTTP1
import SluiceAPI
import SluiceDomain

/// Answers a connection that is one too many: health checks as always, everything else with 503,
/// and then closes it.
final class ProbesOnly: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private static let paths = ["/healthz", "/readyz"]

    /// How long such a connection may last: those who ask nothing must not be in the way of those
    /// who ask how the service is.
    private static let patience = TimeAmount.seconds(1)

    private var isRefused = false
    private var end: Scheduled<Void>?

    /// Begins to wait for the request.
    func handlerAdded(context: ChannelHandlerContext) {
        end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
            context.close(promise: nil)
        }
    }

    /// Waits no more.
    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    /// Passes a health check on, and refuses the rest.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A look at the database may take longer, and takes its own time.
        end?.cancel()
        if case .head(let head) = unwrapInboundIn(data), !Self.paths.contains(head.uri) {
            isRefused = true
            refuse(context)
        }
        if !isRefused { context.fireChannelRead(data) }
    }

    /// Closes the connection behind the reply.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        context.writeAndFlush(data, promise: promise)
        context.close(promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        let problem = Problem(.overloaded)
        let body = problem.json
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: problem.status),
            headers: [
                "Content-Type": "application/problem+json", "Cache-Control": "no-store",
                "Retry-After": "1", "Connection": "close", "Content-Length": "\(body.count)",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Has a connection answer health checks alone.
    ///
    /// - Throws: when it has no decoder of requests.
    public func answerProbesOnly() throws {
        let decoder = try handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try addHandler(ProbesOnly(), position: .after(decoder))
    }
}
