import SluiceJSON
import SluiceTerminal

/// Turns the parts of a payload into lines.
struct PayloadPainter {
    let view: PayloadView

    var width: Int { view.width }
    private var levels: Int { view.levels ?? 0 }

    /// Objects and arrays that take more columns are not written in one line.
    private static let nestedWidth = 80
    /// Fewer fields are read faster below each other.
    private static let leastForColumns = 6

    // MARK: - Text

    /// A text with its marks.
    func text(_ text: MarkedText, _ style: Style = .plain, width: Int? = nil) -> [Line] {
        if text.text.isEmpty { return [Line(PayloadDocument.empty, .dim)] }
        let line = view.spellsMarks ? Line(text.spelt, style) : text.line(style)
        let room = min(width ?? view.width, PayloadDocument.readableWidth)
        return TextWrap.lines(line, width: room)
    }

    /// A nested value, its long lines wrapped under their beginning.
    func nested(_ value: JSONValue, width: Int) -> [Line] {
        JSONText.lines(value, width: min(width, Self.nestedWidth), levels: levels).flatMap {
            line -> [Line] in
            guard line.columns > width else { return [line] }
            let indent = min(line.text.prefix { $0 == " " }.count, width / 2)
            var rest = line
            rest.spans[0].text.removeFirst(min(indent, rest.spans[0].text.count))
            let wrapped = TextWrap.lines(rest, width: width - indent - 2)
            return Self.beside(
                Line(String(repeating: " ", count: indent)), [wrapped[0]], indent: indent)
                + Self.beside(Line(), Array(wrapped.dropFirst()), indent: indent + 2)
        }
    }

    // MARK: - Tables

    /// Facts in one line, as many as fit, and how many there are beside them.
    func folded(_ fields: [PayloadDocument.Field], key: String) -> Line {
        var line = Line("metadata", .dim)
        for (index, field) in fields.enumerated() {
            let rest = fields.count - index
            let more = "  +\(rest)\(key.isEmpty ? "" : " (\(key))")"
            let value = DeskText.clipped(plain(field.value), to: 40)
            let part = DeskText.clipped(field.name, to: 24) + " "
            let room = width - line.columns - 2 - TextWidth.columns(part + value)
            guard room >= (rest > 1 ? more.count : 0) else {
                line.append(more, .dim)
                return line
            }
            line.append("  " + part, .dim)
            line.append(value, field.value == .missing ? .dim : .plain)
        }
        return line
    }

    /// A value in one line.
    private func plain(_ value: PayloadDocument.Field.Value) -> String {
        switch value {
        case .missing: PayloadDocument.missing
        case .absent: PayloadDocument.absent
        case .text(let text): text.text.isEmpty ? PayloadDocument.empty : text.text
        case .nested(let value): JSONText.folded(value)
        }
    }

    /// Names in one column as wide as the widest of them, values wrapped beside them.
    ///
    /// - Parameter isBeside: whether the facts are no part of what is judged: one that is missing is not
    ///   conspicuous then.
    func table(_ fields: [PayloadDocument.Field], isBeside: Bool = false) -> [Line] {
        if let lines = columns(fields, isBeside: isBeside) { return lines }
        let widest = fields.map { Line($0.name).columns }.max() ?? 0
        let nameWidth = min(widest, max(8, width / 2 - 2))
        let valueWidth = max(8, width - nameWidth - 2)
        return fields.flatMap { field in
            Self.beside(
                Line(DeskText.fitted(field.name, to: nameWidth), .dim),
                isBeside && field.value == .missing
                    ? [Line(PayloadDocument.missing, .dim)] : value(field.value, width: valueWidth),
                indent: nameWidth + 2)
        }
    }

    /// Many short fields side by side, downwards in as many columns as fit; nil where they do not.
    private func columns(_ fields: [PayloadDocument.Field], isBeside: Bool) -> [Line]? {
        guard fields.count >= Self.leastForColumns, !view.spellsMarks else { return nil }
        let gap = 3
        let parts = fields.map { field -> (name: Int, value: Line)? in
            guard let line = short(field.value, isBeside: isBeside) else { return nil }
            return (Line(field.name).columns, line)
        }
        let shown = parts.compactMap { $0 }
        guard shown.count == fields.count else { return nil }
        for count in stride(from: 4, through: 2, by: -1) where fields.count >= count * 3 {
            let rows = (fields.count + count - 1) / count
            let places = stride(from: 0, to: fields.count, by: rows)
                .map { $0..<min($0 + rows, fields.count) }
            let names = places.map { shown[$0].map(\.name).max() ?? 0 }
            let values = places.map { shown[$0].map(\.value.columns).max() ?? 0 }
            let total = zip(names, values).reduce(-gap) { $0 + $1.0 + 2 + $1.1 + gap }
            guard total <= width else { continue }
            return (0..<rows).map { row in
                var line = Line()
                for (column, place) in places.enumerated() where row < place.count {
                    let start = names.indices.prefix(column).reduce(0) {
                        $0 + names[$1] + 2 + values[$1] + gap
                    }
                    line.append(String(repeating: " ", count: start - line.columns))
                    let index = place.lowerBound + row
                    line.append(DeskText.fitted(fields[index].name, to: names[column]) + "  ", .dim)
                    line.spans += shown[index].value.spans
                }
                return line
            }
        }
        return nil
    }

    /// A value that takes less than half a line; nil for any other.
    private func short(_ value: PayloadDocument.Field.Value, isBeside: Bool) -> Line? {
        if case .nested = value { return nil }
        if case .text(let text) = value, text.text.utf8.count > width * 2 { return nil }
        if isBeside, value == .missing { return Line(PayloadDocument.missing, .dim) }
        let lines = self.value(value, width: max(8, width / 2))
        return lines.count == 1 ? lines[0] : nil
    }

    private func value(_ value: PayloadDocument.Field.Value, width: Int) -> [Line] {
        switch value {
        case .missing: [Line(PayloadDocument.missing, .reverse)]
        case .absent: [Line(PayloadDocument.absent, .reverse)]
        case .text(let text): self.text(text, width: width)
        case .nested(let value): nested(value, width: width)
        }
    }

    /// Sets a head in front of the first line, and spaces in front of the others.
    static func beside(_ head: Line, _ lines: [Line], indent: Int) -> [Line] {
        lines.enumerated().map { index, rest in
            var line = index == 0 ? head : Line()
            line.append(String(repeating: " ", count: max(0, indent - line.columns)))
            line.spans += rest.spans
            return line
        }
    }

    // MARK: - Conversations

    private static let roleColors: [Color] = [
        .rgb(0x00, 0x8F, 0xAF, or: .cyan), .rgb(0xC6, 0x8A, 0x00, or: .yellow),
        .rgb(0x3A, 0x96, 0x3A, or: .green), .rgb(0xB0, 0x55, 0xC8, or: .magenta),
    ]

    /// Each turn beside who speaks; on narrow screens below.
    func conversation(_ turns: [PayloadDocument.Turn]) -> [Line] {
        var roles: [String] = []
        for turn in turns where !roles.contains(turn.role) && roles.count < 64 {
            roles.append(turn.role)
        }
        let widest = roles.map { Line($0).columns }.max() ?? 0
        let isBeside = widest <= 12 && width >= 48
        let indent = isBeside ? widest + 2 : 2
        let room = max(8, width - indent)
        var lines: [Line] = []
        for turn in turns {
            let place = roles.firstIndex(of: turn.role) ?? 0
            let style = Style.bold.colored(Self.roleColors[place % Self.roleColors.count])
            var said = text(turn.text, width: room)
            let others = PayloadPainter(view: PayloadView(width: room, rows: 1, levels: 0))
                .table(turn.others)
            said += others
            if isBeside {
                lines += Self.beside(
                    Line(DeskText.fitted(turn.role, to: widest), style), said, indent: indent)
            } else {
                lines.append(Line(turn.role, style))
                lines += Self.beside(Line(), said, indent: indent)
            }
        }
        return lines
    }

    // MARK: - Evidence

    /// The legend of all marks: number, label, score, passage.
    func evidence(_ evidence: Evidence, image: DrawnImage?) -> [Line] {
        let unseen = Set(
            evidence.boxes.filter {
                image?.facts != nil && $0.box.parts(of: image?.facts?.size) == nil
            }
            .map(\.number))
        let titles = evidence.entries.map { Line($0.title).columns }
        let titleWidth = min(titles.max() ?? 0, max(8, width / 3))
        let numberWidth =
            evidence.entries.compactMap { $0.number }
            .map { MarkedText.superscript($0).count }.max() ?? 1
        return evidence.entries.flatMap { entry -> [Line] in
            var head = Line()
            if let number = entry.number {
                head.append(
                    view.spellsMarks ? "-" : MarkedText.superscript(number),
                    MarkedText.bracketStyle(number))
            } else {
                head.append("–", .dim)
            }
            head.append(String(repeating: " ", count: max(1, numberWidth + 1 - head.columns)))
            head.append(DeskText.fitted(entry.title, to: titleWidth))
            var rest = entry.passage
            if let number = entry.number, unseen.contains(number) { rest += ", outside of it" }
            if let fault = entry.fault { rest += (rest.isEmpty ? "" : ": ") + fault }
            let indent = head.columns + 2
            return Self.beside(
                head, TextWrap.lines(visible(rest).text, width: max(8, width - indent)),
                indent: indent)
        }
    }
}
