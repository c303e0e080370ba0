import SluiceAPI

/// Calls that are repeated until the service answers, and the output.
extension PlainSession {
    /// Calls until the service answers.
    ///
    /// - Parameters:
    ///   - mayRefuse: whether a refusal is about one item; else it ends the session.
    ///   - about: what a refusal is about, for the reviewer.
    /// - Returns: nil when the call was refused or the session is over.
    mutating func repeated<Value>(
        _ call: () async throws(ServiceFailure) -> Value, mayRefuse: Bool = true,
        about: String = ""
    ) async -> Value? {
        var delay = Duration.milliseconds(500)
        let start = clock.now
        while true {
            do throws(ServiceFailure) {
                let value = try await call()
                if saidOffline { say(["Connected again."]) }
                saidOffline = false
                return value
            } catch {
                if Task.isCancelled { isOver = true }
                if isOver { return nil }
                if !isWorthRepeating(error, mayRefuse: mayRefuse) {
                    refused(error, mayRefuse: mayRefuse, about: about)
                    return nil
                }
                if !saidOffline {
                    say(["No connection: \(PlainText.safe(error.summary)). Trying again."])
                }
                saidOffline = true
                outcome.unreachable = error.summary
            }
            await pause(for: delay, since: start)
            if isOver { return nil }
            outcome.unreachable = nil
            delay = min(delay * 2, .seconds(5))
        }
    }

    /// How long a script whose lines have all been read waits for a service that is away.
    private static let scriptPatience = Duration.seconds(5)

    /// Waits before a call is repeated; ends the session when nobody is there to wait for it.
    ///
    /// - Parameter start: since when the service has been called.
    private mutating func pause(for delay: Duration, since start: ContinuousClock.Instant) async {
        let end = clock.now + delay
        let patience = console.isTyped ? .zero : Self.scriptPatience
        while clock.now < end {
            if input.hasEnded, clock.now - start >= patience {
                isOver = true
                return
            }
            do {
                try await clock.sleep(for: min(.milliseconds(200), end - clock.now))
            } catch {
                isOver = true
                outcome.unreachable = nil
                return
            }
        }
    }

    /// A token that is not valid at the start is a mistake to be told, not an outage.
    private func isWorthRepeating(_ failure: ServiceFailure, mayRefuse: Bool) -> Bool {
        if case .refused(let problem) = failure, problem.status == 401, !mayRefuse,
            labels.keys.entries.isEmpty
        {
            return false
        }
        return failure.isTemporary
    }

    private mutating func refused(_ failure: ServiceFailure, mayRefuse: Bool, about: String) {
        guard case .refused(let problem) = failure else { return }
        if mayRefuse {
            lastRefusalEndsItem = Desk.isAboutLease(problem)
            lastRefusal = failure.summary
            say(["\(about): \(PlainText.safe(failure.summary))"])
        } else {
            outcome.refusal = problem
            isOver = true
        }
    }

    mutating func say(_ lines: [String]) {
        do {
            try console.write(lines.joined(separator: "\n") + "\n")
        } catch {
            // Nobody reads any more.
            isOver = true
        }
    }
}
