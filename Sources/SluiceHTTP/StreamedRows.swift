import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension HTTPField.Name {
    /// How many rows a whole export had, behind its last byte.
    fileprivate static let sluiceRows = HTTPField.Name("Sluice-Rows")
}

extension Response {
    /// Rows that are sent as `produce` writes them; it returns how many there were.
    ///
    /// What may fail or take long before the first row is to be done before: only then it is a status. An
    /// error behind the first byte cuts the body short, without its last chunk and without the trailer
    /// `Sluice-Rows`, which every HTTP client reports; the log says why.
    ///
    /// - Parameter what: what is sent, for the log.
    static func rows(
        _ contentType: String, _ what: String, _ logger: Logger,
        _ produce:
            @escaping @Sendable (
                _ write: (sending [UInt8]) async throws -> Void
            ) async throws -> Int
    ) -> Response {
        var headers: HTTPFields = [.contentType: contentType, .cacheControl: "no-store"]
        if let name = HTTPField.Name.sluiceRows { headers[.trailer] = name.rawName }
        return Response(
            status: .ok, headers: headers,
            body: .longRead { writer in
                do {
                    let rows = try await produce {
                        try await writer.write(ByteBuffer(bytes: $0))
                    }
                    var trailer = HTTPFields()
                    if let name = HTTPField.Name.sluiceRows { trailer[name] = "\(rows)" }
                    try await writer.finish(trailer)
                } catch {
                    logger.warning(
                        "a stream was cut short",
                        metadata: ["stream": "\(what)", "error": "\(error)"])
                    throw error
                }
            })
    }
}
