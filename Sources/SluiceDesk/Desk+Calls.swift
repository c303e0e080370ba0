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
            guard held.isLive, !held.isRenewing, now >= held.renewAt else { continue }
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
            dwell = reply.dwell
            if labels != nil { return take(labelSet: reply) }
            meet(reply.labels)
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
            // The figures say why there is nothing.
            if new.isEmpty, !foundNothing { queueCall.dueAt = min(queueCall.dueAt, now) }
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
        // An item that is taken back waits for another lease: this one was used up by its answer.
        let index = leases.firstIndex { $0.id == lease && $0.isLive }
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
}
