import SluiceTerminal

/// The lines of an image: the drawing, where there is one, and always what and where it is.
extension PayloadPainter {
    func image(
        _ source: ImageSource, _ image: DrawnImage?, boxes: [Evidence.NumberedBox]
    ) -> [Line] {
        var lines: [Line] = []
        if let image, !image.lines.isEmpty {
            lines += Self.draw(boxes, over: image, width: width)
            lines.append(Line())
        }
        lines += TextWrap.lines(visible(source.title).text, width: width, style: .bold)
        if let facts = image?.facts { lines += TextWrap.lines(facts.title, width: width) }
        if let failure = image?.failure ?? source.obstacle {
            lines += TextWrap.lines("Not drawn: \(visible(failure).text).", width: width)
        } else if image == nil, source.isDrawable {
            lines.append(Line(view.spellsMarks ? "" : "drawing…", .dim))
        }
        if let advice = source.advice, image?.lines.isEmpty != false {
            lines += TextWrap.lines(visible(advice).text, width: width, style: .dim)
        }
        return lines
    }

    /// Draws the boxes of the highlights over the cells, each with its number at the top left.
    private static func draw(
        _ boxes: [Evidence.NumberedBox], over image: DrawnImage, width: Int
    ) -> [Line] {
        let columns = min(width, image.lines.map(\.columns).max() ?? 0)
        let size = Size(columns: columns, rows: image.lines.count)
        guard columns > 0, !boxes.isEmpty else { return image.lines }
        var frame = Frame(size: size)
        for (row, line) in image.lines.enumerated() { frame.draw(line, row: row, column: 0) }
        for numbered in boxes {
            guard let (x, y) = numbered.box.parts(of: image.facts?.size) else { continue }
            let style = MarkedText.bracketStyle(numbered.number)
            let across = cells(x, of: size.columns)
            let down = cells(y, of: size.rows)
            frame.outline(
                row: down.lowerBound, column: across.lowerBound, width: across.count,
                height: down.count, style: style)
            frame.draw(
                MarkedText.superscript(numbered.number), row: down.lowerBound,
                column: across.lowerBound, style: style.adding(.reverse))
        }
        return (0..<size.rows).map { frame.line($0) }
    }

    /// The cells a part of the image touches, at least one.
    private static func cells(_ part: Range<Double>, of count: Int) -> Range<Int> {
        let start = min(count - 1, Int(part.lowerBound * Double(count)))
        let end = Int((part.upperBound * Double(count)).rounded(.up))
        return start..<max(start + 1, min(count, end))
    }
}

extension ImageSource {
    /// Whether there is something to be opened.
    var isDrawable: Bool {
        switch self {
        case .file, .data: true
        case .remote, .unusable: false
        }
    }

    /// How to see the image elsewhere; nil where it cannot be.
    var advice: String? {
        switch self {
        case .file: "To see it, open this file with a picture viewer."
        case .remote: "Addresses are never fetched; open it in a browser if you trust it."
        case .data, .unusable: nil
        }
    }

    /// Why it cannot be drawn at all.
    var obstacle: String? {
        if case .unusable(_, let reason) = self { reason } else { nil }
    }
}
