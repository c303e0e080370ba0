import SluiceAPI
import SluiceDomain

/// Answers: given, taken back, and what the service says of either.
extension Desk {
    /// Answers that can be taken back.
    static let historyLimit = 100

    /// Answers the item on the screen and shows the next one.
    mutating func decide(_ verdict: Verdict) -> [Effect] {
        if let obstacle = obstacleToDeciding {
            flash = obstacle
            return []
        }
        if let haste {
            flash = haste
            return []
        }
        let held = leases.removeFirst()
        scroll = 0
        isEnlarged = false
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
                .answer(under: held.reference, request), externalID: held.externalID))
        keyRepeat.answered(request.reviewID)
        let answered = Answered(reviewID: request.reviewID, held: held, verdict: verdict)
        history.append(answered)
        if history.count > Self.historyLimit { history.removeFirst() }
        if let label = verdict.labelName { recentLabels.use(label) }
        for tag in held.tags.reversed() { recentTags.use(tag) }
        tally.add(answered)
        flash = "\(held.externalID): \(describe(verdict))"
        let undo = keymap.title(of: .undo)
        // A key file may have taken its key away.
        if !undo.isEmpty { flash += " · \(undo) takes it back" }
        return []
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

    // MARK: - Taking back

    /// Takes the last answer back.
    mutating func undo() {
        guard let last = history.popLast() else { return }
        takeBack(last)
    }

    /// Takes an answer of this session back: its item is on the screen at once, and what is typed
    /// next answers it.
    ///
    /// An answer that was never tried is not sent. Else the service is asked to take it back, in the
    /// order of the other operations, and the item waits for the lease that this gives.
    mutating func takeBack(_ last: Answered) {
        tally.remove(last)
        takenBack.insert(last.reviewID)
        var held = last.held
        held.former = last.verdict
        held.wasRead = true
        held.isRenewing = false
        if pending.cancelAnswer(last.reviewID) {
            flash = "\(last.held.externalID): taken back before it was sent"
        } else {
            undoing[last.reviewID] = last
            held.awaitedUndo = last.reviewID
            askBack(last.reviewID, externalID: last.held.externalID)
        }
        putBack(held)
    }

    /// Asks the service to take an answer back.
    mutating func askBack(_ reviewID: String, externalID: String) {
        takenBack.insert(reviewID)
        pending.append(PendingOperation(.undo(reviewID: reviewID), externalID: externalID))
        flash = "\(externalID): taking it back"
    }

    /// Shows an item again, but never under an editor that belongs to another one.
    mutating func putBack(_ held: HeldLease) {
        if isEditingItem {
            leases.insert(held, at: min(1, leases.count))
        } else {
            leases.insert(held, at: 0)
            scroll = 0
        }
    }
}
