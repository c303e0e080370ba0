import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// What keys do.
extension Desk {
    /// The longest comment in bytes, as the service accepts it.
    static let commentLimit = 4_096
    /// Of one pause between two keys, at most this much counts as work on an item.
    static let activeGap = Duration.seconds(60)
    /// Answers that can be taken back.
    static let historyLimit = 100

    mutating func take(_ event: TerminalEvent) -> [Effect] {
        switch event {
        case .key(let key):
            keepTime()
            hurry()
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
        case .terminate, .inputClosed: return leave()
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
        guard let command = keymap.command(for: key) else {
            flash = "this key does nothing; \(keymap.title(of: .help)) shows the keys"
            return []
        }
        if let obstacle = obstacle(to: command) {
            flash = obstacle
            return []
        }
        return perform(command)
    }

    /// The label a guess key stands for.
    func guess(for command: Command) -> String? {
        let index: Int
        switch command {
        case .secondGuess: index = 0
        case .guess(let number): index = number
        default: return nil
        }
        guard let guesses = leases.first?.suggestion?.guesses, guesses.indices.contains(index),
            labels?.entry(named: guesses[index].label) != nil
        else { return nil }
        return guesses[index].label
    }

    private mutating func perform(_ command: Command) -> [Effect] {
        switch command {
        case .accept: return decide(.label(leases.first?.suggestion?.label ?? ""))
        case .secondGuess, .guess: return decide(.label(guess(for: command) ?? ""))
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
        case .tags: openTags()
        case .history: return openHistory()
        case .pause: return pause()
        case .search: mode = .search(LineEditor(limit: 200), selected: 0)
        case .guidelines: mode = .guidelines(scroll: 0)
        case .help: mode = .help(scroll: 0)
        case .acknowledge: acknowledge()
        case .scroll(let scroll): move(scroll)
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

    // MARK: - Answers

    /// Answers the item on the screen and shows the next one.
    mutating func decide(_ verdict: Verdict) -> [Effect] {
        if let obstacle = obstacleToDeciding {
            flash = obstacle
            return []
        }
        let held = leases.removeFirst()
        scroll = 0
        mode = .review
        if leases.isEmpty { leaseCall.dueAt = min(leaseCall.dueAt, now) }
        guard held.lost == nil else {
            flash = "\(held.externalID) was put away without an answer"
            return []
        }
        let request = Answer(
            reviewID: ids.next(), verdict: verdict, tags: held.tags,
            comment: held.comment.isEmpty ? nil : held.comment,
            seconds: (held.active.seconds * 10).rounded() / 10,
            guidelineNote: held.guidelineNote.isEmpty ? nil : held.guidelineNote)
        pending.append(
            PendingOperation(
                .answer(lease: held.id, request), externalID: held.externalID))
        history.append(Answered(reviewID: request.reviewID, held: held, verdict: verdict))
        if history.count > Self.historyLimit { history.removeFirst() }
        if let label = verdict.labelName { recentLabels.use(label) }
        for tag in held.tags.reversed() { recentTags.use(tag) }
        done += 1
        doneTime += held.active
        flash = "\(held.externalID): \(describe(verdict))"
        let undo = keymap.title(of: .undo)
        // A key file may have taken its key away.
        if !undo.isEmpty { flash += " · \(undo) takes it back" }
        return []
    }

    /// Takes the last answer back: here if it was not sent, else by asking the service.
    private mutating func undo() {
        guard let last = history.popLast() else { return }
        takeBack(last)
    }

    /// Takes an answer of this session back.
    mutating func takeBack(_ last: Answered) {
        if pending.cancelAnswer(last.reviewID) {
            uncount(last)
            var held = last.held
            held.former = last.verdict
            putBack(held)
            flash = "\(last.held.externalID): taken back before it was sent"
            return
        }
        undoing[last.reviewID] = last
        pending.append(
            PendingOperation(.undo(reviewID: last.reviewID), externalID: last.held.externalID))
        flash = "\(last.held.externalID): taking it back"
    }

    /// What an answer says, in a few words.
    func describe(_ verdict: Verdict) -> String {
        switch verdict {
        case .label(let name): labels?.title(of: name) ?? name
        case .skip: "skipped"
        case .escalate: "escalated"
        case .unusable: "unusable"
        }
    }

    private mutating func quit() -> [Effect] {
        if case .offline = connection, !pending.isEmpty, !pending.ledger.isReliable,
            mode != .confirmQuit
        {
            mode = .confirmQuit
            return []
        }
        return leave()
    }
}
