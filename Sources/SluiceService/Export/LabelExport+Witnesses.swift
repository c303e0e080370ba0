import SluicePostgres
import SluiceStore

/// The rows that come first in a long export, so that the type of every column shows early.
///
/// Readers such as `datasets` and pandas take the types of columns from the first megabytes: a column of
/// nulls there is one without a type, and the first text, list or number further down is an error.
struct WitnessRows: Sendable {
    /// The rows.
    var bytes: [UInt8] = []
    /// The items they are of.
    var items: Set<Int64> = []
}

extension LabelExport {
    /// Exports of fewer items are read at once by everybody.
    private static let shortExport = 250
    /// How many items are looked at for each column: some are not in the export, by its filter.
    private static let candidates = 200

    /// The rows of a long export that have values where others have none, as few as show every column that
    /// has any.
    func witnesses(
        _ connection: PooledConnection, _ encoder: LabelRowEncoder, filter: LabelFilter,
        project: Int64
    ) async throws -> WitnessRows {
        let isStarted = try await connection.run { session in
            let store = Store(session)
            guard
                let last = try store.labelPageEnd(
                    project: project, after: .min, items: Self.shortExport),
                try store.labelPageEnd(project: project, after: last, items: 1) != nil
            else { return false }
            let items = try store.labelWitnesses(project: project, items: Self.candidates).sorted()
            try store.startLabelRows(
                project: project, items: items, losses: items.map { _ in nil }, filter: filter)
            return true
        }
        var witnesses = WitnessRows()
        guard isStarted else { return witnesses }
        var seen: UInt64 = 0
        while true {
            let (found, goesOn) = try await connection.run { [seen] session in
                var (rows, seen) = (WitnessRows(), seen)
                var encoder = encoder
                let goesOn = try session.streamRows(upTo: Self.candidates) { row in
                    let columns = encoder.columns(with: row)
                    guard columns & ~seen != 0, let item = encoder.item(row) else { return }
                    seen |= columns
                    rows.items.insert(item)
                    encoder.append(row, to: &rows.bytes)
                }
                return ((rows, seen), goesOn)
            }
            witnesses.bytes += found.0.bytes
            witnesses.items.formUnion(found.0.items)
            seen = found.1
            if !goesOn { return witnesses }
        }
    }
}
