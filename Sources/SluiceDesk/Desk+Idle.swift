import SluiceTerminal

/// Nobody is there: items go back to the queue, and come again with the next key.
extension Desk {
    /// Whether the client waits for somebody to come back.
    var isIdle: Bool { idled != nil }

    /// Whether new items may be asked for.
    ///
    /// Not before what is to be sent is sent: an item whose answer is still here would be given out
    /// again, to this reviewer or another one.
    var mayLease: Bool { !isIdle && !mustDrain && mode != .paused }

    /// Gives the items back once no key was pressed for long enough.
    mutating func fallIdle() -> [Effect] {
        guard !isIdle, mode != .paused, now - lastKeyAt >= options.idleLimit else { return [] }
        if !leases.isEmpty {
            switch mode {
            case .comment(let editor), .reason(_, let editor): leases[0].comment = editor.text
            case .proposal(let editor): leases[0].guidelineNote = editor.text
            case .tags(let picker): leases[0].tags = picker.chosen
            default: break
            }
        }
        switch mode {
        case .comment, .proposal, .reason, .search, .findInText, .tags, .agree, .answers,
            .confirmQuit:
            mode = .review
        case .review, .help, .guidelines, .figures, .history, .paused: break
        }
        let held = leases.filter(\.isLive)
        idled = leases
        leases = []
        return release(held.map(\.id))
    }

    /// Whether a key did nothing but bring the items back.
    mutating func wakes(_ key: Key) -> Bool {
        guard isIdle, key != .control("c"), key != .control("z") else { return false }
        if keymap.command(for: key) == .quit { return false }
        let drafts = idled ?? []
        idled = nil
        keepDrafts(drafts)
        leaseCall.dueAt = min(leaseCall.dueAt, now)
        flash = ""
        return true
    }

    /// An item that was given back and is here again has what was typed for it.
    mutating func withDraft(_ held: HeldLease) -> HeldLease {
        guard let index = drafts.firstIndex(where: { $0.externalID == held.externalID }) else {
            return held
        }
        return held.continuing(drafts.remove(at: index))
    }

    /// Shown while nobody is there.
    var idleLines: [Line] {
        [
            Line("Nobody here for \(DeskText.span(options.idleLimit)): items given back.", .bold),
            Line("Press any key to go on."),
        ]
    }
}
