/// Cuts a stream of CSV (RFC 4180, section 2) into records.
///
/// Lines end with LF or CR LF; a field in quotes may hold both. A byte order mark is passed over, and
/// so are empty lines.
struct CSVReader {
    /// A record.
    struct Record: Equatable {
        /// Its fields.
        var fields: [String]
        /// The line of the stream it ends on, counted from 1.
        var line: Int
    }

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
    }

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 0
    private var isAtStart = true

    /// The records that the next bytes complete; the last may end with the stream.
    mutating func records(of bytes: [UInt8], isLast: Bool) -> [Record] {
        var records: [Record] = []
        var rest = bytes[...]
        if isAtStart, !bytes.isEmpty {
            isAtStart = false
            if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        }
        for byte in rest { take(byte, &records) }
        if isLast, !fields.isEmpty || !field.isEmpty || state != .fieldStart {
            line += 1
            endRecord(&records)
        }
        return records
    }

    private mutating func take(_ byte: UInt8, _ records: inout [Record]) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoted, _): field.append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
        case (_, UInt8(ascii: ",")): endField()
        case (_, UInt8(ascii: "\n")): endRecord(&records)
        default:
            field.append(byte)
            state = .plain
        }
    }

    private mutating func endField() {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        state = .fieldStart
    }

    private mutating func endRecord(_ records: inout [Record]) {
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        let isBlank = fields.isEmpty && field.isEmpty && state != .quoteInQuoted
        endField()
        if !isBlank { records.append(Record(fields: fields, line: line)) }
        fields = []
    }
}
