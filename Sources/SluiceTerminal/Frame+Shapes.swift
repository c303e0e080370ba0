extension Frame {
    /// Draws a horizontal rule with an optional title set into it.
    public mutating func rule(
        row: Int, column: Int = 0, width: Int? = nil, title: Line? = nil, style: Style = .plain
    ) {
        let room = min(width ?? size.columns, size.columns - column)
        fill(row: row, column: column, width: room, with: "─", style: style)
        guard let title, room > 6 else { return }
        draw(" ", row: row, column: column + 2, style: style)
        let used = draw(title, row: row, column: column + 3, width: room - 6)
        draw(" ", row: row, column: column + 3 + used, style: style)
    }

    /// Draws the outline of a box and blanks what it covers.
    ///
    /// - Parameters:
    ///   - width: columns including both edges, at least 2.
    ///   - height: rows including both edges, at least 2.
    public mutating func box(
        row: Int, column: Int, width: Int, height: Int, title: Line? = nil, style: Style = .plain
    ) {
        guard width >= 2, height >= 2 else { return }
        for inner in row..<(row + height) {
            fill(row: inner, column: column, width: width)
            draw("│", row: inner, column: column, style: style)
            draw("│", row: inner, column: column + width - 1, style: style)
        }
        for edge in [row, row + height - 1] {
            let isTop = edge == row
            rule(
                row: edge, column: column, width: width, title: isTop ? title : nil, style: style)
            draw(isTop ? "┌" : "└", row: edge, column: column, style: style)
            draw(isTop ? "┐" : "┘", row: edge, column: column + width - 1, style: style)
        }
    }

    /// Draws the four sides of a rectangle over what is there, which stays inside and outside.
    ///
    /// - Parameters:
    ///   - width: columns including both sides; less than 2 draws one vertical stroke.
    ///   - height: rows including both sides; less than 2 draws one horizontal stroke.
    public mutating func outline(
        row: Int, column: Int, width: Int, height: Int, style: Style = .plain
    ) {
        let right = column + width - 1
        let bottom = row + height - 1
        for place in column...max(column, right) {
            draw("─", row: row, column: place, style: style)
            if height > 1 { draw("─", row: bottom, column: place, style: style) }
        }
        for place in row...max(row, bottom) {
            draw("│", row: place, column: column, style: style)
            if width > 1 { draw("│", row: place, column: right, style: style) }
        }
        guard width > 1, height > 1 else { return }
        draw("┌", row: row, column: column, style: style)
        draw("┐", row: row, column: right, style: style)
        draw("└", row: bottom, column: column, style: style)
        draw("┘", row: bottom, column: right, style: style)
    }

    /// The cells of one row as a line that can be drawn elsewhere.
    ///
    /// - Precondition: `row` lies inside the frame.
    public func line(_ row: Int) -> Line {
        Line(
            glyphs: self.row(row).filter { !$0.isContinuation }.map {
                Glyph($0.grapheme, style: $0.style)
            })
    }

    /// Draws a bar that is full for 1 and empty for 0, in steps of an eighth of a column.
    ///
    /// - Parameters:
    ///   - fraction: the part that is full; outside 0...1 it is clamped, not-a-number is empty.
    public mutating func bar(
        row: Int, column: Int, width: Int, fraction: Double, style: Style = .plain
    ) {
        draw(
            Frame.barText(width: width, fraction: fraction), row: row, column: column,
            width: width, style: style)
    }

    /// The text of a bar of `width` columns.
    public static func barText(width: Int, fraction: Double) -> String {
        guard width > 0 else { return "" }
        let clamped = fraction.isNaN ? 0 : min(1, max(0, fraction))
        let eighths = Int((clamped * Double(width * 8)).rounded())
        var text = String(repeating: "█", count: eighths / 8)
        if eighths % 8 > 0 {
            let partial: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
            text.append(partial[eighths % 8 - 1])
        }
        return text + String(repeating: "░", count: width - text.count)
    }
}
