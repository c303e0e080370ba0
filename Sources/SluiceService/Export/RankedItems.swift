import Glibc

/// Items with a number each, in an order that was found once, kept in an unlinked temporary file: 16
/// bytes an item on disk, and a page in memory.
///
/// So the database sorts in one statement, and no snapshot is held while the rows themselves, which may
/// be large, go to a reader who takes his time.
final class RankedItems {
    /// An item and its number; NaN for none.
    struct Entry: Equatable {
        var item: Int64
        var value: Double
    }

    private let file: Int32
    /// How many items there are.
    private(set) var count = 0

    /// Makes an empty list in `TMPDIR`, else `/tmp`.
    init() throws(RankedItemsError) {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(directory)/sluice-ranked-XXXXXX".utf8CString)
        file = mkstemp(&path)
        guard file >= 0 else { throw RankedItemsError(errno: errno) }
        unlink(path)
    }

    deinit { close(file) }

    /// Adds entries at the end.
    func append(_ entries: [Entry]) throws(RankedItemsError) {
        var failure: Int32?
        entries.withUnsafeBytes { bytes in
            var offset = 0
            let start = count * MemoryLayout<Entry>.stride
            while offset < bytes.count, failure == nil {
                let written = pwrite(
                    file, bytes.baseAddress?.advanced(by: offset), bytes.count - offset,
                    off_t(start + offset))
                if written < 0, errno == EINTR { continue }
                if written <= 0 { failure = errno } else { offset += written }
            }
        }
        if let failure { throw RankedItemsError(errno: failure) }
        count += entries.count
    }

    /// Up to `limit` entries from a place on, counted from 0.
    func entries(from start: Int, limit: Int) throws(RankedItemsError) -> [Entry] {
        let wanted = min(limit, count - start)
        guard wanted > 0 else { return [] }
        let stride = MemoryLayout<Entry>.stride
        var failure: Int32?
        let entries = [Entry](unsafeUninitializedCapacity: wanted) { buffer, filled in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var offset = 0
            while offset < wanted * stride, failure == nil {
                let got = pread(
                    file, bytes.baseAddress?.advanced(by: offset), wanted * stride - offset,
                    off_t(start * stride + offset))
                if got < 0, errno == EINTR { continue }
                if got <= 0 { failure = errno } else { offset += got }
            }
            filled = offset / stride
        }
        if let failure { throw RankedItemsError(errno: failure) }
        return entries
    }
}

/// The temporary file for the order of an export could not be used.
struct RankedItemsError: Error {
    let errno: Int32
}
