import SluiceDomain
import SluiceJSON

/// Turns a CSV table of answers into JSON lines, one for each line of the table, so that the service
/// numbers them alike.
///
/// The columns are called as the members of the JSON, or `item` and `worker`; `slot` is the place of
/// an answer that is of nobody in particular. Quoted fields follow RFC 4180. An empty field is left
/// out.
struct AnswerTable {
    /// Counts the records that were not understood; each is named on standard error.
    let refused = ByteCounter()
    private let isAnonymous: Bool
    private var reader = CSVReader()
    private var columns: [String]?
    private var written = 0
    private var places: [String: Int] = [:]

    /// - Parameter isAnonymous: whether each answer is of its own nobody, whatever the table says of
    ///   who gave it.
    init(isAnonymous: Bool) { self.isAnonymous = isAnonymous }

    /// The lines that the bytes complete.
    mutating func lines(of bytes: [UInt8], isLast: Bool) throws(Failure) -> [UInt8] {
        var writer = JSONWriter()
        for record in try reader.records(of: bytes, isLast: isLast) {
            // A record over several lines stands on its last, behind empty ones.
            while written + 1 < record.line {
                writer.newline()
                written += 1
            }
            if let columns {
                write(record, columns, to: &writer)
            } else {
                columns = try Self.columns(record, isAnonymous: isAnonymous)
            }
            writer.newline()
            written += 1
        }
        return writer.bytes
    }

    private static let names = [
        "item": "external_id", "worker": "reviewer", "slot": "anonymous",
    ]

    private static let known = [
        "external_id", "reviewer", "anonymous", "label", "verdict", "seconds", "reviewed_at",
        "review_id", "comment", "shown", "tags",
    ]

    private static func columns(
        _ record: CSVReader.Record, isAnonymous: Bool
    ) throws(Failure) -> [String] {
        let header = record.fields
        let columns = header.map { names[$0] ?? $0 }
        func refuse(_ why: String) -> Failure {
            Failure(
                "reading the table", why: why,
                hint: "The first line names the columns: item,worker,label and, if there are any, "
                    + "seconds, reviewed_at, comment, tags, shown, review_id.")
        }
        if let fault = record.fault { throw refuse("line \(record.line): \(fault)") }
        if header.count == 1, let divider = header[0].first(where: { $0 == ";" || $0 == "\t" }) {
            throw refuse(
                "its columns are divided by \(divider == ";" ? "semicolons" : "tabs"), not by commas"
            )
        }
        for (name, column) in zip(header, columns) where !known.contains(column) {
            throw refuse("there is no column \"\(name)\"")
        }
        guard Set(columns).count == columns.count else { throw refuse("a column is named twice") }
        guard columns.contains("external_id") else { throw refuse("the column item is missing") }
        guard columns.contains("label") || columns.contains("verdict") else {
            throw refuse("the column label is missing")
        }
        guard isAnonymous || columns.contains("reviewer") else {
            throw refuse(
                columns.contains("anonymous")
                    ? "its answers have a slot and no worker; --anonymous takes each as of its own nobody"
                    : "the column worker is missing")
        }
        return columns
    }

    private mutating func write(
        _ record: CSVReader.Record, _ columns: [String], to writer: inout JSONWriter
    ) {
        guard record.fault == nil, record.fields.count == columns.count else {
            // An empty line in its place keeps the service's numbers those of the file.
            refused.add(1)
            let fields = record.fields.count
            return Output.say(
                "line \(record.line): "
                    + (record.fault
                        ?? "it has \(fields) \(fields == 1 ? "field" : "fields"); the first line has \(columns.count)")
            )
        }
        var item = ""
        var place: String?
        writer.beginObject()
        for (column, field) in zip(columns, record.fields) where !field.isEmpty {
            switch column {
            case "anonymous": place = field
            case "reviewer" where isAnonymous: continue
            case "external_id":
                item = field
                writer.member("external_id", field)
            case "seconds":
                // What is no number is the service's to refuse, with the line.
                if let number = Double(decimal: field) {
                    writer.member("seconds", number)
                } else {
                    writer.member("seconds", field)
                }
            case "shown":
                if field == "true" || field == "false" {
                    writer.member("shown", field == "true")
                } else {
                    writer.member("shown", field)
                }
            case "tags":
                writer.key("tags")
                writer.array(field.split(separator: ";")) { $0.string(String($1)) }
            default:
                writer.key(column)
                writer.string(field)
            }
        }
        if isAnonymous {
            places[item, default: 0] += 1
            writer.member("anonymous", place ?? "\(places[item] ?? 0)")
        }
        writer.endObject()
    }
}
