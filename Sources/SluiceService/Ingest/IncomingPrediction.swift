import SluiceDomain
import SluiceJSON
import SluiceStore

/// Where a value stands in the bytes of its batch.
typealias Span = Range<Int>

/// One line that passed every check, as places in the bytes of its batch: an item, and what a model
/// says about it.
struct IncomingPrediction: Sendable {
    /// What a model says.
    struct Suggestion: Sendable {
        var model: Span
        var version: Span
        /// The id of the label, which is its name unless it was renamed.
        var label: Span
        /// The id of the label that the model named, where that is retired or another one now.
        var saidLabel: Span?
        /// Whether the label was sent under its name of now.
        var isSentAsNow = true
        /// Whether nobody can give the label any more.
        var isLabelRetired = false
        var confidence: Confidence?
        var scores: Span?
        var highlights: Span?
    }

    var externalID: Span
    /// Nil for an item that came without a prediction.
    var suggestion: Suggestion?
    var payload: Span
    var metadata: Span?
    var group: Span?
    var parents: Span?
    var payloadHash: ContentHash
    var contentHash: ContentHash
}

/// One line of a batch: a prediction, or why there is none.
enum IncomingLine: Sendable {
    case prediction(IncomingPrediction)
    case refused(ReviewError)
}

/// Predictions on their way into one transaction, with the bytes they stand in.
///
/// Values are kept as places in one buffer and copied once more, into the parameters of the
/// statements: a batch of a thousand lines makes no string.
public struct IngestBatch: Sendable {
    /// The lines' bytes one after the other, and behind each line its unescaped strings.
    private(set) var bytes: [UInt8] = []
    /// The lines in the order they came.
    private(set) var lines: [IncomingLine] = []
    /// The line numbers in the request, counted from 1.
    public private(set) var numbers: [Int] = []

    /// How many lines a transaction takes at most.
    public static let maximumLines = 1000
    /// How many bytes make a batch full.
    public static let fullBytes = 4 << 20

    /// Starts with no line.
    public init() {}

    /// How many lines there are, refused ones included.
    public var count: Int { lines.count }

    /// Whether the batch should be stored before it grows further.
    public var isFull: Bool { weight >= Self.maximumLines }

    /// How much of a transaction it takes: `maximumLines` is all of it, by lines or by bytes.
    var weight: Int { max(count, bytes.count * Self.maximumLines / Self.fullBytes) }

    /// Adds a line that was refused before it could be read.
    public mutating func refuse(_ error: ReviewError, number: Int) {
        lines.append(.refused(error))
        numbers.append(number)
    }

    /// Reads and checks one line.
    public mutating func append(
        _ line: UnsafeBufferPointer<UInt8>, number: Int, labels: LabelSet, limits: IngestLimits
    ) {
        let start = bytes.count
        bytes.append(contentsOf: line)
        var reader = PredictionReader(line, offset: start, labels: labels, limits: limits)
        do {
            let prediction = try reader.read(appendingTo: &bytes)
            lines.append(.prediction(prediction))
        } catch {
            bytes.removeLast(bytes.count - start)
            lines.append(.refused(error))
        }
        numbers.append(number)
    }

    /// Adds the lines of another batch behind this one's.
    mutating func append(_ other: IngestBatch) {
        let offset = bytes.count
        bytes += other.bytes
        numbers += other.numbers
        lines += other.lines.map { line in
            guard case .prediction(let prediction) = line else { return line }
            return .prediction(prediction.moved(by: offset))
        }
    }

    /// The lines at `positions`, on the same bytes.
    func selecting(_ positions: Range<Int>) -> IngestBatch {
        var part = IngestBatch()
        part.bytes = bytes
        part.lines = Array(lines[positions])
        part.numbers = Array(numbers[positions])
        return part
    }

    /// The text at a place.
    func text(_ span: Span) -> String { String(decoding: bytes[span], as: UTF8.self) }
}

extension IncomingPrediction {
    fileprivate func moved(by offset: Int) -> IncomingPrediction {
        func move(_ span: Span) -> Span { span.lowerBound + offset..<span.upperBound + offset }
        var moved = self
        moved.externalID = move(externalID)
        moved.suggestion = suggestion.map { suggestion in
            Suggestion(
                model: move(suggestion.model), version: move(suggestion.version),
                label: move(suggestion.label), saidLabel: suggestion.saidLabel.map(move),
                isSentAsNow: suggestion.isSentAsNow, isLabelRetired: suggestion.isLabelRetired,
                confidence: suggestion.confidence,
                scores: suggestion.scores.map(move), highlights: suggestion.highlights.map(move))
        }
        moved.payload = move(payload)
        moved.metadata = metadata.map(move)
        moved.group = group.map(move)
        moved.parents = parents.map(move)
        return moved
    }
}

/// How large what producers send may be, in bytes.
public struct IngestLimits: Sendable, Hashable {
    /// The largest payload.
    public var payloadBytes: Int
    /// The largest line, or object of an array.
    public var lineBytes: Int { payloadBytes + 1 << 20 }

    /// Makes limits; 1 MiB of payload by default.
    public init(payloadBytes: Int = 1 << 20) { self.payloadBytes = payloadBytes }
}
