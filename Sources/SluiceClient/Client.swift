import AsyncHTTPClient
import Crypto
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import SluiceAPI
import SluiceDomain
import SluiceJSON

/// Typed calls to a Sluice service.
///
/// The client keeps no state of its own and never tries a call again: what is safe to repeat is the
/// caller's to know. Reviews and predictions are; they carry their own keys.
public struct Client: Sendable {
    /// Where the service is, without a trailing slash.
    public let baseURL: String
    private let token: String
    private let timeout: Duration
    private let http: HTTPClient

    /// The process's connections.
    ///
    /// Whoever calls says when to try again, and shows that nobody is there meanwhile: a connection
    /// that is refused is told at once, where the library would go on trying until the call's time
    /// is over.
    public static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }()

    /// Speaks to the service at `baseURL` with `token`; each call gets `timeout`.
    public init(
        baseURL: String, token: String, timeout: Duration = .seconds(15),
        http: HTTPClient = Client.http
    ) {
        self.baseURL = baseURL.last == "/" ? String(baseURL.dropLast()) : baseURL
        self.token = token
        self.timeout = timeout
        self.http = http
    }

    /// What tells this service, this token and one more word apart from all others: 32 hexadecimal
    /// digits that do not give the token away.
    public func fingerprint(_ word: String) -> String {
        let digest = SHA256.hash(data: Array("\(baseURL)\0\(word)\0\(token)".utf8))
        return digest.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Calls an endpoint.
    ///
    /// - Parameters:
    ///   - path: the path's parameters, not yet encoded.
    ///   - query: the query's parameters, not yet encoded.
    public func call<Input, Output>(
        _ endpoint: Endpoint<Input, Output>, at path: [String: String] = [:],
        query: [(String, String)] = [], _ input: Input
    ) async throws(ClientError) -> Output {
        var request = request(endpoint.method, endpoint.path(path), query)
        if Input.self != Nothing.self {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: input.json))
        }
        let bytes = try await collect(request)
        do {
            return try Output(
                parsing: bytes, limits: JSONLimits(depth: 512, bytes: max(bytes.count, 1)))
        } catch {
            throw .unexpectedReply(error.detail)
        }
    }

    /// Gets a document that has no type of its own.
    public func document(
        _ path: String, query: [(String, String)] = []
    ) async throws(ClientError) -> JSONValue {
        let bytes = try await collect(request("GET", path, query))
        do {
            return try JSONValue(
                parsing: bytes, limits: JSONLimits(depth: 512, bytes: max(bytes.count, 1)))
        } catch {
            throw .unexpectedReply(error.description)
        }
    }

    /// Streams a reply's body to `chunk`, in constant memory.
    ///
    /// - Throws: `ClientError`, also when the body is cut short; what `chunk` throws.
    public func download(
        _ path: String, query: [(String, String)] = [],
        _ chunk: ([UInt8]) async throws -> Void
    ) async throws {
        let response = try await send(request("GET", path, query), within: .hours(24))
        try await check(response)
        var body = response.body.makeAsyncIterator()
        while true {
            let buffer: ByteBuffer?
            do {
                buffer = try await body.next()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw ClientError.cutShort(url: baseURL, reason: Self.words(for: error))
            }
            guard let buffer else { return }
            try await chunk(Array(buffer.readableBytesView))
        }
    }

    /// Streams NDJSON to the service and its reply lines to `reply`, in constant memory.
    public func upload<Body: AsyncSequence & Sendable>(
        _ path: String, query: [(String, String)] = [], _ body: Body,
        reply: ([UInt8]) async throws -> Void
    ) async throws where Body.Element == ByteBuffer {
        var request = request("POST", path, query)
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.body = .stream(body, length: .unknown)
        let response = try await send(request, within: .hours(24))
        try await check(response)
        do {
            for try await buffer in response.body {
                try await reply(Array(buffer.readableBytesView))
            }
        } catch let error as HTTPClientError {
            throw ClientError.unreachable(url: baseURL, reason: Self.words(for: error))
        } catch let error as IOError {
            throw ClientError.unreachable(url: baseURL, reason: Self.words(for: error))
        }
    }

    private func request(
        _ method: String, _ path: String, _ query: [(String, String)]
    ) -> HTTPClientRequest {
        let pairs = query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        let suffix = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
        var request = HTTPClientRequest(url: baseURL + path + suffix)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        return request
    }

    private func send(
        _ request: HTTPClientRequest, within timeout: TimeAmount
    ) async throws(ClientError) -> HTTPClientResponse {
        do {
            return try await http.execute(request, timeout: timeout)
        } catch {
            throw .unreachable(url: baseURL, reason: Self.words(for: error))
        }
    }

    private func check(_ response: HTTPClientResponse) async throws(ClientError) {
        guard !(200..<300).contains(response.status.code) else { return }
        throw Self.problem(response.status.code, try await body(of: response))
    }

    private func collect(_ request: HTTPClientRequest) async throws(ClientError) -> [UInt8] {
        let limit = TimeAmount.nanoseconds(
            timeout.components.seconds * 1_000_000_000
                + timeout.components.attoseconds / 1_000_000_000)
        let response = try await send(request, within: limit)
        let bytes = try await body(of: response)
        guard (200..<300).contains(response.status.code) else {
            throw Self.problem(response.status.code, bytes)
        }
        return bytes
    }

    private func body(of response: HTTPClientResponse) async throws(ClientError) -> [UInt8] {
        do {
            return Array(try await response.body.collect(upTo: 256 << 20).readableBytesView)
        } catch {
            throw .unreachable(url: baseURL, reason: Self.words(for: error))
        }
    }

    private static func problem(_ status: UInt, _ bytes: [UInt8]) -> ClientError {
        do {
            return .problem(try Problem(parsing: bytes))
        } catch {
            return .unexpectedReply("status \(status) without a problem document")
        }
    }

    /// What went wrong on the way, in words for people.
    private static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout: "nobody took the connection in time"
            case .deadlineExceeded, .readTimeout: "it took too long"
            case .remoteConnectionClosed: "the connection was closed"
            case .invalidURL, .emptyHost, .emptyScheme: "that is no address of a service"
            default: error.shortDescription
            }
        case let error as IOError: systemWords(error.errnoCode)
        case let error as NIOConnectionError:
            if let cause = error.connectionErrors.first?.error {
                words(for: cause)
            } else {
                "the name \(error.host) is not known"
            }
        case is ChannelError: "nobody took the connection in time"
        case is CancellationError: "cancelled"
        default: "the connection broke"
        }
    }

    private static func systemWords(_ number: Int32) -> String {
        String(cString: strerror(number)).lowercased()
    }
}
