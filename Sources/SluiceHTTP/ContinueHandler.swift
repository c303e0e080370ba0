import NIOCore
import NIOHTTP1

/// Tells clients that ask before they send a body to go on, with `100 Continue` (RFC 9110, 10.1.1).
///
/// curl asks so before more than a megabyte, and without an answer waits for a second. An expectation
/// of anything else is ignored, and so is one of HTTP/1.0, whose clients know no interim reply.
final class ContinueHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// For each request that is not answered to its end, oldest first: whether its client waits.
    private var areWaiting: [Bool] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): areWaiting.append(head.asksToContinue)
        // Who sends without having heard does not wait any more.
        case .body, .end: if let last = areWaiting.indices.last { areWaiting[last] = false }
        }
        context.fireChannelRead(data)
    }

    /// Only here, where all that has come was seen: a body that came along needs no answer.
    func channelReadComplete(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        // A reply that begins tells the client all it waits for.
        if case .head = part, !areWaiting.isEmpty { areWaiting[0] = false }
        context.write(data, promise: promise)
        guard case .end = part, !areWaiting.isEmpty else { return }
        areWaiting.removeFirst()
        goOn(context)
    }

    /// Answers the request whose turn it is: replies come in the order of requests, interim ones too.
    private func goOn(_ context: ChannelHandlerContext) {
        guard areWaiting.first == true else { return }
        areWaiting[0] = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
}

extension HTTPRequestHead {
    fileprivate var asksToContinue: Bool {
        (version.major, version.minor) >= (1, 1)
            && headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }
}

/// Puts a `ContinueHandler` where it sees requests as they came, with their version of HTTP.
///
/// The handlers a server is given come behind the translation to a form that has none.
public final class ContinueHandlerPlacement: ChannelInboundHandler, RemovableChannelHandler {
    /// Passed through as it is.
    public typealias InboundIn = Any

    /// Makes one for one connection.
    public init() {}

    /// Places the handler behind the decoder of requests.
    public func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ContinueHandler(), position: .after(decoder))
        } catch {
            context.fireErrorCaught(error)
        }
    }
}
