import Glibc

/// Asks a server on a unix socket for a sign of life, below any protocol library.
enum SocketProbe {
    /// `SSLRequest`: length 8, code 80877103 (PostgreSQL documentation, "Message Formats").
    private static let request: [UInt8] = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]

    /// Says whether a PostgreSQL server answers there within the limit.
    ///
    /// Any server answers one byte to the request, on a unix socket always "N". A frozen server
    /// accepts the connection and stays silent.
    static func answers(socketDirectory: String, within limit: Duration) async -> Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0
        )
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard connect(descriptor, to: ClusterLayout.socket(in: socketDirectory)),
            send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { return false }

        let deadline = ContinuousClock.now + limit
        while true {
            var byte: UInt8 = 0
            switch recv(descriptor, &byte, 1, 0) {
            case 1: return byte == UInt8(ascii: "N") || byte == UInt8(ascii: "S")
            case 0: return false
            default:
                guard errno == EAGAIN || errno == EINTR, ContinuousClock.now < deadline,
                    await pause(.milliseconds(2))
                else { return false }
            }
        }
    }

    private static func connect(_ descriptor: Int32, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= ClusterLayout.longestSocketPathBytes else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
