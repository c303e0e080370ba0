import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Scrolling, pages and the search for a label.
extension Desk {
    mutating func move(_ scroll: Command.Scroll) {
        let layout = DeskLayout(self, in: size)
        let page = max(1, layout.payloadRows - 1)
        let target =
            switch scroll {
            case .up: self.scroll - 1
            case .down: self.scroll + 1
            case .pageUp: self.scroll - page
            case .pageDown: self.scroll + page
            case .top: 0
            case .bottom: layout.maximumScroll
            }
        self.scroll = min(max(0, target), layout.maximumScroll)
    }

    mutating func page(
        _ key: Key, _ scroll: Int, closedBy command: Command, _ make: (Int) -> Mode
    ) {
        let rows = max(1, size.rows - 3)
        switch keymap.command(for: key) {
        case command, .acknowledge, .quit, .accept: mode = .review
        case .scroll(.up): mode = make(max(0, scroll - 1))
        case .scroll(.down): mode = make(scroll + 1)
        case .scroll(.pageUp): mode = make(max(0, scroll - rows))
        case .scroll(.pageDown): mode = make(scroll + rows)
        case .scroll(.top): mode = make(0)
        default: break
        }
        // The page knows its own end.
        switch mode {
        case .help(let scroll): mode = .help(scroll: min(scroll, maximumPageScroll(in: size)))
        case .guidelines(let scroll):
            mode = .guidelines(scroll: min(scroll, maximumPageScroll(in: size)))
        default: break
        }
    }

    mutating func search(_ editor: LineEditor, _ selected: Int, _ key: Key) -> [Effect] {
        var editor = editor
        let matches = labels?.matching(editor.text, recent: recentLabels) ?? []
        switch key.code {
        case .up: mode = .search(editor, selected: max(0, selected - 1))
        case .down, .tab:
            mode = .search(editor, selected: min(max(0, matches.count - 1), selected + 1))
        case .enter:
            guard matches.indices.contains(selected) else {
                flash = "no label has this in its name"
                return []
            }
            return decide(.label(matches[selected].label.name))
        default:
            let outcome = editor.take(key)
            if outcome == .cancelled {
                mode = .review
            } else if outcome == .edited {
                mode = .search(editor, selected: 0)
            }
        }
        return []
    }
}
