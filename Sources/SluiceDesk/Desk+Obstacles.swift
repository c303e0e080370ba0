import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// Why a key does nothing at the moment: said when it is pressed, and kept from the footer.
extension Desk {
    /// Why a command cannot be done now; nil when it can.
    func obstacle(to command: Command) -> String? {
        switch command {
        case .accept, .secondGuess, .guess:
            if let obstacle = obstacleToDeciding { return obstacle }
            guard let held = leases.first, held.lost == nil else { return nil }
            guard let suggestion = held.suggestion else {
                return "no suggestion is shown for this item: choose a label"
            }
            if labels?.entry(named: suggestion.label) == nil, command == .accept {
                return "the suggested label is not one of the project's: choose one"
            }
            if case .accept = command { return nil }
            return guess(for: command) == nil ? "the model gave no such guess" : nil
        case .skip, .unusable: return obstacleToDeciding
        case .repeatLast:
            return obstacleToDeciding
                ?? (lastLabel == nil ? "no label was given in this session yet" : nil)
        case .later:
            return obstacleToDeciding
                ?? (leases.count > 1 ? nil : "no other item is here: answer or skip this one")
        case .enlarge, .findInText: return leases.isEmpty ? "no item yet" : nil
        case .escalate: return obstacleToDeciding ?? obstacleToEscalating
        case .escalateWithComment:
            return obstacleToDeciding ?? obstacleToWriting ?? obstacleToEscalating
        case .comment, .commentInEditor, .search, .tags, .skipWithReason, .unusableWithComment:
            return obstacleToDeciding ?? obstacleToWriting
        case .agree: return obstacleToDeciding ?? obstacleToWriting ?? obstacleToAgreeing
        case .answers: return leases.isEmpty ? "no item yet" : obstacleToComparing
        case .propose: return obstacleToDeciding ?? obstacleToWriting ?? obstacleToProposing
        case .undo:
            return history.isEmpty
                ? "nothing to take back in this session; \(keymap.title(of: .history)) shows earlier answers"
                : nil
        case .guidelines:
            return guidelines.text.isEmpty && guidelines.news == nil
                ? "the project has no guidelines" : nil
        case .acknowledge: return notices.isEmpty ? "no message to put away" : nil
        case .metadata:
            return leases.first.map { $0.document.metadata.isEmpty } == false
                ? nil : "this item has no metadata"
        case .unfold, .fold:
            return leases.first.map { $0.document.foldableLevels > 0 } == true
                ? nil : "nothing is folded in this item"
        case .nextMark, .previousMark: return leases.isEmpty ? "no item yet" : nil
        case .beside:
            if guidelines.text.isEmpty { return "the project has no guidelines" }
            return size.columns < DeskLayout.wideColumns
                ? "the screen is too narrow; \(keymap.title(of: .guidelines)) shows the guidelines"
                : nil
        case .scroll, .help, .history, .figures, .pause, .redraw, .suspend, .quit: return nil
        }
    }

    /// Why nothing can be written for the item shown; nil when something can.
    private var obstacleToWriting: String? {
        leases.first?.lost == nil ? nil : "this item is no longer yours"
    }

    /// Why no answer can be given now; nil when one can.
    var obstacleToDeciding: String? {
        if leases.isEmpty { return "no item to answer yet" }
        if let held = leases.first, held.isPlaceholder, held.lost == nil {
            return "\(held.externalID) is on its way back"
        }
        if labels == nil { return "the labels are not known yet" }
        return DeskLayout.fits(size) ? nil : "the terminal is too small to show the item"
    }
}
