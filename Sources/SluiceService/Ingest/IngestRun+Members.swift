import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What an item holds that was stored before, as received; nil for what it has not.
struct StoredItem: Sendable {
    let group: [UInt8]?
    let metadata: [UInt8]?
    let parents: [UInt8]?
}

/// What an item is, against what a line says of it.
///
/// Values are compared, not their spelling; the bytes that came first are kept and routed by. What a
/// line leaves out is what the item has.
extension IngestRun {
    /// How many stored payloads are in memory at once.
    static let payloadPage = 16

    /// The values that the rules look at, of the item as it is stored.
    func fields(
        of prediction: IncomingPrediction, _ item: Item, _ reader: FieldReader,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(JSONError) -> [FieldValue] {
        guard let stored = item.stored else {
            let first = firstLine(of: item) ?? prediction
            return try reader.read(
                payload: UnsafeBufferPointer(rebasing: bytes[first.payload]),
                metadata: part(first.metadata, bytes))
        }
        // In other bytes the payload has the same values.
        let payload = UnsafeBufferPointer(rebasing: bytes[prediction.payload])
        guard let metadata = stored.metadata else {
            return try reader.read(payload: payload, metadata: nil)
        }
        return try metadata.withUnsafeBufferPointer {
            (metadata) throws(JSONError) -> [FieldValue] in
            try reader.read(payload: payload, metadata: metadata)
        }
    }

    /// The first member in which a line differs from its item; nil when it says what the item has.
    func difference(
        of line: IncomingPrediction, from item: Item, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ItemDifference? {
        guard let stored = item.stored else {
            guard let first = firstLine(of: item) else { return nil }
            return difference(
                of: line, item, group: part(first.group, bytes),
                metadata: part(first.metadata, bytes), parents: part(first.parents, bytes), bytes)
        }
        return withBuffer(stored.group) { group in
            withBuffer(stored.metadata) { metadata in
                withBuffer(stored.parents) { parents in
                    difference(
                        of: line, item, group: group, metadata: metadata, parents: parents, bytes)
                }
            }
        }
    }

    private func difference(
        of line: IncomingPrediction, _ item: Item, group: UnsafeBufferPointer<UInt8>?,
        metadata: UnsafeBufferPointer<UInt8>?, parents: UnsafeBufferPointer<UInt8>?,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ItemDifference? {
        func text(_ part: UnsafeBufferPointer<UInt8>?) -> String? {
            part.map { String(decoding: $0, as: UTF8.self) }
        }
        guard item.holds(line.payloadHash) else { return ItemDifference(.payload) }
        if let sent = part(line.metadata, bytes), !isSame(sent, as: metadata, orNone: "{}") {
            return ItemDifference(.metadata, stored: text(metadata), sent: text(sent))
        }
        if let sent = part(line.group, bytes), group?.elementsEqual(sent) != true {
            return ItemDifference(.group, stored: text(group), sent: text(sent))
        }
        if let sent = part(line.parents, bytes), !isSame(sent, as: parents, orNone: "[]") {
            return ItemDifference(.parents, stored: text(parents), sent: text(sent))
        }
        return nil
    }

    private func firstLine(of item: Item) -> IncomingPrediction? {
        guard case .prediction(let first) = plan.batch.lines[item.line] else { return nil }
        return first
    }

    private func part(
        _ span: Span?, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        span.map { UnsafeBufferPointer(rebasing: bytes[$0]) }
    }

    private func isSame(
        _ sent: UnsafeBufferPointer<UInt8>, as stored: UnsafeBufferPointer<UInt8>?,
        orNone none: StaticString
    ) -> Bool {
        if let stored { return CanonicalJSON.areEqual(sent, stored) }
        return none.withUTF8Buffer { CanonicalJSON.areEqual(sent, $0) }
    }
}

/// Payloads of one value in several spellings.
extension IngestRun {
    /// Finds the spellings that lines have of payloads the batch itself brings.
    mutating func compareSpellings() {
        for (place, lines) in linesSpeltOtherwise(where: { $0.stored == nil && $0.isShared }) {
            guard let first = firstLine(of: items[place]) else { continue }
            compare(lines, with: Array(batch.bytes[first.payload]), place)
        }
    }

    /// Finds the spellings that lines have of payloads that are stored, a few in memory at a time.
    mutating func compareSpellings(_ store: Store) throws(PostgresError) {
        let lines = linesSpeltOtherwise { $0.stored != nil }
        guard !lines.isEmpty else { return }
        let places = Dictionary(lines.keys.map { (items[$0].id, $0) }) { first, _ in first }
        let ids = places.keys.sorted()
        for first in stride(from: 0, to: ids.count, by: Self.payloadPage) {
            let page = Array(ids[first..<min(first + Self.payloadPage, ids.count)])
            for found in try store.findPayloads(items: page, project: plan.project.id) {
                guard let place = places[found.item], let payload = found.payload else { continue }
                compare(lines[place] ?? [], with: payload, place)
            }
        }
    }

    /// The lines whose payload has other bytes than their item's, by the item's place.
    private func linesSpeltOtherwise(where isAsked: (Item) -> Bool) -> [Int: [Int]] {
        var found: [Int: [Int]] = [:]
        for (index, line) in batch.lines.enumerated() {
            guard case .prediction(let prediction) = line else { continue }
            let place = itemOfLine[index]
            guard isAsked(items[place]), prediction.payloadHash != items[place].payloadHash else {
                continue
            }
            found[place, default: []].append(index)
        }
        return found
    }

    /// Notes the spellings that have the value of an item's payload, which is read once for all.
    private mutating func compare(_ lines: [Int], with payload: [UInt8], _ place: Int) {
        guard let value = payload.withUnsafeBufferPointer({ try? CanonicalJSON.bytes(of: $0) })
        else { return }
        for index in lines {
            guard case .prediction(let line) = batch.lines[index],
                !items[place].holds(line.payloadHash)
            else { continue }
            let sent = batch.bytes.withUnsafeBufferPointer { bytes in
                try? CanonicalJSON.bytes(of: UnsafeBufferPointer(rebasing: bytes[line.payload]))
            }
            if sent == value { items[place].otherSpellings.append(line.payloadHash) }
        }
    }
}

extension IngestRun.Item {
    /// Whether bytes of that hash are the item's payload, in one spelling or another.
    fileprivate func holds(_ hash: ContentHash) -> Bool {
        hash == payloadHash || otherSpellings.contains(hash)
    }
}

/// What a prediction says, against what was said before under the same version.
extension IngestRun {
    /// Whether two lines of the batch, about one item by one version, say the same.
    func isSame(_ line: IncomingPrediction, as earlier: IncomingPrediction) -> Bool {
        batch.bytes.withUnsafeBufferPointer { bytes in
            guard let suggestion = line.suggestion, let other = earlier.suggestion else {
                return line.suggestion == nil && earlier.suggestion == nil
            }
            return isSame(
                suggestion, label: part(other.label, bytes), confidence: other.confidence?.value,
                scores: part(other.scores, bytes), highlights: part(other.highlights, bytes), bytes)
        }
    }

    /// Refuses those of some lines, which have other bytes than what is stored, that say another thing.
    mutating func refuseConflicts(
        among lines: [Int], _ store: Store
    ) throws(PostgresError) {
        guard !lines.isEmpty else { return }
        let found = try store.findSuggestions(lines.map { keys[$0] }, project: plan.project.id)
        let stored = Dictionary(found.map { ($0.key, $0) }) { first, _ in first }
        for index in lines {
            guard case .prediction(let prediction) = batch.lines[index] else { continue }
            guard let stored = stored[keys[index]], !isSame(prediction, as: stored) else {
                continue
            }
            fates[index] = .refused(conflict(prediction))
        }
    }

    private func isSame(_ line: IncomingPrediction, as stored: KnownSuggestion) -> Bool {
        // Of an item by itself there is nothing else to be said.
        guard let suggestion = line.suggestion else { return true }
        return batch.bytes.withUnsafeBufferPointer { bytes in
            withBuffer(stored.label) { label in
                withBuffer(stored.scores) { scores in
                    withBuffer(stored.highlights) { highlights in
                        isSame(
                            suggestion, label: label, confidence: stored.confidence,
                            scores: scores, highlights: highlights, bytes)
                    }
                }
            }
        }
    }

    private func isSame(
        _ suggestion: IncomingPrediction.Suggestion, label: UnsafeBufferPointer<UInt8>?,
        confidence: Double?, scores: UnsafeBufferPointer<UInt8>?,
        highlights: UnsafeBufferPointer<UInt8>?, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        func isSame(_ span: Span?, _ other: UnsafeBufferPointer<UInt8>?) -> Bool {
            guard let sent = part(span, bytes), let other else {
                return (span == nil) == (other == nil)
            }
            return CanonicalJSON.areEqual(sent, other)
        }
        guard let label, label.elementsEqual(bytes[suggestion.label]) else { return false }
        return suggestion.confidence?.value == confidence && isSame(suggestion.scores, scores)
            && isSame(suggestion.highlights, highlights)
    }
}

/// Calls `body` with the bytes of an array, or with nil for none.
private func withBuffer<Result>(
    _ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) -> Result
) -> Result {
    guard let bytes else { return body(nil) }
    return bytes.withUnsafeBufferPointer { body($0) }
}
