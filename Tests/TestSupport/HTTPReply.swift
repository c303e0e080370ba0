import SluiceJSON

/// A reply as it came over the wire: nothing is repaired, followed or decoded but chunks.
public struct HTTPReply: Sendable {
    /// The status.
    public let status: Int
    /// The headers by lower-case name.
    public let headers: [String: String]
    /// The body, out of its chunks.
    public let body: [UInt8]
    /// Whether the body came to its end; false when the connection was cut first.
    public let isWhole: Bool

    /// What stands behind the last chunk, as lines; empty for nothing.
    public let trailer: String

    /// Reads one reply out of the bytes of a connection; nil when not even its head is whole.
    public init?(parsing bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        // As bytes, because Swift takes CR LF for one character.
        let lines = bytes[..<end.lowerBound].split(separator: 10)
            .map { String(decoding: $0.filter { $0 != 13 }, as: UTF8.self) }
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        self.headers = headers
        let rest = bytes[end.upperBound...]
        if headers["transfer-encoding"] == "chunked" {
            (body, isWhole, trailer) = Self.unchunk(rest)
        } else {
            let length = headers["content-length"].flatMap(Int.init) ?? rest.count
            body = Array(rest.prefix(length))
            isWhole = rest.count >= length
            trailer = ""
        }
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as one JSON value.
    public var json: JSONValue {
        get throws { try JSONValue(parsing: body, limits: JSONLimits(depth: 99, bytes: 1 << 30)) }
    }

    /// The body's lines, each as a JSON value.
    public var jsonLines: [JSONValue] {
        get throws { try body.split(separator: 10).map { try JSONValue(parsing: Array($0)) } }
    }

    private static func unchunk(_ bytes: ArraySlice<UInt8>) -> ([UInt8], Bool, String) {
        var rest = bytes
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: 10) {
            let size = String(decoding: rest[..<end].filter { $0 != 13 }, as: UTF8.self)
            guard let count = Int(size, radix: 16) else { break }
            rest = rest[(end + 1)...]
            if count == 0 { return (body, true, String(decoding: rest, as: UTF8.self)) }
            body += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
        return (body, false, "")
    }
}

/// Sends a request on a connection of its own and reads the whole reply.
///
/// - Parameters:
///   - path: as it stands in the request, already encoded.
///   - body: nil sends no body and no length.
/// - Throws: `POSIXError`; `NoReply`.
public func request(
    _ method: String, _ path: String, port: Int, token: String? = nil,
    headers: [String: String] = [:], body: [UInt8]? = nil
) async throws -> HTTPReply {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if let token { head += "Authorization: Bearer \(token)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    let connection = try RawConnection(port: port)
    try await connection.send(Array((head + "\r\n").utf8) + (body ?? []))
    guard let reply = HTTPReply(parsing: try await connection.readToEnd()) else { throw NoReply() }
    return reply
}

/// The connection ended before a reply came.
public struct NoReply: Error {
    /// Makes the error.
    public init() {}
}
