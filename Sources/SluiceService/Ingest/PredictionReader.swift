import SluiceDomain
import SluiceJSON
import SluiceStore

/// Reads one prediction object, strictly: every key once, of its type and in its range.
///
/// Either everything that makes a prediction is there, or nothing of it: an item by itself.
struct PredictionReader {
    private let line: UnsafeBufferPointer<UInt8>
    private let offset: Int
    private let labels: LabelSet
    private let limits: IngestLimits
    private var cursor: JSONCursor
    private var nextLabel = 0

    private static let keys =
        "external_id, model, model_version, label, confidence, payload, scores, highlights, "
        + "metadata, group, parents"

    /// Reads `line`, whose bytes stand at `offset` of the batch.
    init(
        _ line: UnsafeBufferPointer<UInt8>, offset: Int, labels: LabelSet, limits: IngestLimits
    ) {
        self.line = line
        self.offset = offset
        self.labels = labels
        self.limits = limits
        cursor = JSONCursor(line, limits: JSONLimits(depth: 64, bytes: limits.lineBytes))
    }

    /// The prediction; strings that had escapes are appended to `bytes` unescaped.
    mutating func read(
        appendingTo bytes: inout [UInt8]
    ) throws(ReviewError) -> IncomingPrediction {
        do {
            return try readFields(&bytes)
        } catch let error as ReviewError {
            throw error
        } catch let error as JSONError {
            if case .tooLarge = error.kind { throw .lineTooLong(limit: limits.lineBytes) }
            throw .malformedJSON(error)
        } catch {
            throw .internalError
        }
    }

    private mutating func readFields(_ bytes: inout [UInt8]) throws -> IncomingPrediction {
        var externalID: Span?
        var model: Span?
        var version: Span?
        var label: SentLabel?
        var payload: Span?
        var confidence: Confidence??
        var scores: Span?
        var highlights: Span?
        var metadata: Span?
        var group: Span?
        var parents: Span?

        try requireObject()
        while let key = try cursor.nextKey() {
            if key.equals("external_id") {
                externalID = try string("external_id", 1...512, &bytes)
            } else if key.equals("model") {
                model = try string("model", 1...200, &bytes)
            } else if key.equals("model_version") {
                version = try string("model_version", 1...200, &bytes)
            } else if key.equals("label") {
                label = try labelName(&bytes)
            } else if key.equals("confidence") {
                confidence = .some(try confidenceValue())
            } else if key.equals("payload") {
                payload = try raw()
            } else if key.equals("scores") {
                scores = try scoresValue(&bytes)
            } else if key.equals("highlights") {
                highlights = try rawUnlessNull()
            } else if key.equals("metadata") {
                metadata = try rawUnlessNull(of: .object, "metadata", accepted: "an object")
            } else if key.equals("group") {
                group = try stringUnlessNull("group", 1...512, &bytes)
            } else if key.equals("parents") {
                parents = try parentsValue()
            } else {
                throw ReviewError.unknownField(path: key.string, accepted: Self.keys)
            }
        }
        try cursor.end()
        guard let externalID else { throw ReviewError.missingField(path: "external_id") }
        var suggestion: IncomingPrediction.Suggestion?
        let isBare =
            model == nil && version == nil && label == nil && confidence == nil && scores == nil
            && highlights == nil
        if !isBare {
            guard let model else { throw ReviewError.missingField(path: "model") }
            guard let version else { throw ReviewError.missingField(path: "model_version") }
            guard let label else { throw ReviewError.missingField(path: "label") }
            guard let confidence else { throw ReviewError.missingField(path: "confidence") }
            suggestion = IncomingPrediction.Suggestion(
                model: model, version: version, label: label.id, saidLabel: label.said,
                isSentAsNow: label.isOfNow, isLabelRetired: label.isRetired,
                confidence: confidence, scores: scores, highlights: highlights)
        }
        guard let payload else { throw ReviewError.missingField(path: "payload") }
        guard payload.count <= limits.payloadBytes else {
            throw ReviewError.payloadTooLarge(bytes: payload.count, limit: limits.payloadBytes)
        }
        var prediction = IncomingPrediction(
            externalID: externalID, suggestion: suggestion, payload: payload,
            metadata: metadata, group: group, parents: parents,
            payloadHash: ContentHash(high: 0, low: 0), contentHash: ContentHash(high: 0, low: 0))
        bytes.withUnsafeBufferPointer { prediction.hash(in: $0) }
        return prediction
    }

    private mutating func requireObject() throws {
        guard try cursor.peek() == .object else {
            throw ReviewError.invalidField(
                path: "", found: "not an object", accepted: "a JSON object")
        }
        try cursor.beginObject()
    }

    /// A string's place: in the line itself, or unescaped at the end of the bytes.
    private mutating func string(
        _ path: String, _ range: ClosedRange<Int>, _ bytes: inout [UInt8]
    ) throws -> Span {
        let kind = try cursor.peek()
        guard kind == .string else {
            throw ReviewError.invalidField(
                path: path, found: "a JSON \(kind.rawValue)", accepted: "a string")
        }
        let slice = try cursor.readStringSlice()
        let span: Span
        if slice.hasEscapes {
            let start = bytes.count
            bytes += slice.utf8Bytes
            span = start..<bytes.count
        } else {
            span = moved(slice.range)
        }
        guard range.contains(span.count) else {
            throw ReviewError.invalidField(
                path: path, found: "\(span.count) bytes long",
                accepted: "\(range.lowerBound) to \(range.upperBound) bytes")
        }
        return span
    }

    private mutating func stringUnlessNull(
        _ path: String, _ range: ClosedRange<Int>, _ bytes: inout [UInt8]
    ) throws -> Span? {
        try cursor.readNullIfPresent() ? nil : try string(path, range, &bytes)
    }

    /// A label as it was sent: the place of its id, and of the id of the label that was named if that is
    /// none to give.
    private struct SentLabel {
        var id: Span
        var said: Span?
        var isOfNow = true
        var isRetired = false
    }

    private mutating func labelName(_ bytes: inout [UInt8]) throws -> SentLabel {
        let span = try string("label", 1...LabelSet.maximumNameBytes, &bytes)
        let name = String(decoding: bytes[span], as: UTF8.self)
        let named = labels.label(named: name)
        if let named, !named.isRenamed { return SentLabel(id: span) }
        func append(_ id: String) -> Span {
            let start = bytes.count
            bytes += id.utf8
            return start..<bytes.count
        }
        switch labels.resolve(name) {
        case .active(let label):
            return SentLabel(id: append(label.id), isOfNow: named != nil)
        case .merged(let label, let target):
            return SentLabel(id: append(target.id), said: append(label.id), isOfNow: false)
        case .retired(let label):
            let id = append(label.id)
            return SentLabel(id: id, said: id, isOfNow: false, isRetired: true)
        case nil: throw ReviewError.unknownLabel(name)
        }
    }

    private mutating func confidenceValue() throws -> Confidence? {
        if try cursor.readNullIfPresent() { return nil }
        let kind = try cursor.peek()
        guard kind == .number else {
            throw ReviewError.confidenceOutOfRange(found: "a JSON \(kind.rawValue)")
        }
        let number = try cursor.readDouble()
        guard let confidence = Confidence(number) else {
            throw ReviewError.confidenceOutOfRange(found: "\(number)")
        }
        return confidence
    }

    private mutating func raw() throws -> Span { moved(try cursor.readRaw()) }

    private mutating func rawUnlessNull() throws -> Span? {
        try cursor.readNullIfPresent() ? nil : try raw()
    }

    private mutating func rawUnlessNull(
        of kind: JSONKind, _ path: String, accepted: String
    ) throws -> Span? {
        if try cursor.readNullIfPresent() { return nil }
        let found = try cursor.peek()
        guard found == kind else {
            throw ReviewError.invalidField(
                path: path, found: "a JSON \(found.rawValue)", accepted: accepted)
        }
        return try raw()
    }

    /// An object of names of the project's labels and finite numbers.
    ///
    /// A label that goes by another name than its id is named by that.
    private mutating func scoresValue(_ bytes: inout [UInt8]) throws -> Span? {
        if try cursor.readNullIfPresent() { return nil }
        guard try cursor.peek() == .object else {
            throw ReviewError.invalidField(
                path: "scores", found: "a JSON \(try cursor.peek().rawValue)",
                accepted: "an object of label names and numbers")
        }
        let start = cursor.position
        var renamed: [(key: Span, id: String)] = []
        var ids: Set<ExactText> = []
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            if !labels.isAsMade {
                let name = key.string
                let id = labels.ownID(of: name)
                guard ids.insert(ExactText(id)).inserted else {
                    throw ReviewError.invalidField(
                        path: "scores.\(name)", found: "a second score of one label",
                        accepted: "one score for each label, by its name of now or an earlier one")
                }
                if ExactText(id) != ExactText(name) { renamed.append((moved(key.range), id)) }
            }
            let kind = try cursor.peek()
            guard kind == .number else {
                throw ReviewError.invalidField(
                    path: "scores.\(key.string)", found: "a JSON \(kind.rawValue)",
                    accepted: "a number")
            }
            guard isLabel(key) else { throw ReviewError.unknownScore(label: key.string) }
            _ = try cursor.readRaw()
        }
        let span = moved(start..<cursor.position)
        guard !renamed.isEmpty else { return span }
        // All else stays as it was sent: a repeat under the names of then or of now is one.
        let begin = bytes.count
        var rest = span.lowerBound
        for (key, id) in renamed {
            var writer = JSONWriter()
            writer.string(id)
            bytes += Array(bytes[rest..<key.lowerBound]).dropLast() + writer.bytes
            rest = key.upperBound + 1
        }
        bytes += Array(bytes[rest..<span.upperBound])
        return begin..<bytes.count
    }

    /// Whether a key is the name that a label has or had.
    ///
    /// Scores usually come in the labels' order, so the label behind the last one is tried first.
    private mutating func isLabel(_ key: JSONSlice) -> Bool {
        if nextLabel < labels.labels.count, !key.hasEscapes {
            var name = labels.labels[nextLabel].name
            if name.withUTF8({ $0.elementsEqual(key.raw) }) {
                nextLabel += 1
                return true
            }
        }
        return labels.resolve(key.string) != nil
    }

    private mutating func parentsValue() throws -> Span? {
        if try cursor.readNullIfPresent() { return nil }
        guard try cursor.peek() == .array else {
            throw ReviewError.invalidField(
                path: "parents", found: "a JSON \(try cursor.peek().rawValue)",
                accepted: "an array of external ids")
        }
        let start = cursor.position
        try cursor.beginArray()
        while try cursor.nextElement() { _ = try cursor.readStringSlice() }
        return moved(start..<cursor.position)
    }

    private func moved(_ range: Range<Int>) -> Span {
        range.lowerBound + offset..<range.upperBound + offset
    }
}

extension IncomingPrediction {
    /// Hashes the payload, and everything that was sent: a repeat has the same content hash.
    fileprivate mutating func hash(in bytes: UnsafeBufferPointer<UInt8>) {
        func part(_ span: Span?) -> UnsafeBufferPointer<UInt8>? {
            span.map { UnsafeBufferPointer(rebasing: bytes[$0]) }
        }
        let payloadBits = KeyedHash.content([part(payload)])
        payloadHash = ContentHash(high: payloadBits.high, low: payloadBits.low)
        // The payload goes in by its hash: it is the longest part, and hashed already.
        var numbers = (
            suggestion?.confidence?.value.bitPattern ?? .max, payloadHash.high, payloadHash.low
        )
        let bits = withUnsafeBytes(of: &numbers) { numbers in
            KeyedHash.content([
                part(suggestion?.saidLabel ?? suggestion?.label),
                numbers.assumingMemoryBound(to: UInt8.self),
                part(suggestion?.scores), part(suggestion?.highlights), part(metadata), part(group),
                part(parents),
            ])
        }
        contentHash = ContentHash(high: bits.high, low: bits.low)
    }
}
