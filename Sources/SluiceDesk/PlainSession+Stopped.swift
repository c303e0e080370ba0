import SluiceAPI

/// What came of asking for an item in plain mode.
enum LeaseAttempt: Sendable {
    case reply(LeaseReply)
    /// The reviewer gets no work until an admin says so.
    case paused(Problem)

    /// Asks for one item.
    init(_ service: any DeskService) async throws(ServiceFailure) {
        do throws(ServiceFailure) {
            self = .reply(try await service.lease(count: 1))
        } catch {
            guard case .refused(let problem) = error, problem.isAboutPause else { throw error }
            self = .paused(problem)
        }
    }
}

extension PlainSession {
    /// Says why no work is given, and whom to ask.
    mutating func tellPause(_ problem: Problem) async {
        dropLateLine()
        var why = problem.detail
        do throws(ServiceFailure) {
            if let paused = try await service.ownFigures().paused {
                why = "since \(paused.since.minuteText): \(paused.why)"
            }
        } catch {
            // The refusal itself says enough.
            why = problem.detail
        }
        say([
            PlainText.safe("You are paused and get no items for now: \(why)"),
            PlainText.safe(problem.hint), "Looking again every 2 seconds; :quit leaves.",
        ])
    }
}
