import SluiceTerminal

/// A break: the items go back to the queue, nothing of them stays on the screen.
extension Desk {
    mutating func pause() -> [Effect] {
        let held = leases.filter(\.isLive)
        keepDrafts(leases)
        leases = []
        mode = .paused
        return release(held.map(\.id))
    }

    /// Goes on after a break.
    mutating func goOn() {
        mode = .review
        leaseCall.dueAt = min(leaseCall.dueAt, now)
    }

    /// Shown during a break.
    var pausedLines: [Line] {
        [
            Line("Paused.", .bold),
            Line("Your items went back to the queue; no time is counted."),
            Line("Press any key to go on."),
        ]
    }

    /// Remembers what was typed for items that are given back.
    mutating func keepDrafts(_ held: [HeldLease]) {
        drafts.removeAll { draft in held.contains { $0.externalID == draft.externalID } }
        drafts += held.filter(\.isDrafted)
    }
}
