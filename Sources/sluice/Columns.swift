import SluiceTerminal

/// A table whose columns of numbers end flush, two spaces apart where the lines allow it.
struct Columns {
    private var rows: [[String]]
    private let right: Set<Int>

    /// - Parameter right: the columns that end flush, counted from 0.
    init(_ header: [String], right: Set<Int>) {
        rows = [header]
        self.right = right
    }

    mutating func add(_ row: [String]) { rows.append(row.map(safe)) }

    /// The header and the rows; with one space between columns where two would make a line longer
    /// than so many columns.
    func lines(atMost columns: Int) -> [String] {
        let widths = rows[0].indices.map { column in
            rows.map { column < $0.count ? TextWidth.columns($0[column]) : 0 }.max() ?? 0
        }
        let isTight = widths.reduce(0, +) + 2 * (widths.count - 1) > columns
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                let space = String(
                    repeating: " ", count: widths[column] - TextWidth.columns(text))
                return right.contains(column) ? space + text : text + space
            }
            var line = cells.joined(separator: isTight ? " " : "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
