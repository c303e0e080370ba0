import SluiceAPI
import SluiceDomain

/// How a record stands in the file: one line of JSON with a checksum over the record's own bytes.
///
/// A line that was not wholly written, or whose bytes have changed since, is recognised.
enum JournalLine {
    private static let start = Array(#"{"crc32":""#.utf8)
    private static let middle = Array(#"","record":"#.utf8)
    private static let end = Array("}\n".utf8)

    /// The line of a record, with its line feed.
    static func bytes(of record: JournalRecord) -> [UInt8] {
        let body = record.json
        return start + digits(of: CRC32.checksum(body)) + middle + body + end
    }

    /// Reads a line without its line feed; nil when it is not whole.
    static func record(in line: ArraySlice<UInt8>) -> JournalRecord? {
        let head = start.count + 8 + middle.count
        guard line.count > head, line.last == end[0] else { return nil }
        let body = line.dropFirst(head).dropLast()
        guard line.starts(with: start + digits(of: CRC32.checksum(body)) + middle) else {
            return nil
        }
        do {
            return try JournalRecord(parsing: Array(body))
        } catch {
            // Whole, but of a version that knows more than this one.
            return nil
        }
    }

    private static func digits(of checksum: UInt32) -> [UInt8] {
        let text = String(checksum, radix: 16)
        return Array((String(repeating: "0", count: 8 - text.count) + text).utf8)
    }
}

/// The checksum of IEEE 802.3, as zip and gzip have it: "123456789" gives cbf43926.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
        }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { value, byte in
            table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8)
        }
    }
}
