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

/// What became of some gold entries.
public struct GoldOutcomes: Sendable {
    /// For each entry nil, or why it was refused.
    public internal(set) var refusals: [ReviewError?] = []
    /// How many items were made.
    public internal(set) var newItems = 0
    /// How many items that answers had been imported for got their payload.
    public internal(set) var filledItems = 0

    /// How many entries were taken.
    public var added: Int { refusals.count { $0 == nil } }
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
    ///   item that is not there and came without a payload; and how many items came of them.
    public func add(
        _ entries: [GoldEntry], to project: ProjectContext, by caller: Caller
    ) async throws -> GoldOutcomes {
        try project.requireActive()
        var outcomes = GoldOutcomes()
        for start in stride(from: 0, to: entries.count, by: Self.batch) {
            let part = Array(entries[start..<min(start + Self.batch, entries.count)])
            let more = try await pool.transaction { session in
                try GoldImport(store: Store(session), project: project, actor: caller.actor)
                    .take(part)
            }
            outcomes.refusals += more.refusals
            outcomes.newItems += more.newItems
            outcomes.filledItems += more.filledItems
        }
        let added = outcomes.added
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

    func take(_ entries: [GoldEntry]) throws(PostgresError) -> GoldOutcomes {
        var outcomes = GoldOutcomes()
        outcomes.newItems = try storeNew(entries)
        let found = try store.findItems(
            externalIDs: ParameterArray(entries.map(\.externalID)), project: project.id)
        let items = Dictionary(
            found.map { ($0.externalID, $0) }, uniquingKeysWith: { first, _ in first })
        outcomes.filledItems = try fill(entries, items)
        // The last entry of an item counts, and a statement may name each row only once.
        var marks: [Int64: GoldEntry] = [:]
        for entry in entries {
            let label: String
            do {
                label = try project.labels.given(entry.label)
            } catch {
                outcomes.refusals.append(error)
                continue
            }
            guard let item = items[Array(entry.externalID.utf8)] else {
                outcomes.refusals.append(.unknownItem(entry.externalID))
                continue
            }
            marks[item.id] = entry
            marks[item.id]?.label = label
            outcomes.refusals.append(nil)
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

    private func storeNew(_ entries: [GoldEntry]) throws(PostgresError) -> Int {
        var columns = ItemColumns()
        var next = try store.reserveItemBlock()
        for entry in entries where canBeGiven(entry.label) {
            guard let payload = entry.payload else { continue }
            columns.append(next, entry, payload, hash: Self.hash(payload))
            next += 1
        }
        return try store.insertItems(columns, project: project.id)
    }

    /// Gives items that were made for answers from elsewhere, without a payload, the first that comes.
    private func fill(
        _ entries: [GoldEntry], _ items: [[UInt8]: KnownItem]
    ) throws(PostgresError) -> Int {
        var columns = ItemColumns()
        var references = ParameterArray(.uuid)
        var filled: Set<Int64> = []
        for entry in entries where canBeGiven(entry.label) {
            guard let payload = entry.payload, let item = items[Array(entry.externalID.utf8)]
            else { continue }
            let reference = ItemReference.hash(externalID: entry.externalID)
            let hash = Self.hash(payload)
            guard item.payloadHash == reference, hash != reference,
                filled.insert(item.id).inserted
            else { continue }
            columns.append(item.id, entry, payload, hash: hash)
            references.append(uuidHigh: reference.high, low: reference.low)
        }
        guard !filled.isEmpty else { return 0 }
        return try store.fillItems(columns, references: references, project: project.id).count
    }

    private static func hash(_ payload: [UInt8]) -> ContentHash {
        let bits = payload.withUnsafeBufferPointer { KeyedHash.content([$0]) }
        return ContentHash(high: bits.high, low: bits.low)
    }
}

extension ItemColumns {
    fileprivate mutating func append(
        _ id: Int64, _ entry: GoldEntry, _ payload: [UInt8], hash: ContentHash
    ) {
        ids.append(id)
        externalIDs.append(entry.externalID)
        payloadHashes.append(uuidHigh: hash.high, low: hash.low)
        groups.appendNull()
        payload.withUnsafeBufferPointer { payloads.append(bytes: $0) }
        if let metadata = entry.metadata {
            metadata.withUnsafeBufferPointer { self.metadata.append(bytes: $0) }
        } else {
            metadata.appendNull()
        }
        parents.appendNull()
    }
}
