import SluiceTerminal

/// The choice of a project in full screen, where there are several.
public struct ProjectPicker: Sendable {
    private let names: [String]
    private var list = FilterList()
    private(set) var size: Size

    /// How a choice ended.
    enum Outcome: Hashable, Sendable {
        case chosen(String)
        case left
    }

    init(_ names: [String], size: Size) {
        self.names = names
        self.size = size
    }

    private var matches: [String] { FilterList.matching(list.text, in: names) { [$0] } }

    /// Takes an event; nil while nothing is chosen.
    mutating func update(_ event: TerminalEvent) -> Outcome? {
        switch event {
        case .key(.control("c")), .terminate, .inputClosed: return .left
        case .key(let key):
            switch list.take(key, count: matches.count, page: max(1, size.rows - 5)) {
            case .accepted:
                let matches = matches
                guard matches.indices.contains(list.selected) else { return nil }
                return .chosen(matches[list.selected])
            case .cancelled: return .left
            case .changed, .ignored: return nil
            }
        case .paste(let text): list.insert(text)
        case .resize(let size): self.size = size
        case .suspend, .continued: break
        }
        return nil
    }

    func view() -> Frame {
        var frame = Frame(size: size)
        guard size.rows >= 6, size.columns >= 20 else {
            frame.draw("Make the terminal larger.", row: 0, column: 0)
            return frame
        }
        frame.fill(row: 0, style: .reverse)
        frame.draw(Line(" sluice ", Style.reverse.adding(.bold)), row: 0, column: 0)
        frame.rule(row: 1, title: Line("Which project?", .bold), style: .dim)
        let rows = size.rows - 5
        let matches = matches
        let selected = min(list.selected, max(0, matches.count - 1))
        let first = max(0, selected - rows + 1)
        for (row, name) in matches.dropFirst(first).prefix(rows).enumerated() {
            let style: Style = first + row == selected ? .reverse : .plain
            let mark = first + row == selected ? "› " : "  "
            frame.draw(
                Line(mark + DeskText.fitted(name, to: size.columns - 4), style), row: 2 + row,
                column: 1)
        }
        if matches.isEmpty { frame.draw("no project has this in its name", row: 2, column: 1) }
        let prompt = 1 + frame.draw("find: ", row: size.rows - 2, column: 1, style: .bold)
        let used = frame.draw(
            list.editor.beforeCursor, row: size.rows - 2, column: prompt,
            width: max(0, size.columns - prompt - 2))
        frame.cursor = Position(row: size.rows - 2, column: prompt + used)
        frame.draw("Enter choose  Up Down move  Esc leave", row: size.rows - 1, column: 1)
        return frame
    }

    /// Lets a person choose on the terminal.
    ///
    /// The terminal is as it was found when this returns or throws.
    ///
    /// - Returns: the name chosen; nil when the person left without.
    /// - Throws: `TerminalError`.
    public static func choose(
        _ names: [String],
        openTerminal: () throws -> any TerminalDevice = { try Terminal() }
    ) async throws -> String? {
        let terminal = try openTerminal()
        defer { terminal.close() }
        var picker = ProjectPicker(names, size: terminal.size)
        var renderer = Renderer(capabilities: terminal.capabilities)
        try terminal.write(renderer.render(picker.view()))
        for await event in terminal.events {
            switch picker.update(event) {
            case .chosen(let name): return name
            case .left: return nil
            case nil: break
            }
            if event == .suspend { try terminal.suspend() }
            if event == .continued { try terminal.resume() }
            if event == .suspend || event == .continued { renderer.invalidate() }
            try terminal.write(renderer.render(picker.view()))
        }
        return nil
    }
}
