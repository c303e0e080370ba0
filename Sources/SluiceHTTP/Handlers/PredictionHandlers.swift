import HTTPTypes
import Hummingbird
import NIOCore
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService

/// Predictions in: one object, an array, or a stream of lines.
struct PredictionHandlers {
    let services: Services

    /// The largest array; a stream has no limit.
    static let arrayLimit = 32 << 20

    /// Up to this many bytes a document is read where the request came in.
    private static let shortDocument = 16 << 10

    func register(on router: some RouterMethods<SluiceContext>) {
        router.post(RouterPath(StreamingPath.predictions)) { request, context in
            let call = try Call(request: request, context: context, needs: .ingest)
            let project = try await call.project(services)
            try project.requireActive()
            switch try request.manyForm() {
            case .lines: return stream(request, project)
            case .document: return try await document(request, project)
            }
        }
    }

    /// NDJSON: one reply line an input line, in order, as the lines are stored.
    private func stream(_ request: Request, _ project: ProjectContext) -> Response {
        let ingest = IngestStream(
            ingestion: services.ingestion, directory: services.directory, project: project,
            limits: services.limits)
        let chunks = request.body.map { Array($0.readableBytesView) }
        return .lines { spool in
            try await ingest.run(chunks) { numbers, outcomes in
                try await spool.append(PredictionReplies.lines(numbers, outcomes))
            }
        }
    }

    /// A JSON document: an object is answered as itself, an array as `results`.
    private func document(_ request: Request, _ project: ProjectContext) async throws -> Response {
        let bytes = try await request.collect(limit: Self.arrayLimit)
        guard bytes.count > Self.shortDocument else { return try await reply(to: bytes, project) }
        return try await offLoop { try await reply(to: bytes, project) }
    }

    private func reply(to bytes: [UInt8], _ project: ProjectContext) async throws -> Response {
        let limits = services.limits
        let parsed = try PredictionDocument(bytes, labels: project.labels, limits: limits)
        if parsed.isArray {
            var outcomes: [LineOutcome] = []
            for batch in parsed.batches {
                outcomes += try await services.ingestion.ingest(batch, project: project)
            }
            return .json(PredictionReplies.array(outcomes))
        }
        guard let batch = parsed.batches.first,
            let outcome = try await services.coalescer.ingest(batch, project: project).first
        else { throw ReviewError.emptyBody }
        switch outcome {
        case .refused(let error): throw error
        case .stored(let stored): return .json(PredictionReplies.object(stored))
        }
    }
}

/// A JSON document of predictions, cut into batches.
private struct PredictionDocument {
    var isArray = false
    var batches: [IngestBatch] = []

    init(_ bytes: [UInt8], labels: LabelSet, limits: IngestLimits) throws(ReviewError) {
        do {
            try bytes.withUnsafeBufferPointer { buffer in
                try read(buffer, labels: labels, limits: limits)
            }
        } catch let error as ReviewError {
            throw error
        } catch let error as JSONError {
            throw .malformedJSON(error)
        } catch {
            throw .internalError
        }
    }

    private mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, labels: LabelSet, limits: IngestLimits
    ) throws {
        guard bytes.contains(where: { ![9, 10, 13, 32].contains($0) }) else {
            throw ReviewError.emptyBody
        }
        // One level more than a prediction may have, for the array around them.
        var cursor = JSONCursor(bytes, limits: JSONLimits(depth: 65, bytes: bytes.count))
        guard try cursor.peek() == .array else {
            var batch = IngestBatch()
            batch.append(bytes, number: 1, labels: labels, limits: limits)
            batches = [batch]
            return
        }
        isArray = true
        try cursor.beginArray()
        var batch = IngestBatch()
        var number = 0
        while try cursor.nextElement() {
            number += 1
            let range = try cursor.readRaw()
            batch.append(
                UnsafeBufferPointer(rebasing: bytes[range]), number: number, labels: labels,
                limits: limits)
            if batch.isFull {
                batches.append(batch)
                batch = IngestBatch()
            }
        }
        try cursor.end()
        if batch.count > 0 { batches.append(batch) }
    }
}

/// Writes what became of predictions.
enum PredictionReplies {
    /// One line for each input line.
    static func lines(_ numbers: [Int], _ outcomes: [LineOutcome]) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: outcomes.count * 160)
        for (number, outcome) in zip(numbers, outcomes) {
            write(outcome, number: number, to: &writer)
            writer.newline()
        }
        return writer.bytes
    }

    /// `{"results": [...]}`.
    static func array(_ outcomes: [LineOutcome]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        for (index, outcome) in outcomes.enumerated() {
            write(outcome, number: index + 1, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// The reply to one object.
    static func object(_ stored: StoredPrediction) -> [UInt8] {
        var writer = JSONWriter()
        write(stored, to: &writer)
        return writer.bytes
    }

    private static func write(
        _ outcome: LineOutcome, number: Int, to writer: inout JSONWriter
    ) {
        switch outcome {
        case .stored(let stored): write(stored, to: &writer)
        case .refused(let error):
            writer.beginObject()
            writer.member("line", number)
            writer.key("error")
            writer.beginObject()
            writer.member("code", error.code.rawValue)
            writer.member("detail", error.detail)
            writer.endObject()
            writer.endObject()
        }
    }

    private static func write(_ stored: StoredPrediction, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("external_id")
        stored.externalID.withUnsafeBufferPointer { writer.string(utf8: $0) }
        writer.member("route", stored.route.rawValue)
        writer.member("reason", stored.reason)
        if let label = stored.label {
            writer.key("label")
            label.withUnsafeBufferPointer { writer.string(utf8: $0) }
        }
        if let name = stored.labelNow {
            writer.key("label_now")
            name.withUnsafeBufferPointer { writer.string(utf8: $0) }
        }
        writer.member("policy_version", stored.policyVersion)
        writer.member("duplicate", stored.isDuplicate)
        writer.endObject()
    }
}
