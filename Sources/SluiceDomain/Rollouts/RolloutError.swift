/// Why a rollout cannot change as asked.
public enum RolloutError: Error, Hashable, Sendable {
    /// There is no candidate to do it with.
    case noCandidate(RolloutAction, serving: ModelVersion)
    /// Another candidate is on its way.
    case candidateOnItsWay(ModelVersion, mode: Rollout.Mode, share: Double)
    /// The candidate decides nothing already.
    case alreadyShadowed(ModelVersion)
    /// The candidate would be the version that serves.
    case candidateServes(ModelVersion)
    /// Nothing was put out of service that could come back.
    case nothingToRollBack(serving: ModelVersion, rolledBack: ModelVersion?)
    /// All steps of the ramp lie below the share in force.
    case rampBelowShare(Double)
    /// The ramp is at its last step, and there is nothing to advance to.
    case rampAtItsEnd(share: Double)
    /// The candidate is not on a ramp.
    case notRamping(ModelVersion, mode: Rollout.Mode)
    /// The project has no rollout.
    case noRollout(RolloutAction)
    /// Which version serves cannot be told from what has been received.
    case servingUnclear(found: [ModelVersion])
    /// Another version serves than the one that was said to.
    case otherServes(ModelVersion, asked: ModelVersion)

    /// What stands in the way and what may be done, in one sentence.
    public var detail: String {
        switch self {
        case .noCandidate(let action, let serving):
            "there is no candidate to \(action.rawValue); \(serving) serves alone: start one first"
        case .candidateOnItsWay(let candidate, let mode, let share):
            "\(candidate) is on its way (\(mode.rawValue)\(Self.percent(share))); "
                + "switch, rollback or end it before another is started"
        case .alreadyShadowed(let candidate):
            "\(candidate) is a shadow already; canary, ramp, switch, rollback or end"
        case .candidateServes(let version):
            "\(version) serves already; the candidate must be another version"
        case .nothingToRollBack(let serving, nil):
            "there is nothing to roll back: \(serving) serves alone and replaced no version"
        case .nothingToRollBack(let serving, let version?):
            "there is nothing to roll back: \(version) was rolled back before and \(serving) serves;"
                + " to try it again, start it as a candidate"
        case .rampBelowShare(let share):
            "every step of the ramp is below the share in force, which is \(share); "
                + "add steps above it or set a smaller canary share first"
        case .rampAtItsEnd(let share):
            "the ramp is at its last step, \(share); switch, or ramp to more"
        case .notRamping(let candidate, let mode):
            "\(candidate) is not on a ramp (\(mode.rawValue))"
        case .noRollout(let action):
            "there is no rollout to \(action.rawValue); start one first"
        case .servingUnclear(let found) where found.isEmpty:
            "no other version has sent predictions yet, so it must be said which one serves"
        case .servingUnclear(let found):
            "several versions have sent predictions ("
                + found.prefix(5).map(\.description).joined(separator: ", ")
                + (found.count > 5 ? ", …" : "") + "), so it must be said which one serves"
        case .otherServes(let serving, let asked):
            "\(serving) serves, not \(asked); to put \(asked) in its place, start it as a candidate"
        }
    }

    private static func percent(_ share: Double) -> String {
        share > 0 ? " at \(share)" : ""
    }
}

/// What people do to a rollout.
public enum RolloutAction: String, Sendable, CaseIterable {
    /// Puts a candidate beside the serving version.
    case start
    /// Gives the candidate a fixed share.
    case canary
    /// Gives the candidate a share that grows.
    case ramp
    /// Makes the candidate the serving version, for everything at once.
    case `switch`
    /// Takes the newest change of who decides back.
    case rollback
    /// Takes the candidate away, or the whole rollout when there is none.
    case end
}
