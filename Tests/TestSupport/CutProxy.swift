import Foundation
import Glibc
import Synchronization

/// A TCP proxy that can cut or swallow what passes, to stand between two parts of the system.
///
/// Listens on 127.0.0.1 and forwards to a port there or to a unix socket, byte by byte as it comes.
public final class CutProxy: Sendable {
    /// Where the connections go.
    public enum Target: Sendable {
        /// A port of 127.0.0.1.
        case port(Int)
        /// A unix socket.
        case socket(String)
    }

    /// Who sent the bytes that are counted.
    public enum Side: Sendable {
        /// The one that connected to the proxy.
        case client
        /// The target.
        case server
    }

    /// What happens to the bytes.
    public enum Mode: Sendable, Equatable {
        /// They pass.
        case pass
        /// Of those sent by the side from now on this many pass, then both connections are reset.
        case cut(Side, afterBytes: Int)
        /// They are taken and go nowhere; connections stay open.
        case blackhole
    }

    /// The port to connect to.
    public let port: Int
    private let listener: Int32
    private let target: Target
    private let state = Mutex(State())

    private struct State {
        var mode = Mode.pass
        var isClosed = false
        var open: [ObjectIdentifier: Link] = [:]
    }

    /// Starts to listen.
    public init(to target: Target) throws {
        self.target = target
        (listener, port) = try LoopbackSocket.listen()
        Thread.detachNewThread { self.accept() }
    }

    /// Changes what happens from the next bytes on, on every connection.
    public func set(_ mode: Mode) { state.withLock { $0.mode = mode } }

    /// Resets every connection open now.
    public func reset() {
        // Under the lock no link is closed, so its descriptors are still its own.
        state.withLock { for link in $0.open.values { link.reset() } }
    }

    /// Stops listening and resets what is open.
    public func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        reset()
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0, !state.withLock({ $0.isClosed }) else { break }
            do {
                let server =
                    switch target {
                    case .port(let port): try LoopbackSocket.connect(port: port)
                    case .socket(let path): try LoopbackSocket.connect(path: path)
                    }
                let link = Link(client: client, server: server)
                state.withLock { $0.open[ObjectIdentifier(link)] = link }
                Thread.detachNewThread { self.forward(.client, link) }
                Thread.detachNewThread { self.forward(.server, link) }
            } catch {
                // Nobody is there: the client sees that as a reset, as it would without us.
                Link.resetOnClose(client)
                Glibc.close(client)
            }
        }
        Glibc.close(listener)
    }

    /// Two sockets that are closed when both directions are done.
    private final class Link: Sendable {
        let client: Int32
        let server: Int32
        let directions = Atomic(2)
        private let wasReset = Atomic(false)

        init(client: Int32, server: Int32) { (self.client, self.server) = (client, server) }

        /// Tells `sink` that no more bytes come; a connection that was reset ends without that.
        func finish(_ sink: Int32) {
            if !wasReset.load(ordering: .acquiring) { shutdown(sink, Int32(SHUT_WR)) }
        }

        /// Ends both directions; both ends then see a reset, not an orderly end.
        func reset() {
            wasReset.store(true, ordering: .releasing)
            for descriptor in [client, server] {
                Self.resetOnClose(descriptor)
                shutdown(descriptor, Int32(SHUT_RD))
            }
        }

        static func resetOnClose(_ descriptor: Int32) {
            var off = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &off, socklen_t(MemoryLayout<linger>.size))
        }
    }

    private func forward(_ side: Side, _ link: Link) {
        let (source, sink) =
            side == .client ? (link.client, link.server) : (link.server, link.client)
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let (passes, cuts) = allowance(for: count, from: side)
            guard passes == 0 || Self.send(buffer[..<passes], to: sink) else { break }
            if cuts {
                link.reset()
                break
            }
        }
        link.finish(sink)
        if link.directions.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
            state.withLock { $0.open[ObjectIdentifier(link)] = nil }
            Glibc.close(link.client)
            Glibc.close(link.server)
        }
    }

    /// How many of the bytes pass, and whether the connection ends after them.
    private func allowance(for count: Int, from side: Side) -> (passes: Int, cuts: Bool) {
        state.withLock { state in
            switch state.mode {
            case .pass: return (count, false)
            case .blackhole: return (0, false)
            case .cut(let counted, let remaining):
                guard counted == side else { return (count, false) }
                guard count >= remaining else {
                    state.mode = .cut(counted, afterBytes: remaining - count)
                    return (count, false)
                }
                // One cut a setting: what connects next gets through.
                state.mode = .pass
                return (remaining, true)
            }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}
