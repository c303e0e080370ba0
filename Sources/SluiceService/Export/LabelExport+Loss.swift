import SluiceDomain
import SluicePostgres
import SluiceStore

/// In which order an export is written.
public enum LabelOrder: Sendable, Hashable {
    /// In order of item.
    case item
    /// The labels that surprise the model most first, with the loss of each as a last column; so many
    /// of them, or all.
    ///
    /// It is how wrong labels are found: what a sure model was contradicted on is worth a second look.
    case loss(limit: Int?)
}

extension LabelExport {
    /// How many entries of the order are taken over at once.
    private static let rankingRows = 4096
    /// How many rows a page has: a page's items are named one by one.
    private static let rankedPage = 2000

    /// Writes the rows by loss, in pages; each row as it stands when its page is read.
    func writeByLoss(
        _ connection: PooledConnection, _ export: Prepared, _ ranked: RankedItems,
        write: (sending [UInt8]) async throws -> Void
    ) async throws -> Int {
        var (written, place) = (0, 0)
        while place < ranked.count {
            let page = try ranked.entries(from: place, limit: min(Self.rankedPage, pageItems))
            place += page.count
            let items = page.map(\.item)
            let losses = page.map { $0.value.isNaN ? nil : $0.value }
            try await connection.run { session in
                try Store(session).startLabelRows(
                    project: export.project, items: items, losses: losses, filter: export.filter)
            }
            while let chunk = try await nextChunk(connection, export.encoder) {
                written += chunk.rows
                try await write(chunk.bytes)
            }
        }
        return written
    }

    /// The items with their losses, as the database sorts them.
    func ranking(
        _ connection: PooledConnection, filter: LabelFilter, limit: Int?, project: Int64
    ) async throws -> RankedItems {
        var ranked = try RankedItems()
        try await connection.run { session in
            try Store(session).startLabelLosses(project: project, filter: filter, limit: limit)
        }
        while true {
            let (entries, goesOn) = try await connection.run { session in
                var entries: [RankedItems.Entry] = []
                let goesOn = try session.streamRows(upTo: Self.rankingRows) { row in
                    guard let item = row[0].flatMap({ Int64(String(decoding: $0, as: UTF8.self)) })
                    else { return }
                    let loss = row[1].flatMap { Double(String(decoding: $0, as: UTF8.self)) }
                    entries.append(.init(item: item, value: loss ?? .nan))
                }
                return (entries, goesOn)
            }
            try ranked.append(entries)
            guard goesOn else { return ranked }
        }
    }
}
