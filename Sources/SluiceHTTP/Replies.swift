import HTTPTypes
import Hummingbird
import NIOCore
import SluiceAPI
import SluiceDomain
import SluiceJSON

extension Response {
    /// A JSON reply.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A JSON reply.
    static func json(_ value: some WireValue, status: HTTPResponse.Status = .ok) -> Response {
        json(value.json, status: status)
    }

    /// A problem as RFC 9457 has it.
    static func problem(_ error: ReviewError) -> Response {
        let problem = Problem(error)
        var headers: HTTPFields = [
            .contentType: "application/problem+json", .cacheControl: "no-store",
        ]
        if problem.status == 503 { headers[.retryAfter] = "1" }
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: HTTPResponse.Status(code: problem.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json)))
    }
}

extension Request {
    /// The body as one JSON value of `Input`.
    ///
    /// - Throws: `emptyBody`, `unsupportedContentType`, `bodyTooLarge`, and what reading it throws.
    func decode<Input: WireValue>(
        _ type: Input.Type, limit: Int = 1 << 20
    ) async throws -> Input {
        if Input.self == Nothing.self, let nothing = Nothing() as? Input { return nothing }
        let bytes = try await collect(limit: limit)
        guard !bytes.isEmpty else {
            // A body whose every key is optional may be left out.
            if Input.self == LeaseRequest.self, let input = LeaseRequest() as? Input {
                return input
            }
            throw ReviewError.emptyBody
        }
        let mediaType = MediaType(headers[.contentType])
        guard mediaType == .json else {
            throw ReviewError.unsupportedContentType(
                found: headers[.contentType] ?? "missing", accepted: "application/json")
        }
        return try Input(parsing: bytes, limits: JSONLimits(depth: 64, bytes: limit))
    }

    /// The whole body.
    ///
    /// - Throws: `bodyTooLarge`; `truncatedBody` when the connection ended first.
    func collect(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= limit else {
                    throw ReviewError.bodyTooLarge(limit: limit)
                }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch let error as ReviewError {
            throw error
        } catch {
            throw ReviewError.truncatedBody
        }
        return bytes
    }
}

/// The media types that are told apart.
enum MediaType: Equatable {
    case json
    case jsonLines
    case other
    case missing

    init(_ header: String?) {
        guard let header else {
            self = .missing
            return
        }
        let name = header.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
            .lowercased().filter { $0 != " " }
        switch name {
        case "application/json": self = .json
        case "application/x-ndjson", "application/ndjson", "application/jsonl",
            "application/x-jsonlines", "application/json-seq", "application/jsonlines":
            self = .jsonLines
        default: self = .other
        }
    }
}
