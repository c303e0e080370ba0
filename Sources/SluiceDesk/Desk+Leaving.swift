/// The way out.
extension Desk {
    /// Begins to leave: leases are given back, answers not confirmed are sent.
    mutating func leave() -> [Effect] {
        guard !isLeaving else { return [] }
        isLeaving = true
        mode = .review
        pending.notBefore = .zero
        let held = leases.filter(\.isLive).map(\.id)
        leases = []
        return [.limitLeaving(options.leavingLimit)] + release(held)
    }

    /// Leaving has taken as long as it may, unless the reviewer waits for answers to be sent.
    mutating func leaveLater() -> [Effect] {
        guard isQuitting, connection == .online, !pending.isEmpty else { return stop() }
        return [.limitLeaving(options.leavingLimit)]
    }

    /// What leaving waits for.
    var leavingText: String {
        guard !pending.isEmpty else { return "leaving: giving the leases back" }
        let kept = pending.ledger.isReliable ? ", and keeps the rest" : ""
        return "leaving: sending \(DeskText.count(pending.count, "answer")) · "
            + "Ctrl-C leaves at once\(kept)"
    }

    mutating func release(_ leases: [String]) -> [Effect] {
        releasing.formUnion(leases)
        return leases.map { .release(lease: $0) }
    }

    mutating func finishLeaving() -> [Effect] {
        guard pending.isEmpty, pending.ledger.isIdle, releasing.isEmpty, !leaseCall.isRunning
        else { return [] }
        return stop()
    }
}
