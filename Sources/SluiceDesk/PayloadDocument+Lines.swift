import SluiceTerminal

extension PayloadDocument {
    /// What stands for a value that is null: a word, so that it cannot be taken for a value.
    static let missing = "(missing)"
    /// What stands for a text without characters.
    static let empty = "(empty)"

    /// Lays the payload out in lines of at most `width` columns, at least 8.
    func lines(width: Int) -> [Line] {
        var lines: [Line] = []
        if let title {
            lines += TextWrap.lines(title, width: width, style: .bold)
            lines.append(Line())
        }
        switch body {
        case .text(let text):
            lines +=
                text.isEmpty ? [Line(Self.empty, .reverse)] : TextWrap.lines(text, width: width)
        case .table(let rows):
            lines += rows.isEmpty ? [Line("(no fields)", .reverse)] : Self.table(rows, width: width)
        case .json(let text):
            lines += TextWrap.lines(text, width: width)
        }
        if !details.isEmpty {
            lines.append(Line())
            lines += Self.table(details, width: width)
        }
        if !metadata.isEmpty {
            lines.append(Line())
            lines.append(Line("metadata", .dim))
            lines += Self.table(metadata, width: width)
        }
        return lines
    }

    /// Names in one column as wide as the widest of them, values wrapped beside them.
    private static func table(_ rows: [Row], width: Int) -> [Line] {
        let widest = rows.map { Line($0.name).columns }.max() ?? 0
        let nameWidth = min(widest, max(8, width / 2 - 2))
        let valueWidth = max(8, width - nameWidth - 2)
        return rows.flatMap { row -> [Line] in
            let values = valueLines(row.value, width: valueWidth)
            return values.enumerated().map { index, value in
                var line = Line()
                var used = 0
                if index == 0 {
                    line = clipped(row.name, to: nameWidth)
                    used = line.columns
                }
                line.append(String(repeating: " ", count: nameWidth - used + 2))
                line.spans += value.spans
                return line
            }
        }
    }

    private static func valueLines(_ value: String?, width: Int) -> [Line] {
        switch value {
        case nil: [Line(missing, .reverse)]
        case "": [Line(empty, .dim)]
        case .some(let text): TextWrap.lines(text, width: width)
        }
    }

    /// A name cut to fit its column.
    private static func clipped(_ name: String, to width: Int) -> Line {
        var text = visible(name).text
        guard TextWidth.columns(text) > width else { return Line(text, .dim) }
        while TextWidth.columns(text) > width - 1, !text.isEmpty { text.removeLast() }
        return Line(text + "…", .dim)
    }
}
