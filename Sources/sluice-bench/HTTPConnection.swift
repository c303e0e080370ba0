import Glibc

/// A lean HTTP/1.1 client on one blocking keep-alive connection.
///
/// It measures the service and not itself: requests are bytes made beforehand, and of a reply only
/// its framing is read. Its calls block; run it on a thread of its own (`onThreads`).
final class HTTPConnection: @unchecked Sendable {
    // One thread may send while another receives; each side has its own state.
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0

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
        let head = try readHead()
        let lines = head.split(separator: "\r\n")
        let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }
        guard let status = status.flatMap({ Int($0) }) else {
            throw BenchError("no HTTP reply: \(head.prefix(80))")
        }
        var length = 0
        var isChunked = false
        for line in lines.dropFirst() {
            let line = line.lowercased()
            if line.hasPrefix("content-length:") {
                length = Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
            }
            if line.hasPrefix("transfer-encoding:") { isChunked = line.contains("chunked") }
        }
        guard isChunked else {
            try readBody(length, onBody)
            return status
        }
        while true {
            guard let size = Int(try readLine(), radix: 16) else {
                throw BenchError("broken chunk")
            }
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

    private func readHead() throws -> String {
        var head = ""
        while true {
            let line = try readLine()
            if line.isEmpty { return head }
            head += line + "\r\n"
        }
    }

    private func readLine() throws -> String {
        while true {
            if let end = buffer[position...].firstIndex(of: 10) {
                defer { position = end + 1 }
                return String(decoding: buffer[position..<max(position, end - 1)], as: UTF8.self)
            }
            try fill()
        }
    }

    private func readBody(_ length: Int, _ onBody: (ArraySlice<UInt8>) -> Void) throws {
        var left = length
        while left > 0 {
            if position == buffer.count { try fill() }
            let count = min(left, buffer.count - position)
            onBody(buffer[position..<position + count])
            position += count
            left -= count
        }
    }

    private func fill() throws {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            position = 0
        }
        let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
            var received = -1
            repeat {
                received = recv(descriptor, bytes.baseAddress, bytes.count, 0)
            } while received < 0 && errno == EINTR
            guard received > 0 else { throw BenchError("the service closed the connection") }
            count = received
        }
        buffer += chunk
    }
}
