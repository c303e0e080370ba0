import SluiceTerminal

/// The item's payload: its lines, what of them is unfolded, and its picture.
extension Desk {
    // MARK: - Lines

    /// The lines of the item on the screen.
    func payloadLines(width: Int, in size: Size) -> [Line] {
        guard let held = leases.first else { return [] }
        let view = PayloadView(
            width: width, rows: DeskLayout.unfoldedRows(in: size),
            levels: held.levels ?? unfoldedLevels,
            metadataKey: showsMetadata ? nil : keymap.title(of: .metadata))
        let key = imageKey(held, in: size)
        let image = key.flatMap { gallery.image($0) }
        return held.cache.lines(
            LineCache.Key(view: view, image: key, isDrawn: image != nil)
        ) {
            held.document.lines(view, image: image, absent: held.absentFields)
        }
    }

    /// Unfolds or folds one more level of nested values.
    mutating func fold(_ more: Bool) {
        guard let held = leases.first else { return }
        let most = held.document.foldableLevels
        let view = PayloadView(
            width: DeskLayout(self, in: size).payloadWidth,
            rows: DeskLayout.unfoldedRows(in: size))
        let now = min(most, held.levels ?? unfoldedLevels ?? held.document.automaticLevels(view))
        let least = if case .nested = held.document.body { min(1, most) } else { 0 }
        let next = more ? now + 1 : now - 1
        guard (least...max(least, most)).contains(next) else {
            flash = more ? "everything is unfolded" : "everything is folded"
            return
        }
        leases[0].levels = next
        // The next items are of the same kind.
        unfoldedLevels = next
        scroll = min(scroll, DeskLayout(self, in: size).maximumScroll)
    }

    /// Shows all metadata, or one line of them.
    mutating func toggleMetadata() {
        showsMetadata.toggle()
        scroll = min(scroll, DeskLayout(self, in: size).maximumScroll)
    }

    /// Moves to the next place the model marked that is out of sight.
    mutating func moveToMark(forward: Bool) {
        let layout = DeskLayout(self, in: size)
        let lines = layout.payload
        let marked = lines.indices.filter { index in
            lines[index].spans.contains { MarkedText.isOpening($0) }
                || Self.isChange(lines[index]) && (index == 0 || !Self.isChange(lines[index - 1]))
        }
        let shown = scroll..<(scroll + layout.payloadRows)
        let target =
            forward
            ? marked.first { $0 >= shown.upperBound } : marked.last { $0 < shown.lowerBound }
        guard let target else {
            flash =
                marked.isEmpty
                ? "no place is marked in this item"
                : "no marked place further \(forward ? "down" : "up")"
            return
        }
        scroll = min(max(0, target - 1), layout.maximumScroll)
    }

    /// Whether a line of a difference is on one side only.
    private static func isChange(_ line: Line) -> Bool {
        guard let sign = line.spans.first, sign.style.attributes.contains(.bold) else {
            return false
        }
        return sign.text == "- " || sign.text == "+ "
    }

    // MARK: - Pictures

    /// Pictures that have to be drawn: the one on the screen and the next item's.
    mutating func imageEffects() -> [Effect] {
        var effects: [Effect] = []
        for held in leases.prefix(2) {
            guard let source = held.document.image, let key = imageKey(held, in: size),
                gallery.begin(key)
            else { continue }
            effects.append(.drawImage(ImageRequest(key: key, source: source)))
        }
        return effects
    }

    /// Under what the picture of an item is kept; nil where there is none to draw.
    private func imageKey(_ held: HeldLease, in size: Size) -> ImageRequest.Key? {
        guard held.document.image?.isDrawable == true, DeskLayout.fits(size) else { return nil }
        let room = DeskLayout.imageRoom(self, in: size)
        return ImageRequest.Key(lease: held.id, columns: room.columns, rows: room.rows)
    }
}
