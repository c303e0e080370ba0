import Foundation
import Glibc
import Synchronization

/// A TCP proxy on 127.0.0.1 behind which the other end is some milliseconds away.
///
/// Every piece of data is held back for the delay and then passed on; pieces follow each other as
/// they came, so the delay does not limit how much gets through.
final class DelayProxy: Sendable {
    let port: Int
    private let target: Int
    private let delay: Duration
    private let listener: Int32

    /// Starts to listen for connections to `target`, another port of 127.0.0.1.
    init(to target: Int, delay: Duration) throws {
        self.target = target
        self.delay = delay
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var bound = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard listener >= 0, isListening else {
            throw BenchError("listening: \(String(cString: strerror(errno)))")
        }
        port = Int(UInt16(bigEndian: bound.sin_port))
        Thread.detachNewThread { self.accept() }
    }

    /// Takes no more connections.
    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(port: target)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                Glibc.close(client)
                Glibc.close(server)
                continue
            }
            for descriptor in [client, server] {
                var on: Int32 = 1
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
            }
            forward(client, server)
            forward(server, client)
        }
        Glibc.close(listener)
    }

    /// Passes on one direction: a thread reads and notes when, another one sends when it is time.
    private func forward(_ source: Int32, _ sink: Int32) {
        let line = Line()
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(source, &buffer, buffer.count, 0)
                line.put(count > 0 ? Array(buffer[..<count]) : [], at: .now + self.delay)
                if count <= 0 { return }
            }
        }
        Thread.detachNewThread {
            while true {
                let (bytes, moment) = line.take()
                let wait = ContinuousClock.now.duration(to: moment) / .seconds(1)
                if wait > 0 { Thread.sleep(forTimeInterval: wait) }
                let sent = send(sink, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                if bytes.isEmpty || sent < bytes.count {
                    shutdown(sink, Int32(SHUT_RDWR))
                    return
                }
            }
        }
    }

    /// What is on its way in one direction.
    private final class Line: @unchecked Sendable {
        private let condition = NSCondition()
        private var pieces: [(bytes: [UInt8], at: ContinuousClock.Instant)] = []

        func put(_ bytes: [UInt8], at moment: ContinuousClock.Instant) {
            condition.lock()
            pieces.append((bytes, moment))
            condition.signal()
            condition.unlock()
        }

        func take() -> (bytes: [UInt8], at: ContinuousClock.Instant) {
            condition.lock()
            defer { condition.unlock() }
            while pieces.isEmpty { condition.wait() }
            return pieces.removeFirst()
        }
    }
}
