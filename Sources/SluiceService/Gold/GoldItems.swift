import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// An item to be used as gold.
public struct GoldEntry: Sendable, Hashable {
    /// The producer's key of the item.
    public var externalID: String
    /// The known label.
    public var label: String
    /// Why it is that one; nil for none.
    public var note: String?
    /// The payload as JSON, of an item that may be new; nil for one that is there.
    public var payload: [UInt8]?
    /// The metadata as JSON, of an item that may be new.
    public var metadata: [UInt8]?

    /// Collects the parts.
    public init(
        externalID: String, label: String, note: String? = nil, payload: [UInt8]? = nil,
        metadata: [UInt8]? = nil
    ) {
        self.externalID = externalID
        self.label = label
        self.note = note
        self.payload = payload
        self.metadata = metadata
    }
}

/// Keeps the items of a project whose label is known.
public struct GoldItems: Sendable {
    private let pool: ConnectionPool

    /// How many entries one transaction takes.
    static let batch = 500

    /// Works through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Marks items as gold, and stores those that are new; an item that is gold already gets the new
    /// label and note.
    ///
    /// An item stored here is not queued and is in no report and no export.
    ///
    /// - Returns: for each entry nil, or why it was refused: `unknownLabel`, or `unknownItem` of an
    ///   item that is not there and came without a payload.
    public func add(
        _ entries: [GoldEntry], to project: ProjectContext, by caller: Caller
    ) async throws -> [ReviewError?] {
        try project.requireActive()
        var outcomes: [ReviewError?] = []
        for start in stride(from: 0, to: entries.count, by: Self.batch) {
            let part = Array(entries[start..<min(start + Self.batch, entries.count)])
            outcomes += try await pool.transaction { session in
                try GoldImport(store: Store(session), project: project, actor: caller.actor)
                    .take(part)
            }
        }
        let added = outcomes.count { $0 == nil }
        guard added > 0 else { return outcomes }
        try await pool.transaction { session in
            try Store(session).appendAuditEntry(
                .goldAdded, reason: "", before: nil, after: AuditFacts.gold(added),
                project: project.id, by: caller.actor)
        }
        return outcomes
    }

    /// All gold items, retired ones too, in the order they were marked.
    public func list(of project: ProjectContext) async throws -> [GoldRecord] {
        try await pool.withSession { session in try Store(session).goldItems(project: project.id) }
    }

    /// Takes an item out of use: it is given to nobody any more, and its answers do not count.
    ///
    /// - Throws: `unknownGold`.
    public func retire(
        _ externalID: String, of project: ProjectContext, by caller: Caller
    ) async throws {
        try await pool.transaction { session in
            let store = Store(session)
            guard try store.retireGold(externalID: externalID, project: project.id) else {
                throw ReviewError.unknownGold(externalID)
            }
            try store.appendAuditEntry(
                .goldRetired, reason: "", before: AuditFacts.gold(externalID), after: nil,
                project: project.id, by: caller.actor)
        }
    }
}

/// Stores some entries, in the transaction of its store.
private struct GoldImport {
    let store: Store
    let project: ProjectContext
    let actor: Int64

    func take(_ entries: [GoldEntry]) throws(PostgresError) -> [ReviewError?] {
        try storeNew(entries)
        let found = try store.findItems(
            externalIDs: ParameterArray(entries.map(\.externalID)), project: project.id)
        let items = Dictionary(
            found.map { ($0.externalID, $0) }, uniquingKeysWith: { first, _ in first })
        var outcomes: [ReviewError?] = []
        // The last entry of an item counts, and a statement may name each row only once.
        var marks: [Int64: GoldEntry] = [:]
        for entry in entries {
            let label: String
            do {
                label = try project.labels.given(entry.label)
            } catch {
                outcomes.append(error)
                continue
            }
            guard let item = items[Array(entry.externalID.utf8)] else {
                outcomes.append(.unknownItem(entry.externalID))
                continue
            }
            marks[item.id] = entry
            marks[item.id]?.label = label
            outcomes.append(nil)
        }
        let sorted = marks.sorted { $0.key < $1.key }
        try store.upsertGold(
            items: sorted.map(\.key), labels: sorted.map(\.value.label),
            notes: sorted.map(\.value.note), project: project.id, by: actor)
        return outcomes
    }

    private func canBeGiven(_ name: String) -> Bool {
        switch project.labels.resolve(name) {
        case .active, .merged: true
        case .retired, nil: false
        }
    }

    private func storeNew(_ entries: [GoldEntry]) throws(PostgresError) {
        var columns = ItemColumns()
        var next = try store.reserveItemBlock()
        for entry in entries where canBeGiven(entry.label) {
            guard let payload = entry.payload else { continue }
            let hash = Self.hash(payload)
            columns.ids.append(next)
            columns.externalIDs.append(entry.externalID)
            columns.payloadHashes.append(uuidHigh: hash.high, low: hash.low)
            columns.groups.appendNull()
            payload.withUnsafeBufferPointer { columns.payloads.append(bytes: $0) }
            if let metadata = entry.metadata {
                metadata.withUnsafeBufferPointer { columns.metadata.append(bytes: $0) }
            } else {
                columns.metadata.appendNull()
            }
            columns.parents.appendNull()
            next += 1
        }
        _ = try store.insertItems(columns, project: project.id)
    }

    private static func hash(_ payload: [UInt8]) -> ContentHash {
        let bits = payload.withUnsafeBufferPointer { KeyedHash.content([$0]) }
        return ContentHash(high: bits.high, low: bits.low)
    }
}
