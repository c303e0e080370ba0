import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Streams the labels of a project in constant memory.
public struct LabelExport: Sendable {
    /// How an export is written.
    public enum Format: String, Sendable, CaseIterable {
        /// One JSON object a line; loses nothing.
        case jsonLines = "jsonl"
        /// RFC 4180 with a header; text that a spreadsheet would run as a formula is defused.
        case csv
        /// RFC 4180 with a header and every value as it is.
        case rawCSV = "csv-raw"

        /// The media type.
        public var contentType: String {
            switch self {
            case .jsonLines: "application/x-ndjson"
            case .csv, .rawCSV: "text/csv; charset=utf-8"
            }
        }
    }

    private static let chunkRows = 256

    private let pool: ConnectionPool
    private let consensus: ConsensusEstimation
    let pageItems: Int

    /// Reads through `pool`, in pages of `pageItems` items.
    public init(
        pool: ConnectionPool, consensus: ConsensusEstimation? = nil, pageItems: Int = 20_000
    ) {
        self.pool = pool
        self.consensus = consensus ?? ConsensusEstimation(pool: pool)
        self.pageItems = pageItems
    }

    /// An export that is ready to be written: everything that takes long before its first row is done.
    public struct Prepared: Sendable {
        let encoder: LabelRowEncoder
        let filter: LabelFilter
        let project: Int64
        /// The items in their order, where that is not the order of their keys.
        let ranked: RankedItems?
        /// What is written before the pages, and not again in them.
        var witnesses = WitnessRows()
        /// The first rows in the order of the items, which the pages go on behind; nil when there is no
        /// page.
        var first: Chunk?
    }

    /// Does what takes long before the first row: weighs the rows, sorts them, estimates labels, and reads
    /// the first rows once.
    ///
    /// So what fails there fails before the first byte, and can be told as what it is. It holds no
    /// connection when it returns.
    ///
    /// With a method of consensus, items have the label all their reviewers' answers make likeliest,
    /// and its probability as `label_confidence`. What an adjudicator decided stands, and so does the
    /// label of items without an answer or with a tie. Stored decisions are not touched, and rows are
    /// chosen by them.
    ///
    /// With a map, `label` and `predicted` are what it calls them, and `label_original` and
    /// `predicted_original` come last. A filter by label is by what the label is, not by what it is called.
    ///
    /// With `tellsLabelSet`, `label_id` is what a label is stored under, and `label_set_version` the label set
    /// that was in force when it was decided.
    ///
    /// By loss, the database sorts the items in one statement, and the rows are then read in pages.
    public func prepare(
        _ format: Format, filter: LabelFilter, project: ProjectContext,
        consensus method: ConsensusMethod? = nil, map: LabelMap? = nil,
        order: LabelOrder = .item, tellsLabelSet: Bool = false
    ) async throws -> Prepared {
        let filter = try filter.sought(in: project.labels)
        var labels: ConsensusLabels?
        if let method { labels = try await consensus.labels(project: project, method: method) }
        let weights = try await pool.withSession { session in
            try Store(session).labelWeights(project: project.id, filter: filter)
        }
        let sum = weights.reduce(0) { $0 + $1.weights }
        let rows = weights.reduce(0) { $0 + $1.rows }
        var encoder = LabelRowEncoder(
            format: format, splitSalt: project.splitSalt.secret,
            meanWeight: rows > 0 ? sum / Double(rows) : 1, consensus: labels,
            labels: project.labels, map: map,
            hasLoss: order != .item)
        if tellsLabelSet {
            encoder.labelSetChanges = try await pool.withSession { session in
                try Store(session).labelChanges(of: project.id).map(\.changedAt).reversed()
            }
        }
        let rowEncoder = encoder
        return try await lending { connection in
            if case .loss(let limit) = order {
                let ranked = try await ranking(
                    connection, filter: filter, limit: limit, project: project.id)
                return Prepared(
                    encoder: rowEncoder, filter: filter, project: project.id, ranked: ranked)
            }
            let witnesses = try await witnesses(
                connection, rowEncoder, filter: filter, project: project.id)
            var prepared = Prepared(
                encoder: rowEncoder, filter: filter, project: project.id, ranked: nil,
                witnesses: witnesses)
            guard let end = try await pageEnd(connection, project.id, .min) else { return prepared }
            try await start(connection, project.id, after: .min, through: end, filter)
            let first = try await nextChunk(
                connection, rowEncoder, leavingOut: witnesses.items)
            prepared.first = first ?? Chunk(bytes: [], rows: 0, last: end)
            // The rest of the page is read behind these rows, when they are written.
            try await connection.run { session in session.cancelStream() }
            return prepared
        }
    }

    /// Writes the export in chunks.
    ///
    /// It is read in pages of items, each in a snapshot of its own: a snapshot held for the length
    /// of an export would keep the queue's dead rows from being removed. So every item appears at most
    /// once, with the decision that stood when its page was read.
    ///
    /// - Returns: how many labels were written.
    @discardableResult
    public func write(
        _ export: Prepared, write: (sending [UInt8]) async throws -> Void
    ) async throws -> Int {
        try await write(export.encoder.header())
        return try await lending { connection in
            if let ranked = export.ranked {
                return try await writeByLoss(connection, export, ranked, write: write)
            }
            let witnesses = export.witnesses
            var count = witnesses.items.count
            if count > 0 { try await write(witnesses.bytes) }
            guard let first = export.first else { return count }
            if first.rows > 0 { try await write(first.bytes) }
            count += first.rows
            var after = first.last
            while let last = try await pageEnd(connection, export.project, after) {
                try await start(
                    connection, export.project, after: after, through: last, export.filter)
                while let chunk = try await nextChunk(
                    connection, export.encoder, leavingOut: witnesses.items)
                {
                    count += chunk.rows
                    try await write(chunk.bytes)
                }
                after = last
            }
            return count
        }
    }

    /// Prepares an export and writes it.
    ///
    /// - Returns: how many labels were written.
    @discardableResult
    public func run(
        _ format: Format, filter: LabelFilter, project: ProjectContext,
        consensus method: ConsensusMethod? = nil, map: LabelMap? = nil,
        order: LabelOrder = .item, tellsLabelSet: Bool = false,
        write: (sending [UInt8]) async throws -> Void
    ) async throws -> Int {
        let prepared = try await prepare(
            format, filter: filter, project: project, consensus: method, map: map, order: order,
            tellsLabelSet: tellsLabelSet)
        return try await self.write(prepared, write: write)
    }

    /// Lends a connection, which is thrown away when something fails: a stream may be half read.
    private func lending<T>(
        _ body: (PooledConnection) async throws -> T
    ) async throws -> T {
        let connection = try await pool.checkout()
        do {
            let value = try await body(connection)
            await connection.release()
            return value
        } catch {
            await connection.discard()
            throw error
        }
    }

    private func start(
        _ connection: PooledConnection, _ project: Int64, after: Int64, through last: Int64,
        _ filter: LabelFilter
    ) async throws {
        try await connection.run { session in
            try Store(session).startLabelRows(
                project: project, after: after, through: last, filter: filter)
        }
    }

    private func pageEnd(
        _ connection: PooledConnection, _ project: Int64, _ after: Int64
    ) async throws -> Int64? {
        try await connection.run { session in
            try Store(session).labelPageEnd(
                project: project, after: after, items: pageItems)
        }
    }

    struct Chunk: Sendable {
        var bytes: [UInt8]
        var rows: Int
        /// The last item that was read, in it or left out.
        var last: Int64 = .min
    }

    /// The next rows; nil when the page has ended.
    ///
    /// An empty chunk does not end it.
    ///
    /// - Parameter written: items whose rows were written before.
    func nextChunk(
        _ connection: PooledConnection, _ encoder: LabelRowEncoder,
        leavingOut written: Set<Int64> = []
    ) async throws -> Chunk? {
        try await connection.run { session in
            var chunk = Chunk(bytes: [], rows: 0)
            chunk.bytes.reserveCapacity(1 << 17)
            var encoder = encoder
            let goesOn = try session.streamRows(upTo: Self.chunkRows) { row in
                if let item = encoder.item(row) {
                    chunk.last = item
                    if written.contains(item) { return }
                }
                encoder.append(row, to: &chunk.bytes)
                chunk.rows += 1
            }
            return goesOn || chunk.rows > 0 ? chunk : nil
        }
    }
}

extension LabelFilter {
    /// The filter with the ids that the name of its label stands for.
    ///
    /// - Throws: `unknownLabel`.
    fileprivate func sought(in labels: LabelSet) throws(ReviewError) -> LabelFilter {
        var filter = self
        if let label { filter.labels = try labels.soughtWithMerged(label) }
        return filter
    }
}
