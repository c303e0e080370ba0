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
        while true {
            do throws(ServiceFailure) {
                let value = try await call()
                if saidOffline { say(["Connected again."]) }
                saidOffline = false
                return value
            } catch {
                if Task.isCancelled {
                    isOver = true
                    return nil
                }
                if !isWorthRepeating(error, mayRefuse: mayRefuse) {
                    refused(error, mayRefuse: mayRefuse, about: about)
                    return nil
                }
                if !saidOffline {
                    say(["No connection: \(PlainText.safe(error.summary)). Trying again."])
                }
                saidOffline = true
            }
            do {
                try await clock.sleep(for: delay)
            } catch {
                isOver = true
                return nil
            }
            delay = min(delay * 2, .seconds(5))
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
