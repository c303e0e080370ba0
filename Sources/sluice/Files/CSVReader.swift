/// Cuts a stream of CSV (RFC 4180, section 2) into records.
///
/// Lines end with LF, CR LF or CR alone; a field in quotes may hold all three. Empty lines are passed
/// over. What is not UTF-8, or has text behind a closing quote, is a record that was not understood,
/// and reading goes on behind it.
struct CSVReader {
    /// A record.
    struct Record: Equatable {
        /// Its fields; empty if it was not understood.
        var fields: [String]
        /// The line of the stream it ends on, counted from 1.
        var line: Int
        /// Why it was not understood; nil if it was.
        var fault: String?
    }

    /// How many bytes a record may have: more, and a closing quote is missing.
    static let longestRecord = 4 << 20

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
    }

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var recordBytes = 0
    private var fault: String?
    private var line = 1
    private var quoteLine = 1
    private var isAfterReturn = false

    /// The records that the next bytes complete; the last may end with the stream.
    ///
    /// - Throws: `Failure` when a field in quotes is not closed, with the line it begins on.
    mutating func records(of bytes: [UInt8], isLast: Bool) throws(Failure) -> [Record] {
        var records: [Record] = []
        for byte in bytes {
            take(byte, &records)
            if recordBytes > Self.longestRecord, state == .quoted { throw unclosed }
        }
        guard isLast else { return records }
        if state == .quoted { throw unclosed }
        if !fields.isEmpty || !field.isEmpty || state != .fieldStart { endRecord(&records) }
        return records
    }

    private var unclosed: Failure {
        Failure(
            "reading the table",
            why: "a quoted field that begins in line \(quoteLine) is not closed",
            hint: "close it with \"; a quote inside a quoted field is written twice")
    }

    private mutating func take(_ byte: UInt8, _ records: inout [Record]) {
        let isReturn = byte == UInt8(ascii: "\r")
        let isSecondOfTwo = byte == UInt8(ascii: "\n") && isAfterReturn
        isAfterReturn = isReturn
        let endsLine = (isReturn || byte == UInt8(ascii: "\n")) && !isSecondOfTwo
        recordBytes += 1
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoted, _): field.append(byte)
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (.fieldStart, UInt8(ascii: "\"")):
            quoteLine = line
            state = .quoted
        case (_, UInt8(ascii: ",")): endField()
        case (_, UInt8(ascii: "\n")) where isSecondOfTwo: break
        case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")): endRecord(&records)
        case (.quoteInQuoted, _):
            fault =
                "there is text behind the closing quote of a field; a quote inside is written twice"
            state = .plain
        default:
            field.append(byte)
            state = .plain
        }
        if endsLine { line += 1 }
    }

    private mutating func endField() {
        if let text = String(validating: field, as: UTF8.self) {
            fields.append(text)
        } else {
            fault = "it is not UTF-8: save the table as UTF-8"
        }
        field = []
        state = .fieldStart
    }

    private mutating func endRecord(_ records: inout [Record]) {
        let isBlank =
            fields.isEmpty && field.isEmpty && state != .quoteInQuoted && fault == nil
        endField()
        if !isBlank {
            records.append(Record(fields: fault == nil ? fields : [], line: line, fault: fault))
        }
        fields = []
        fault = nil
        recordBytes = 0
    }
}
