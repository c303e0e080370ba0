/// Items with a number each, in an order that was found once, kept in an unlinked temporary file: 16
/// bytes an item on disk, and a page in memory.
///
/// So the database sorts in one statement, and no snapshot is held while the rows themselves, which may
/// be large, go to a reader who takes his time.
struct RankedItems: Sendable {
    /// An item and its number; NaN for none.
    struct Entry: Equatable {
        var item: Int64
        var value: Double
    }

    private let file: UnlinkedFile
    /// How many items there are.
    private(set) var count = 0

    /// Makes an empty list in `TMPDIR`, else `/tmp`.
    init() throws(UnlinkedFileError) {
        file = try UnlinkedFile(prefix: "sluice-ranked")
    }

    /// Adds entries at the end.
    mutating func append(_ entries: [Entry]) throws(UnlinkedFileError) {
        try file.write(entries.span.bytes, at: count * MemoryLayout<Entry>.stride)
        count += entries.count
    }

    /// Up to `limit` entries from a place on, counted from 0.
    func entries(from start: Int, limit: Int) throws(UnlinkedFileError) -> [Entry] {
        var entries = Array(
            repeating: Entry(item: 0, value: .nan), count: max(0, min(limit, count - start)))
        var span = entries.mutableSpan
        var bytes = span.mutableBytes
        try file.read(into: &bytes, at: start * MemoryLayout<Entry>.stride)
        return entries
    }
}
