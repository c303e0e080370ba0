import SluiceAPI
import SluiceDomain

/// What is asked of the service, when, and what its answers change.
extension Desk {
    /// Between two looks at an empty queue.
    static let emptyQueuePoll = Duration.seconds(2)
    /// Between two looks at the queue's figures.
    static let figuresPoll = Duration.seconds(5)

    /// Every call that is due now.
    mutating func dueEffects() -> [Effect] {
        if didStop { return [] }
        var effects: [Effect] = []
        if let keep = pending.ledger.next(at: now) { effects.append(keep) }
        if let send = pending.next(at: now) { effects.append(send) }
        if pending.isEmpty { mustDrain = false }
        if isLeaving { return effects + finishLeaving() }
        if labels == nil || isBehindLabelSet, projectCall.isDue(now) {
            projectCall.start(now)
            effects.append(.loadProject)
        }
        effects += fallIdle()
        if leases.count <= options.prefetch / 2, mayLease, leaseCall.isDue(now) {
            leaseCall.start(now)
            leaseCount = options.prefetch - leases.count
            effects.append(.lease(count: leaseCount))
        }
        if queueCall.isDue(now) {
            queueCall.start(now)
            effects.append(.loadQueue)
        }
        return effects + guidelineEffects() + imageEffects() + renewals()
    }

    /// Renewals that are due, as long as somebody is there to review.
    private mutating func renewals() -> [Effect] {
        var effects: [Effect] = []
        for index in leases.indices {
            let held = leases[index]
            guard held.lost == nil, !held.isRenewing, now >= held.renewAt else { continue }
            leases[index].isRenewing = true
            effects.append(.renew(lease: held.id))
        }
        return effects
    }

    // MARK: - Answers of the service

    mutating func take(project result: Result<ProjectReply, ServiceFailure>) -> [Effect] {
        switch result {
        case .success(let reply):
            projectCall.finish(dueAt: now)
            if labels != nil { return take(labelSet: reply) }
            labels = LabelKeys(reply.labels, reserved: keymap.reserved)
            labelSetVersion = reply.labelSetVersion
            guidelines.text = reply.guidelines
            guidelines.version = reply.guidelinesVersion
            tags = reply.tags
            reached()
            // What was used last stands first where labels and tags are looked for.
            return loadHistory()
        case .failure(let failure):
            projectCall.finish(dueAt: missed(failure))
            return giveUp(over: failure)
        }
    }

    mutating func take(queue result: Result<QueueReply, ServiceFailure>) -> [Effect] {
        switch result {
        case .success(let reply):
            queueCall.finish(dueAt: now + Self.figuresPoll)
            figures = reply
            announcedLabelSet = reply.labelSetVersion ?? announcedLabelSet
            reached()
        case .failure(let failure):
            // Figures are not worth giving up for: a token may see items and not figures.
            let retry = failure.isTemporary ? missed(failure) : now + .seconds(30)
            queueCall.finish(dueAt: retry)
        }
        return []
    }

    mutating func take(leases result: Result<LeaseReply, ServiceFailure>) -> [Effect] {
        switch result {
        case .success(let reply):
            let new = reply.leases
            if isLeaving || mode == .paused {
                leaseCall.finish(dueAt: now)
                return release(new.map(\.lease))
            }
            hear(of: reply)
            announcedLabelSet = reply.labelSetVersion ?? announcedLabelSet
            stoppedBy = nil
            foundNothing = new.isEmpty
            let known = Set(leases.map(\.id))
            let arrived = new.filter { !known.contains($0.lease) }
                .map { withDraft(HeldLease($0, askedAt: leaseCall.askedAt)) }
            for held in arrived { knownFields.see(held.document.fieldNames) }
            for var held in arrived {
                held.absentFields = knownFields.absent(from: held.document.fieldNames)
                leases.append(held)
            }
            leaseCall.finish(dueAt: new.count < leaseCount ? now + Self.emptyQueuePoll : now)
            reached()
            return []
        case .failure(let failure):
            if !isLeaving, let effects = stop(over: failure) { return effects }
            leaseCall.finish(dueAt: missed(failure))
            return giveUp(over: failure)
        }
    }

    mutating func take(
        renewed lease: String, _ result: Result<RenewReply, ServiceFailure>
    ) -> [Effect] {
        let index = leases.firstIndex { $0.id == lease }
        switch result {
        case .success:
            reached()
            guard let index else { return [] }
            leases[index].renewed(askedAt: now)
        case .failure(let failure) where failure.isTemporary:
            let retry = missed(failure)
            guard let index else { return [] }
            leases[index].isRenewing = false
            leases[index].renewAt = retry
        case .failure(let failure):
            reached()
            guard let index else { return [] }
            leases[index].isRenewing = false
            if index == 0 {
                // Never change the item under the reviewer's fingers: it stays, marked as lost.
                leases[index].lost = failure.code
            } else {
                leases.remove(at: index)
            }
        }
        return []
    }

    mutating func take(
        submitted reviewID: String, _ result: Result<ReviewReply, ServiceFailure>
    ) -> [Effect] {
        switch result {
        case .success(let reply):
            let operation = pending.finishFirst()
            if let operation { replayed(operation) }
            reached()
            if let said = passingWord(on: reply, to: operation) { flash = said }
        case .failure(let failure) where failure.isTemporary:
            pending.retry(at: missed(failure))
        case .failure(let failure):
            reached()
            guard let operation = pending.finishFirst() else { return [] }
            refused(operation, failure)
        }
        return []
    }

    mutating func take(
        undone reviewID: String, _ result: Result<UndoReply, ServiceFailure>
    ) -> [Effect] {
        if case .failure(let failure) = result, failure.isTemporary {
            pending.retry(at: missed(failure))
            return []
        }
        guard let operation = pending.finishFirst() else { return [] }
        reached()
        let answered = undoing.removeValue(forKey: reviewID)
        replayed(operation)
        switch result {
        case .success(let reply):
            if let answered { uncount(answered) }
            guard let lease = reply.lease else {
                recalled[reviewID] = nil
                notices.append(
                    Notice(
                        title: "\(operation.externalID) was taken back",
                        detail: "the item goes back to the queue when its lease ends"))
                return []
            }
            if isLeaving { return release([lease.lease]) }
            putBack(restored(HeldLease(lease, askedAt: now), reviewID, answered))
        case .failure(let failure):
            recalled[reviewID] = nil
            explain(
                operation, title: "\(operation.externalID) was not taken back",
                detail: failure.summary)
        }
        return []
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

    /// The session has one answer less.
    mutating func uncount(_ answered: Answered) {
        done = max(0, done - 1)
        doneTime = max(.zero, doneTime - answered.held.active)
    }

    /// An answer will never count: says so until it is put away, and loses no work over it.
    private mutating func refused(_ operation: PendingOperation, _ failure: ServiceFailure) {
        pending.removeUndo(of: operation.reviewID)
        let answered =
            history.last { $0.reviewID == operation.reviewID } ?? undoing[operation.reviewID]
        history.removeAll { $0.reviewID == operation.reviewID }
        undoing[operation.reviewID] = nil
        flash = ""
        replayed(operation, isRefused: true)
        var detail = failure.summary
        if let answered {
            uncount(answered)
            if case .refused(let problem) = failure, !Self.isAboutLease(problem), !isLeaving {
                detail += "; the item is on the screen again"
                putBack(answered.held)
            }
        }
        guard case .answer(_, let answer) = operation.action else { return }
        if let comment = answer.comment { detail += "; your comment was: \(comment)" }
        explain(
            operation, title: "\(operation.externalID): \(describe(answer.verdict)) was refused",
            detail: detail)
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
