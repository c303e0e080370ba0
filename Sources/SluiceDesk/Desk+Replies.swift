import SluiceAPI
import SluiceDomain

/// What the service says of answers and of undos.
extension Desk {
    mutating func take(
        submitted reviewID: String, _ result: Result<ReviewReply, ServiceFailure>
    ) -> [Effect] {
        switch result {
        case .success(let reply):
            let operation = pending.finishAnswer(reviewID)
            if let operation { replayed(operation) }
            reached()
            if let said = passingWord(on: reply, to: operation) { flash = said }
        case .failure(let failure) where failure.isTemporary:
            pending.retry(at: missed(failure))
        case .failure(let failure):
            reached()
            guard let operation = pending.finishAnswer(reviewID) else { return [] }
            refused(operation, failure)
        }
        return []
    }

    /// An answer will never count: says so until it is put away, and loses no work over it.
    private mutating func refused(_ operation: PendingOperation, _ failure: ServiceFailure) {
        guard case .answer(let reference, let answer) = operation.action else { return }
        flash = ""
        replayed(operation, isRefused: true)
        let title = "\(operation.externalID): \(describe(answer.verdict)) was refused"
        var detail = failure.summary
        if let comment = answer.comment { detail += "; your comment was: \(comment)" }
        let isGone = isAboutLease(failure)
        var lost = LostAnswers()
        if undoing.removeValue(forKey: operation.reviewID) != nil {
            // Nothing stands that would have to be taken back.
            pending.withdraw([PendingOperation.Key(reviewID: operation.reviewID, isUndo: true)])
            if isGone {
                lost = lose(undoOf: operation.reviewID, code: failure.code)
            } else if let lease = pending.lease(reference) {
                pending.know(lease: lease, ofUndo: operation.reviewID)
                stopWaiting(forUndo: operation.reviewID)
            }
        } else if let index = history.lastIndex(where: { $0.reviewID == operation.reviewID }) {
            let answered = history.remove(at: index)
            tally.remove(answered)
            if !isGone, !isLeaving {
                detail += "; the item is on the screen again"
                var held = answered.held
                held.isRenewing = false
                putBack(held)
            }
        }
        explain(operation, title: title, detail: detail + lost.words)
        pending.withdraw(lost.keys)
    }

    /// The items of an undo that is not needed any more have their own leases.
    private mutating func stopWaiting(forUndo reviewID: String) {
        for index in leases.indices where leases[index].awaitedUndo == reviewID {
            leases[index].awaitedUndo = nil
        }
        for index in history.indices where history[index].held.awaitedUndo == reviewID {
            history[index].held.awaitedUndo = nil
        }
    }

    // MARK: - Replies to undos

    mutating func take(
        undone reviewID: String, _ result: Result<UndoReply, ServiceFailure>
    ) -> [Effect] {
        if case .failure(let failure) = result, failure.isTemporary {
            pending.retry(at: missed(failure))
            return []
        }
        reached()
        let operation = pending.finishUndo(of: reviewID)
        if let operation { replayed(operation) }
        let answered = undoing.removeValue(forKey: reviewID)
        let past = recalled.removeValue(forKey: reviewID)
        switch result {
        case .success(let reply):
            if let lease = reply.lease {
                pending.know(lease: lease.lease, ofUndo: reviewID)
                return take(lease, ofUndo: reviewID, past)
            }
            tell(
                reviewID, operation, "was taken back",
                "the item goes back to the queue when its lease ends",
                lose(undoOf: reviewID, code: ErrorCode.leaseLost.rawValue))
        case .failure(let failure):
            takenBack.remove(reviewID)
            var detail = failure.summary
            if let verdict = answered?.verdict ?? past?.verdict {
                detail += "; \(describe(verdict)) stands"
            }
            if let answered { tally.add(answered) }
            tell(
                reviewID, operation, "was not taken back", detail,
                lose(undoOf: reviewID, code: failure.code))
        }
        return []
    }

    /// An undo gave the lease of its item: on the screen, answered since, or still to be shown.
    private mutating func take(
        _ lease: Lease, ofUndo reviewID: String, _ past: PastAnswer?
    ) -> [Effect] {
        if adopt(lease, ofUndo: reviewID) { return [] }
        if !pending.following(undoOf: reviewID).isEmpty { return [] }
        if isLeaving { return release([lease.lease]) }
        let held = restored(HeldLease(lease, askedAt: now), past)
        if isIdle || mode == .paused {
            if past != nil { keepDrafts([held]) }
            return release([lease.lease])
        }
        putBack(held)
        return []
    }

    /// Gives the item that waits for an undo its lease; false when none waits here.
    private mutating func adopt(_ lease: Lease, ofUndo reviewID: String) -> Bool {
        var isFound = false
        for index in leases.indices where leases[index].awaitedUndo == reviewID {
            leases[index].adopt(lease, askedAt: now)
            if index == 0, flash.hasPrefix(leases[index].externalID) {
                flash = "\(leases[index].externalID): taken back"
            }
            isFound = true
        }
        for index in history.indices where history[index].held.awaitedUndo == reviewID {
            history[index].held.adopt(lease, askedAt: now)
            isFound = true
        }
        return isFound
    }

    /// Answers that cannot be sent any more because an undo before them did not give a lease.
    private struct LostAnswers {
        /// They and their undos, to be withdrawn once they are explained.
        var keys: [PendingOperation.Key] = []
        /// What they said, to end a sentence with; empty when nothing was lost.
        var words = ""
    }

    /// The item of an undo does not come back: what was answered for it since is lost.
    private mutating func lose(undoOf reviewID: String, code: String) -> LostAnswers {
        let lost = pending.following(undoOf: reviewID)
        let reviews = Set([reviewID] + lost.map(\.reviewID))
        var answers = LostAnswers(keys: lost.map(\.key))
        for operation in lost {
            replayed(operation, isRefused: true)
            undoing[operation.reviewID] = nil
            if let index = history.firstIndex(where: { $0.reviewID == operation.reviewID }) {
                tally.remove(history.remove(at: index))
            }
            guard case .answer(_, let answer) = operation.action else { continue }
            answers.words += "; your later answer \(describe(answer.verdict)) is lost"
            if let comment = answer.comment { answers.words += ", its comment: \(comment)" }
        }
        for index in leases.indices.reversed() {
            guard let awaited = leases[index].awaitedUndo, reviews.contains(awaited) else {
                continue
            }
            // Never change the item under the reviewer's fingers: it stays, marked as lost.
            leases[index].lost = code
            leases[index].awaitedUndo = nil
            if index > 0 { leases.remove(at: index) }
        }
        return answers
    }

    /// Explains what became of an undo; in the name of the answer that needed its lease where the
    /// undo itself had been confirmed before.
    private mutating func tell(
        _ reviewID: String, _ operation: PendingOperation?, _ outcome: String, _ detail: String,
        _ lost: LostAnswers
    ) {
        let needing = pending.following(undoOf: reviewID).first
        if let operation = operation ?? needing {
            let title = "\(operation.externalID) \(outcome)"
            explain(operation, title: title, detail: detail + lost.words)
        }
        pending.withdraw(lost.keys)
    }

    /// Whether a refusal means that the item is no longer this reviewer's to answer.
    private func isAboutLease(_ failure: ServiceFailure) -> Bool {
        guard case .refused(let problem) = failure else { return false }
        return Self.isAboutLease(problem)
    }

    /// Whether the problem means that the item is no longer this reviewer's to answer.
    static func isAboutLease(_ problem: Problem) -> Bool {
        let codes: [ErrorCode] = [
            .unknownLease, .leaseLost, .leaseSuperseded, .alreadyReviewed, .reviewConflict,
            .unknownItem,
        ]
        return codes.contains { $0.rawValue == problem.code }
    }
}
