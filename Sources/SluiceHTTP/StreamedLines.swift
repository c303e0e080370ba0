import HTTPTypes
import Hummingbird
import NIOCore
import SluiceDomain

/// The two forms in which many things may be sent at once.
enum ManyForm {
    /// Lines of JSON, of any number.
    case lines
    /// One JSON document: an object, or an array of them.
    case document
}

extension Request {
    /// The form the body declares.
    ///
    /// - Throws: `unsupportedContentType`; `emptyBody` for lines where the headers say that there are
    ///   none.
    func manyForm() throws(ReviewError) -> ManyForm {
        switch MediaType(headers[.contentType]) {
        case .json: return .document
        case .jsonLines:
            let length = headers[.contentLength]
            guard length != "0", length != nil || headers[.transferEncoding] != nil else {
                throw .emptyBody
            }
            return .lines
        case .other, .missing:
            throw .unsupportedContentType(
                found: headers[.contentType] ?? "missing",
                accepted: "application/json, application/x-ndjson")
        }
    }
}

extension Response {
    /// Lines of JSON that are sent as `produce` appends them, while the request may still be coming
    /// in; neither waits for the other.
    static func lines(
        _ produce: @escaping @Sendable (ReplySpool) async throws -> Void
    ) -> Response {
        let body = ResponseBody.long { writer in
            let spool = ReplySpool()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await produce(spool)
                    } catch {
                        await spool.finish()
                        throw error
                    }
                    await spool.finish()
                }
                while let bytes = try await spool.next() {
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
                try await group.waitForAll()
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
            body: body)
    }
}
