/// Reads RFC 4180, as a program that knows nothing of ours would.
enum CSVReader {
    /// The records; an unquoted empty field is nil, a quoted one is empty text.
    static func records(_ text: String) -> [[String?]] {
        var records: [[String?]] = []
        var record: [String?] = []
        var field: [Unicode.Scalar] = []
        var isQuoted = false
        var wasQuoted = false
        func end() {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: field)
            record.append(field.isEmpty && !wasQuoted ? nil : String(text))
            field = []
            wasQuoted = false
        }
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            if isQuoted {
                if scalar != "\"" {
                    field.append(scalar)
                } else if next == "\"" {
                    field.append(scalar)
                    next = scalars.next()
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"" {
                isQuoted = true
                wasQuoted = true
            } else if scalar == "," {
                end()
            } else if scalar == "\n" {
                end()
                records.append(record)
                record = []
            } else {
                field.append(scalar)
            }
        }
        return records
    }
}
