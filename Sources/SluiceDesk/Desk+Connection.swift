import SluiceAPI

/// Whether the service can be reached, and what follows from it.
extension Desk {
    /// The service answered: what waited for it may go at once.
    mutating func reached() {
        if case .offline = connection {
            pending.notBefore = now
            for call in [\Desk.projectCall, \.leaseCall, \.queueCall] {
                self[keyPath: call].dueAt = min(self[keyPath: call].dueAt, now)
            }
            for index in leases.indices { leases[index].renewAt = min(leases[index].renewAt, now) }
            flash = "connected again"
        }
        connection = .online
        failures = 0
    }

    /// The service did not answer, or not well.
    ///
    /// - Returns: when to try again: after 0.5 s, doubled for each failure in a row up to 5 s.
    mutating func missed(_ failure: ServiceFailure) -> Duration {
        let delay = min(Duration.seconds(5), .milliseconds(500) * (1 << min(failures, 4)))
        // Calls that fail together are one failure.
        if failures == 0 || now - missedAt >= .milliseconds(250) { failures += 1 }
        missedAt = now
        if failure.isTemporary {
            mustDrain = true
            if case .offline(let since, _) = connection {
                connection = .offline(since: since, reason: failure.summary)
            } else {
                connection = .offline(since: now, reason: failure.summary)
            }
        }
        return now + delay
    }

    /// Somebody is there: tries again at once, however long the last pause was to be.
    mutating func hurry() {
        guard case .offline = connection, now - missedAt >= .milliseconds(500) else { return }
        pending.notBefore = min(pending.notBefore, now)
        for call in [\Desk.projectCall, \.leaseCall, \.queueCall] {
            self[keyPath: call].dueAt = min(self[keyPath: call].dueAt, now)
        }
    }

    /// Ends the client when the service will never give it work.
    mutating func giveUp(over failure: ServiceFailure) -> [Effect] {
        guard case .refused(let problem) = failure else { return [] }
        // A token that is not valid at the start is a mistake to be told, not an outage.
        let isMistake = problem.status == 401 && labels == nil && leases.isEmpty
        guard !failure.isTemporary || isMistake, !isLeaving, !didStop else { return [] }
        refusal = problem
        if !leases.isEmpty || !pending.isEmpty { return leave() }
        didStop = true
        return [.fail(problem)]
    }
}
