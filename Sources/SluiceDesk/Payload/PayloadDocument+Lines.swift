import SluiceJSON
import SluiceTerminal

/// How a payload is to be laid out.
struct PayloadView: Hashable, Sendable {
    /// Columns, at least 8.
    var width: Int
    /// Lines up to which nested values are unfolded by themselves.
    var rows: Int
    /// How many levels of nested values are unfolded; nil chooses.
    var levels: Int?
    /// Whether marks are drawn for eyes or spelt out.
    var spellsMarks = false
    /// The key that shows all metadata; nil shows them.
    var metadataKey: String?
}

extension PayloadDocument {
    /// What stands for a value that is null: a word, so that it cannot be taken for a value.
    static let missing = "(missing)"
    /// What stands for a field that other items have.
    static let absent = "(absent)"
    /// What stands for a text without characters.
    static let empty = "(empty)"
    /// Columns of running text that the eye still follows from line to line.
    static let readableWidth = 100

    /// Lays the payload out in lines of at most `width` columns.
    ///
    /// - Parameters:
    ///   - image: the drawing of an image; nil while there is none.
    ///   - absent: names of fields that other items have.
    func lines(
        _ view: PayloadView, image: DrawnImage? = nil, absent: [String] = []
    ) -> [Line] {
        let painter = PayloadPainter(view: chosen(view))
        var lines: [Line] = []
        if let title {
            lines += painter.text(title, .bold)
            // On the smallest screens a line is worth more than air.
            if view.rows > 8 { lines.append(Line()) }
        }
        switch body {
        case .text(let text): lines += painter.text(text)
        case .table(let fields):
            let all = fields + absent.map { Field(name: $0, value: .absent) }
            lines += all.isEmpty ? [Line("(no fields)", .reverse)] : painter.table(all)
        case .nested(let value): lines += painter.nested(value, width: view.width)
        case .conversation(let turns): lines += painter.conversation(turns)
        case .difference(let difference): lines += painter.difference(difference)
        case .image(let source):
            lines += painter.image(source, image, boxes: evidence.boxes)
        }
        if !details.isEmpty {
            lines.append(Line())
            lines += painter.table(details)
        }
        if !metadata.isEmpty {
            lines.append(Line())
            if let key = view.metadataKey {
                lines.append(painter.folded(metadata, key: key))
            } else {
                lines.append(Line("metadata", .dim))
                lines += painter.table(metadata, isBeside: true)
            }
        }
        if !evidence.entries.isEmpty {
            lines.append(Line())
            lines.append(Line("evidence", .dim))
            lines += painter.evidence(evidence, image: image)
        }
        return lines
    }

    /// How many levels can be unfolded: 0 where nothing is folded.
    var foldableLevels: Int {
        switch body {
        case .nested(let value): return JSONText.depth(value)
        case .difference: return 1
        case .table(let fields): return Self.depth(fields + details)
        default: return Self.depth(details)
        }
    }

    /// The level that is unfolded when the reviewer chose none: as much as is
    /// seen without scrolling, and at least one.
    func automaticLevels(_ view: PayloadView) -> Int {
        if case .difference = body { return 0 }
        let most = foldableLevels
        guard most > 1 else { return most }
        var levels = 1
        while levels < most, fits(levels: levels + 1, view) {
            levels += 1
        }
        return levels
    }

    /// Whether nested values unfolded that far are seen without scrolling.
    private func fits(levels: Int, _ view: PayloadView) -> Bool {
        var left = view.rows
        func count(_ value: JSONValue) -> Int {
            JSONText.lines(value, width: view.width, levels: levels, limit: max(0, left)).count
        }
        var values = details
        switch body {
        case .nested(let value): return count(value) <= left
        case .table(let fields): values += fields
        default: break
        }
        for field in values where left >= 0 {
            let lines = if case .nested(let value) = field.value { count(value) } else { 1 }
            left -= lines
        }
        return left >= 0
    }

    private func chosen(_ view: PayloadView) -> PayloadView {
        var view = view
        view.levels = view.levels ?? automaticLevels(view)
        return view
    }

    private static func depth(_ fields: [Field]) -> Int {
        fields.map { field in
            if case .nested(let value) = field.value { JSONText.depth(value) } else { 0 }
        }.max() ?? 0
    }
}
