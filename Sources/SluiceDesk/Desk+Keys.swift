import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// What keys do.
extension Desk {
    /// The longest comment in bytes, as the service accepts it.
    static let commentLimit = 4_096
    /// Of one pause between two keys, at most this much counts as work on an item.
    static let activeGap = Duration.seconds(60)

    mutating func take(_ event: TerminalEvent) -> [Effect] {
        switch event {
        case .key(let key):
            keepTime()
            hurry()
            note(key)
            if wakes(key) { return [] }
            return take(key)
        case .paste(let text):
            keepTime()
            if isIdle { return [] }
            take(pasted: text)
            return []
        case .resize(let size):
            self.size = size
            return []
        case .suspend: return [.suspend]
        case .continued:
            lastKeyAt = now
            return [.resume]
        case .terminate(let signal):
            endedBy = signal
            isQuitting = false
            return leave()
        case .inputClosed:
            isQuitting = false
            return leave()
        }
    }

    /// Counts the time since the last key as work on the item shown.
    private mutating func keepTime() {
        if !leases.isEmpty { leases[0].active += min(now - lastKeyAt, Self.activeGap) }
        lastKeyAt = now
    }

    private mutating func take(pasted text: String) {
        switch mode {
        case .comment(var editor):
            editor.insert(text)
            mode = .comment(editor)
        case .proposal(var editor):
            editor.insert(text)
            mode = .proposal(editor)
        case .reason(let verdict, var editor):
            editor.insert(text)
            mode = .reason(verdict, editor)
        case .search(var editor, _):
            editor.insert(text)
            mode = .search(editor, selected: 0)
        case .findInText(var editor, _):
            editor.insert(text)
            mode = .findInText(editor, place: 0)
        case .tags(var picker):
            picker.insert(text)
            mode = .tags(picker)
        case .history(var page) where page.shown == nil:
            page.list.insert(text)
            mode = .history(page)
        default:
            flash = "pasted text is not read as keys"
        }
    }

    private mutating func take(_ key: Key) -> [Effect] {
        if isLeaving { return key == .control("c") ? stop() : [] }
        flash = ""
        // Keys with control that no line of text uses do the same everywhere.
        if key == .control("c") { return quit() }
        if key.modifiers == .control {
            switch keymap.command(for: key) {
            case .suspend: return [.suspend]
            case .redraw: return [.redraw]
            default: break
            }
        }
        switch mode {
        case .review: return takeInReview(key)
        case .help(let scroll):
            page(key, scroll, closedBy: .help) { .help(scroll: $0) }
            return []
        case .guidelines(let scroll):
            page(key, scroll, closedBy: .guidelines) { .guidelines(scroll: $0) }
            return []
        case .answers(let scroll):
            page(key, scroll, closedBy: .answers) { .answers(scroll: $0) }
            return []
        case .figures(let scroll):
            page(key, scroll, closedBy: .figures) { .figures(scroll: $0) }
            return []
        case .agree: return agree(key)
        case .comment(let editor): return edit(.comment, editor, key)
        case .proposal(let editor): return edit(.proposal, editor, key)
        case .reason(let verdict, let editor): return edit(reason: editor, verdict, key)
        case .search(let editor, let selected): return search(editor, selected, key)
        case .findInText(let editor, let place):
            find(editor, place, key)
            return []
        case .tags(let picker):
            take(tags: picker, key)
            return []
        case .history(let page):
            take(history: page, key)
            return []
        case .paused:
            goOn()
            return []
        case .confirmQuit:
            mode = .review
            return keymap.command(for: key) == .quit ? leave() : []
        }
    }

    private mutating func takeInReview(_ key: Key) -> [Effect] {
        if let character = key.plainCharacter, let entry = labels?.entry(for: character) {
            return decide(.label(entry.label.name))
        }
        if let answer = answer(at: key) { return agree(with: answer) }
        if let text = keymap.template(for: key) {
            comment(with: text)
            return []
        }
        guard let command = keymap.command(for: key) else {
            flash = nothing(of: key)
            return []
        }
        if let obstacle = obstacle(to: command) {
            flash = obstacle
            return []
        }
        return perform(command)
    }

    /// What is said of a key that neither a label nor a command has.
    private func nothing(of key: Key) -> String {
        let help = keymap.title(of: .help)
        if let digit = key.plainCharacter, digit.isNumber, labels?.ownsDigits == true {
            return "no label has the key \(digit); \(help) shows the keys"
        }
        return "this key does nothing; \(help) shows the keys"
    }

    /// The label a guess key stands for.
    func guess(for command: Command) -> String? {
        let index: Int
        switch command {
        case .secondGuess: index = 0
        case .guess(let number): index = number
        default: return nil
        }
        let guesses = leases.first?.suggestion?.guesses(among: labels) ?? []
        return labels != nil && guesses.indices.contains(index) ? guesses[index].label : nil
    }

    private mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .accept: return decide(.label(leases.first?.suggestion?.label ?? ""))
        case .secondGuess, .guess: return decide(.label(guess(for: command) ?? ""))
        case .repeatLast: return decide(.label(lastLabel ?? ""))
        case .later: putOff()
        case .skip: return decide(.skip)
        case .escalate: return decide(.escalate)
        case .unusable: return decide(.unusable)
        case .undo: undo()
        case .agree: mode = .agree
        case .answers: mode = .answers(scroll: 0)
        case .comment: open(.comment)
        case .commentInEditor:
            return [.editText(.comment, leases.first?.comment ?? "", limit: Self.commentLimit)]
        case .propose: open(.proposal)
        case .figures: return openFigures()
        case .skipWithReason: openReason(.skip)
        case .escalateWithComment: openReason(.escalate)
        case .unusableWithComment: openReason(.unusable)
        case .tags:
            isEnlarged = false
            openTags()
        case .history: return openHistory()
        case .pause: return pause()
        case .search:
            isEnlarged = false
            mode = .search(LineEditor(limit: 200), selected: 0)
        case .enlarge: isEnlarged.toggle()
        case .findInText: mode = .findInText(LineEditor(limit: 200), place: 0)
        case .guidelines:
            mode = .guidelines(scroll: 0)
            guidelines.isAsked = guidelines.inForce != nil && !guidelines.load.isRunning
        case .help: mode = .help(scroll: 0)
        case .acknowledge: acknowledge()
        case .scroll(let scroll): move(scroll)
        case .metadata: toggleMetadata()
        case .unfold: fold(true)
        case .fold: fold(false)
        case .nextMark: moveToMark(forward: true)
        case .previousMark: moveToMark(forward: false)
        case .beside: hidesGuidelines.toggle()
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .quit: return quit()
        }
        return []
    }

    private mutating func quit() -> [Effect] {
        if case .offline = connection, !pending.isEmpty, !pending.ledger.isReliable,
            mode != .confirmQuit
        {
            mode = .confirmQuit
            return []
        }
        isQuitting = true
        return leave()
    }
}
