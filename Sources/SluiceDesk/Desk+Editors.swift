import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Scrolling and the search for a label.
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

    /// The labels found by a text: the model's guesses first, then those used last.
    func found(_ text: String) -> [LabelKeys.Entry] {
        let guesses = leases.first?.suggestion?.guesses(among: labels).prefix(4) ?? []
        return labels?.matching(text, guesses: guesses.map(\.label), recent: recentLabels) ?? []
    }

    /// Whether a digit answers with the label found in that place, which it does where no label has a
    /// digit in its name.
    var picksByDigit: Bool { labels?.namesHaveDigits == false }

    /// The place among the labels found that a key answers with, from 0.
    private func place(of key: Key) -> Int? {
        guard picksByDigit, let digit = key.plainCharacter, digit.isASCII,
            let number = digit.wholeNumberValue, number > 0
        else { return nil }
        return number - 1
    }

    mutating func search(_ editor: LineEditor, _ selected: Int, _ key: Key) -> [Effect] {
        var editor = editor
        let matches = found(editor.text)
        if let place = place(of: key), matches.indices.contains(place) {
            return decide(.label(matches[place].label.name))
        }
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
