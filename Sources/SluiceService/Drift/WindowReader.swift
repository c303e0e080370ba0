import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// Reads what the items of a window were like.
struct WindowReader {
    private static let rows = 5000
    private static let rowsWithPayload = 250

    private let store: Store
    private let project: Int64
    private let fields: FieldReader
    private let names: [String]

    /// Reads in the caller's transaction; `inputs` are the places that are watched.
    init(_ store: Store, project: Int64, inputs: [FieldPath]) {
        self.store = store
        self.project = project
        fields = FieldReader(inputs)
        names = inputs.map(\.description)
    }

    /// What the items were like that arrived in `[from, to)` and that a version routed; `range`
    /// holds the keys of all of them.
    ///
    /// Read in pages, so that the memory it takes does not grow with the window.
    func read(
        modelVersion: Int64, items range: ClosedRange<Int64>, from: Timestamp, to: Timestamp
    ) throws -> WatchedWindow {
        var window = WatchedWindow()
        let limit = names.isEmpty ? Self.rows : Self.rowsWithPayload
        var after = range.lowerBound - 1
        while true {
            let page = try store.driftRows(
                project: project, modelVersion: modelVersion, after: after,
                through: range.upperBound, from: from, to: to, withPayload: !names.isEmpty,
                limit: limit)
            for row in page {
                window.add(
                    key: row.item, confidence: row.confidence, label: row.label,
                    route: "\(row.route.rawValue): \(row.reason)",
                    isAutomated: row.route.answersWithLabel, policyVersion: row.policyVersion,
                    values: try values(of: row))
            }
            guard page.count == limit, let last = page.last else { break }
            after = last.item
        }
        let overrides = try store.driftOverrides(
            project: project, modelVersion: modelVersion, from: from, to: to)
        window.judged = overrides.judged
        window.corrected = overrides.corrected
        return window
    }

    /// What stands at the watched places; erased items are left out.
    private func values(
        of row: DriftRow
    ) throws(JSONError) -> [(path: String, value: WatchedInput.Value)] {
        guard !names.isEmpty, let payload = row.payload else { return [] }
        let read = try payload.withUnsafeBufferPointer {
            (payload) throws(JSONError) -> [FieldValue] in
            guard let metadata = row.metadata else {
                return try fields.read(payload: payload, metadata: nil)
            }
            return try metadata.withUnsafeBufferPointer {
                (metadata) throws(JSONError) -> [FieldValue] in
                try fields.read(payload: payload, metadata: metadata)
            }
        }
        return zip(names, read).map { ($0, WatchedInput.Value($1)) }
    }
}

extension WatchedInput.Value {
    fileprivate init(_ value: FieldValue) {
        switch value {
        case .missing, .null: self = .missing
        case .number(let number): self = .number(number)
        case .bool(let flag): self = .word(flag ? "true" : "false")
        case .text(let text): self = .text(text.text)
        case .list, .object: self = .other
        }
    }
}
