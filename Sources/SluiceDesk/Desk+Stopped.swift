import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// A reviewer whom somebody or something keeps from being given work: a wait, no end of the session.
extension Desk {
    /// Between two looks whether work is given again.
    static let stoppedPoll = Duration.seconds(10)

    /// Takes the refusal of a lease to a reviewer who is paused; nil for any other failure.
    mutating func stop(over failure: ServiceFailure) -> [Effect]? {
        guard case .refused(let problem) = failure, problem.isAboutPause else { return nil }
        leaseCall.finish(dueAt: now + Self.stoppedPoll)
        reached()
        let wasStopped = stoppedBy != nil
        stoppedBy = problem
        guard !wasStopped, !own.isLoading else { return [] }
        // They say why, and by whose name an admin lets the reviewer go on.
        own.start()
        return [.loadOwnFigures]
    }

    /// Shown while no work is given to this reviewer.
    func stoppedLines(width: Int) -> [Line] {
        guard let stoppedBy else { return [] }
        let paused = own.figures?.paused
        var lines = TextWrap.lines(
            "You are paused: you get no items for now.", width: width, style: .bold)
        let why = paused.map { "Since \($0.since.minuteText): \($0.why)" } ?? stoppedBy.detail
        lines += TextWrap.lines(why, width: width)
        if let name = own.figures?.reviewer, paused != nil {
            let ask = "Ask an admin of \(project) to let you go on: sluice reviewer resume \(name)"
            lines += TextWrap.lines(ask, width: width)
        } else {
            lines += TextWrap.lines(stoppedBy.hint, width: width)
        }
        let every = DeskText.span(Self.stoppedPoll)
        lines += TextWrap.lines(
            "What you answered is kept. Looking again every \(every).", width: width)
        return lines
    }
}

extension Problem {
    /// Whether the reviewer is to be given no work until an admin says so.
    var isAboutPause: Bool { code == ErrorCode.reviewerPaused.rawValue }
}
