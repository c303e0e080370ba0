import HTTPTypes
import Hummingbird
import NIOCore
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService

/// Answers that people gave elsewhere: one object, an array, or a stream of lines.
struct ReviewImportHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        router.post(RouterPath(StreamingPath.importReviews)) { request, context in
            let call = try Call(request: request, context: context, needs: .administer)
            let query = try Query(request, allowing: ["decide", "create_items"])
            let session = ReviewImportSession(
                services.imports, project: try await call.project(services), by: call.caller,
                decides: try query.flag("decide"), createsItems: try query.flag("create_items"))
            switch try request.manyForm() {
            case .lines: return stream(request, session)
            case .document: return try await document(request, session)
            }
        }
    }

    /// NDJSON: one reply line an input line, in order, as the lines are stored, and a last line that
    /// sums up.
    private func stream(_ request: Request, _ session: ReviewImportSession) -> Response {
        let lineBytes = services.limits.lineBytes
        let chunks = request.body.map { Array($0.readableBytesView) }
        return .lines { spool in
            try await Self.read(chunks, lineBytes: lineBytes, session) {
                try await spool.append($0)
            }
        }
    }

    private static func read<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, lineBytes: Int, _ session: ReviewImportSession,
        reply: ([UInt8]) async throws -> Void
    ) async throws where Chunks.Element == [UInt8] {
        var session = session
        var splitter = LineSplitter(limit: lineBytes)
        var batch = PastAnswerBatch(lineBytes: lineBytes)
        for try await chunk in chunks {
            var full: [PastAnswerBatch] = []
            chunk.withUnsafeBufferPointer { bytes in
                splitter.feed(bytes) { line in
                    batch.append(line)
                    if batch.isFull {
                        full.append(batch)
                        batch = PastAnswerBatch(lineBytes: lineBytes)
                    }
                }
            }
            for batch in full { try await reply(batch.store(in: &session)) }
        }
        splitter.finish { batch.append($0) }
        try await reply(batch.store(in: &session))
        let decisions = try await session.finish()
        try await reply(ReviewImportReply.summary(session, decisions, asLine: true))
    }

    /// A JSON document: an object is answered as itself, an array as `results` and `summary`.
    private func document(
        _ request: Request, _ session: ReviewImportSession
    ) async throws -> Response {
        let bytes = try await request.collect(limit: PredictionHandlers.arrayLimit)
        guard !bytes.isEmpty else { throw ReviewError.emptyBody }
        return try await offLoop {
            var session = session
            let value = try Self.parse(bytes)
            guard let elements = value.array else {
                let answer = try PastAnswer(wire: WireReader(value))
                let outcomes = await session.store([.success(answer)])
                if case .refused(let error)? = outcomes.first { throw error }
                _ = try await session.finish()
                return Response.json(ReviewImportReply.one(outcomes, number: 1))
            }
            var batch = PastAnswerBatch(lineBytes: bytes.count)
            var replies: [[UInt8]] = []
            for (index, element) in elements.enumerated() {
                batch.append(element, number: index + 1)
                guard batch.isFull || index == elements.count - 1 else { continue }
                replies += await batch.results(in: &session)
                batch = PastAnswerBatch(lineBytes: bytes.count)
            }
            let decisions = try await session.finish()
            return Response.json(
                ReviewImportReply.array(
                    replies, ReviewImportReply.summary(session, decisions, asLine: false)))
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(ReviewError) -> JSONValue {
        do {
            return try JSONValue(
                parsing: bytes, limits: JSONLimits(depth: 65, bytes: bytes.count))
        } catch {
            throw .malformedJSON(error)
        }
    }
}

/// Lines read and checked, on their way into one transaction.
private struct PastAnswerBatch {
    private let lineBytes: Int
    private var lines: [Result<PastAnswer, ReviewError>] = []
    private var numbers: [Int] = []
    private var bytes = 0

    init(lineBytes: Int) { self.lineBytes = lineBytes }

    var isFull: Bool { lines.count >= ReviewImport.batchSize || bytes >= 4 << 20 }

    mutating func append(_ line: LineSplitter.Line) {
        switch line {
        case .tooLong(let number):
            lines.append(.failure(.lineTooLong(limit: lineBytes)))
            numbers.append(number)
        case .bytes(let line, let number):
            bytes += line.count
            do {
                lines.append(
                    .success(
                        try PastAnswer(
                            parsing: Array(line), limits: JSONLimits(depth: 64, bytes: lineBytes))))
            } catch {
                lines.append(.failure(error))
            }
            numbers.append(number)
        }
    }

    mutating func append(_ element: JSONValue, number: Int) {
        do {
            lines.append(.success(try PastAnswer(wire: WireReader(element))))
        } catch {
            lines.append(.failure(error))
        }
        numbers.append(number)
    }

    /// One JSON object for each line.
    func results(in session: inout ReviewImportSession) async -> [[UInt8]] {
        let outcomes = await session.store(lines)
        return zip(numbers, outcomes).map { ReviewImportReply.one([$1], number: $0) }
    }

    /// The same, a line each.
    func store(in session: inout ReviewImportSession) async -> [UInt8] {
        await results(in: &session).flatMap { $0 + [UInt8(ascii: "\n")] }
    }
}

/// Writes what became of imported answers.
private enum ReviewImportReply {
    static func one(_ outcomes: [PastAnswerOutcome], number: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch outcomes.first {
        case .stored(let answer):
            writer.member("external_id", answer.externalID)
            writer.member("review_id", answer.reviewID)
            writer.member("duplicate", answer.isDuplicate)
        case .refused(let error):
            writer.member("line", number)
            writer.key("error")
            writer.beginObject()
            writer.member("code", error.code.rawValue)
            writer.member("detail", error.detail)
            writer.endObject()
        case nil: break
        }
        writer.endObject()
        return writer.bytes
    }

    static func array(_ results: [[UInt8]], _ summary: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("results")
        writer.array(results) { $0.raw($1) }
        writer.member("summary", raw: summary)
        writer.endObject()
        return writer.bytes
    }

    static func summary(
        _ session: ReviewImportSession, _ decisions: ImportedDecisions?, asLine: Bool
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if asLine {
            writer.key("summary")
            writer.beginObject()
        }
        writer.member("imported", session.imported)
        writer.member("duplicates", session.duplicates)
        writer.member("refused", session.refused)
        writer.member("skips", session.skips)
        writer.member("new_items", session.newItems)
        if let decisions {
            writer.key("decisions")
            writer.beginObject()
            writer.member("decided", decisions.decided)
            writer.member("kept", decisions.kept)
            writer.member("undecided", decisions.undecided)
            writer.member("left_to_reviewers", decisions.left)
            writer.endObject()
        }
        if asLine { writer.endObject() }
        writer.endObject()
        return asLine ? writer.bytes + [UInt8(ascii: "\n")] : writer.bytes
    }
}
