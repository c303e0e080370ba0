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
