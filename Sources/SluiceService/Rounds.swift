import Logging

/// What is done again and again without anybody asking, until its task is cancelled.
struct Rounds: Sendable {
    /// How long a round is followed by nothing, at least.
    let pause: Duration
    /// How many times as long as a round took the pause is, at least: 9 where rounds are never to
    /// take more than a tenth of the time.
    var restFactor = 0
    /// What is logged when a round fails, as a warning when it fails in a new way; the next one comes
    /// all the same.
    let complaint: String
    let logger: Logger

    /// Does round after round.
    func run(_ round: () async throws -> Void) async {
        var lastFailure: String?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                try await round()
                lastFailure = nil
            } catch {
                if Task.isCancelled { return }
                let failure = "\(error)"
                logger.log(
                    level: failure == lastFailure ? .debug : .warning, "\(complaint)",
                    metadata: ["error": "\(failure)"])
                lastFailure = failure
            }
            let pause = max(pause, start.duration(to: .now) * restFactor)
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }
}
