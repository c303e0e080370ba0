import Foundation
import Glibc

/// A TCP connection to 127.0.0.1 on which a test sends and reads exactly the bytes it likes.
///
/// Every call blocks a thread of its own, never one of the few that run the tests and, in the same
/// process, the service.
public final class RawConnection: Sendable {
    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameter patience: how long a single read or write may take before it fails.
    public init(port: Int, patience: Duration = .seconds(30)) throws {
        descriptor = try LoopbackSocket.connect(port: port)
        var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`.
    ///
    /// - Throws: `POSIXError` when the other end is gone or takes nothing.
    public func send(_ bytes: [UInt8]) async throws {
        try await onThread { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if sent < 0, errno == EINTR { continue }
                guard sent > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// Sends text as UTF-8.
    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// The bytes that have come, waiting for the first; empty at the end of the connection.
    ///
    /// - Throws: `POSIXError` when the connection was reset, or nothing came in time.
    public func read() async throws -> [UInt8] {
        try await onThread { [descriptor] in
            while true {
                var buffer = [UInt8](repeating: 0, count: 256 << 10)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
                return Array(buffer.prefix(count))
            }
        }
    }

    /// Reads until `isEnough` of everything read so far, or to the end of the connection.
    public func read(until isEnough: ([UInt8]) -> Bool) async throws -> [UInt8] {
        var all: [UInt8] = []
        while !isEnough(all) {
            let part = try await read()
            if part.isEmpty { break }
            all += part
        }
        return all
    }

    /// Everything that comes up to the end of the connection.
    public func readToEnd() async throws -> [UInt8] { try await read { _ in false } }

    /// Tells the other end that nothing more is sent; reading goes on.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection at once; the other end sees a reset.
    public func cut() {
        var off = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &off, socklen_t(MemoryLayout<linger>.size))
        // Connecting to nowhere dissolves the association, which with this setting is a reset.
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
