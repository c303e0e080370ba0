import SluiceTerminal

/// Where labels stand in columns: as many columns as fit, each as wide as its widest title.
struct LabelGrid {
    /// The mark, the key and a space before a title.
    private static let lead = 3
    private static let gap = 2
    /// A title cut to less says little.
    private static let leastTitle = 8

    /// The columns of a cell where not all labels can be shown at once.
    private static let commonCell = 24

    /// The widths of the columns.
    private let widths: [Int]

    /// The number of columns.
    var columns: Int { widths.count }

    /// Lays titles of those widths out in rows from left to right.
    ///
    /// All of them fit into `rows` rows where titles need not be cut below eight columns for it.
    init(_ titles: [Int], width: Int, rows: Int) {
        let most = max(1, min(titles.count, (width + Self.gap) / (Self.lead + 1 + Self.gap)))
        if titles.count <= most * rows {
            for count in stride(from: most, through: 1, by: -1) {
                let widths = Self.widths(titles, columns: count)
                let total = widths.reduce(-Self.gap) { $0 + $1 + Self.gap }
                guard total <= width, titles.count <= count * rows else { continue }
                self.widths = widths
                return
            }
            let needed = (titles.count + rows - 1) / max(1, rows)
            let room = (width + Self.gap) / max(1, needed) - Self.gap
            if room - Self.lead >= Self.leastTitle {
                widths = Array(repeating: room, count: needed)
                return
            }
        }
        let widest = (titles.max() ?? 0) + Self.lead
        let cell = min(width, widest, max(Self.commonCell, width / 3 - Self.gap))
        widths = Array(repeating: cell, count: max(1, (width + Self.gap) / (cell + Self.gap)))
    }

    /// Puts cells side by side, each in the width of its column.
    func lines(_ cells: [Line]) -> [Line] {
        stride(from: 0, to: cells.count, by: columns).map { start in
            var line = Line()
            for (column, cell) in cells[start..<min(start + columns, cells.count)].enumerated() {
                if column > 0 { line.append(String(repeating: " ", count: Self.gap)) }
                line.spans += cell.spans
            }
            return line
        }
    }

    /// The columns that the narrowest title has which is cut.
    func narrowest(_ titles: [Int]) -> Int {
        let cut = titles.indices.filter { titles[$0] > titleWidth(at: $0) }
        return cut.map(titleWidth(at:)).min() ?? .max
    }

    /// The columns a title has in the place of that number.
    func titleWidth(at place: Int) -> Int { widths[place % columns] - Self.lead }

    private static func widths(_ titles: [Int], columns: Int) -> [Int] {
        var widths = Array(repeating: lead, count: columns)
        for (index, title) in titles.enumerated() {
            widths[index % columns] = max(widths[index % columns], title + lead)
        }
        return widths
    }
}
