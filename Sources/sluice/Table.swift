import SluiceJSON
import SluiceTerminal

/// Rows printed in columns, or as JSON lines; text from outside is made visible first.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    mutating func add(_ row: [String]) { rows.append(row) }

    func print(json: Bool = false) throws {
        if json { return try printJSON() }
        for line in lines() { try Output.print(line) }
    }

    /// The table as lines, columns padded to their widest value.
    func lines() -> [String] {
        let all = ([header] + rows).map { $0.map { safe($0) } }
        let widths = header.indices.map { column in
            // The last cell of a row that ends early reaches across the columns it leaves out.
            all.filter { column < $0.count - ($0.count < header.count ? 1 : 0) }
                .map { TextWidth.columns($0[column]) }.max() ?? 0
        }
        return all.map { row in
            row.enumerated().map { column, text in
                column == row.count - 1
                    ? text
                    : text
                        + String(
                            repeating: " ", count: widths[column] - TextWidth.columns(text))
            }.joined(separator: "  ")
        }
    }

    private func printJSON() throws {
        for row in rows {
            var writer = JSONWriter()
            writer.beginObject()
            for (name, value) in zip(header, row) {
                writer.key(name)
                writer.string(value)
            }
            writer.endObject()
            try Output.write(Array((writer.text + "\n").utf8))
        }
    }
}
