import Glibc

/// A lean HTTP/1.1 client on one blocking keep-alive connection.
///
/// It measures the service and not itself: requests are bytes made beforehand, and of a reply only
/// its framing is read. Its calls block; run it on a thread of its own (`onThreads`).
final class HTTPConnection: @unchecked Sendable {
    // One thread may send while another receives; each side has its own state.
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// What has been received and not read yet.
    private var unread = 0..<0

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw BenchError("cannot connect to port \(port): \(reason)")
        }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// A request with its head; `body` may be sent later when only its length is given.
    static func request(
        _ method: String, _ path: String, token: String, type: String = "application/json",
        body: [UInt8] = [], length: Int? = nil
    ) -> [UInt8] {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: \(type)\r\nContent-Length: \(length ?? body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// Sends bytes, all of them.
    func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            var rest = raw[...]
            while !rest.isEmpty {
                let sent = Glibc.send(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
                    Int32(MSG_NOSIGNAL))
                if sent < 0, errno == EINTR { continue }
                guard sent > 0 else {
                    throw BenchError("sending: \(String(cString: strerror(errno)))")
                }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// Receives one reply, lending its body in pieces.
    ///
    /// - Returns: the status.
    func receive(_ onBody: (ArraySlice<UInt8>) -> Void) throws -> Int {
        let status = try readStatus()
        var length = 0
        var isChunked = false
        while let line = try readLine(), !line.isEmpty {
            if line.hasPrefix("content-length:") {
                length = line.dropFirst(15).reduce(0) { $1 == 32 ? $0 : $0 * 10 + Int($1) - 48 }
            }
            if line.hasPrefix("transfer-encoding:") { isChunked = true }
        }
        guard isChunked else {
            try readBody(length, onBody)
            return status
        }
        while true {
            guard let line = try readLine(),
                let size = Int(String(decoding: line, as: UTF8.self), radix: 16)
            else { throw BenchError("broken chunk") }
            try readBody(size, onBody)
            _ = try readLine()
            if size == 0 { return status }
        }
    }

    /// Sends a request and receives its reply whole.
    ///
    /// - Throws: when the status is not 2xx.
    @discardableResult
    func call(_ request: [UInt8]) throws -> [UInt8] {
        try send(request)
        var body: [UInt8] = []
        let status = try receive { body += $0 }
        guard (200..<300).contains(status) else {
            throw BenchError(
                "status \(status): \(String(decoding: body.prefix(300), as: UTF8.self))")
        }
        return body
    }

    /// The status in `HTTP/1.1 200 OK`.
    private func readStatus() throws -> Int {
        guard let line = try readLine(), line.count >= 12,
            let status = Int(String(decoding: line.dropFirst(9).prefix(3), as: UTF8.self))
        else { throw BenchError("no HTTP reply") }
        return status
    }

    /// A line without its end; good until the next read.
    private func readLine() throws -> ArraySlice<UInt8>? {
        while true {
            if let end = buffer[unread].firstIndex(of: 10) {
                let line = buffer[unread.lowerBound..<max(unread.lowerBound, end - 1)]
                unread = end + 1..<unread.upperBound
                return line
            }
            try fill()
        }
    }

    private func readBody(_ length: Int, _ onBody: (ArraySlice<UInt8>) -> Void) throws {
        var left = length
        while left > 0 {
            if unread.isEmpty { try fill() }
            let part = unread.prefix(left)
            onBody(buffer[part])
            unread = part.upperBound..<unread.upperBound
            left -= part.count
        }
    }

    /// Receives more behind what is unread, which moves to the front when there is no room.
    private func fill() throws {
        if unread.isEmpty {
            unread = 0..<0
        } else if unread.upperBound == buffer.count {
            guard unread.lowerBound > 0 else { throw BenchError("a line of the reply is too long") }
            buffer.replaceSubrange(0..<unread.count, with: Array(buffer[unread]))
            unread = 0..<unread.count
        }
        let end = unread.upperBound
        let received = try buffer.withUnsafeMutableBytes { bytes in
            while true {
                let count = recv(
                    descriptor, bytes.baseAddress?.advanced(by: end), bytes.count - end, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw BenchError("the service closed the connection") }
                return count
            }
        }
        unread = unread.lowerBound..<end + received
    }
}

extension ArraySlice<UInt8> {
    /// Whether it begins with a header's name, whatever the case of its letters.
    fileprivate func hasPrefix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            count >= text.count
                && zip(self, text).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
        }
    }
}
