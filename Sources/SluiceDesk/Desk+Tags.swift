import SluiceTerminal

/// Choosing the tags that go with an answer.
extension Desk {
    /// The tags that need no typing: recently used ones, then the project's.
    var knownTags: [String] { recentTags.names + tags }

    mutating func openTags() {
        mode = .tags(TagPicker(chosen: leases.first?.tags ?? [], known: knownTags))
    }

    mutating func take(tags picker: TagPicker, _ key: Key) {
        var picker = picker
        let width = DeskLayout.contentWidth(self, in: size)
        switch picker.take(key, columns: tagGrid(picker, width: width).columns) {
        case .changed: mode = .tags(picker)
        case .spaceFirst: flash = "Tab marks a tag; a space is part of its name"
        case .full:
            mode = .tags(picker)
            flash = "an answer has room for no more tags"
        case .kept:
            if !leases.isEmpty { leases[0].tags = picker.chosen }
            mode = .review
            flash =
                picker.chosen.isEmpty
                ? "no tags" : "tags that go with the answer: \(picker.chosen.count)"
        case .cancelled: mode = .review
        }
    }

    /// The tags as they are shown, the columns of each, and how many stand side by side.
    private func tagGrid(
        _ picker: TagPicker, width: Int
    ) -> (texts: [String], cellWidth: Int, columns: Int) {
        let texts = picker.rows.map { row in
            switch row {
            case .known(let tag, let isChosen): (isChosen ? "[x] " : "[ ] ") + visible(tag).text
            case .new(let tag): "new: " + visible(tag).text
            }
        }
        let cellWidth = min(width - 3, (texts.map { TextWidth.columns($0) }.max() ?? 0) + 1)
        return (texts, cellWidth, max(1, (width - 2) / (cellWidth + 2)))
    }

    /// The tags to choose from, in columns, the marked ones with a cross.
    func tagLines(_ picker: TagPicker, width: Int, rows: Int) -> [Line] {
        let entries = picker.rows
        guard !entries.isEmpty else {
            return [Line("The project names no tags; type one.")]
        }
        let (texts, cellWidth, columns) = tagGrid(picker, width: width)
        let selected = min(picker.list.selected, entries.count - 1)
        let capacity = max(1, columns * rows)
        let first = max(0, selected / columns - rows + 1) * columns
        let shown = Array(texts.enumerated().dropFirst(first).prefix(capacity))
        return stride(from: 0, to: shown.count, by: columns).map { start in
            var line = Line()
            for cell in shown[start..<min(start + columns, shown.count)] {
                if cell.offset % columns > 0 { line.append("  ") }
                let isSelected = cell.offset == selected
                line.append(isSelected ? "›" : " ", .bold)
                line.append(
                    DeskText.fitted(cell.element, to: cellWidth - 1),
                    isSelected ? .reverse : .plain)
            }
            return line
        }
    }
}
