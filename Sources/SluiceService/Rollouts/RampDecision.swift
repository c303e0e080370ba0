import SluiceDomain
import SluiceStatistics
import SluiceStore

/// Judges by what people labelled whether the candidate of a rollout may get more.
public protocol RolloutGuard: Sendable {
    /// Whether the rollout in force may take its next step, must wait, or must be taken back.
    ///
    /// Reads in the caller's transaction, decides nothing and changes nothing.
    func judge(
        _ rollout: Rollout, project: Int64, _ store: Store
    ) throws -> RampGuard.Judgement
}

/// What becomes of a ramp now, and why.
public enum RampDecision: Hashable, Sendable {
    /// It stays where it is.
    case hold(String)
    /// It takes its next step, or is switched after the last one.
    case advance(Rollout, String)
    /// The candidate goes.
    case rollBack(Rollout, String)

    /// Decides; a pure function of the rollout, what its guard says and the time.
    ///
    /// An alarm takes the candidate out at any time; the next step needs the guard's consent and the
    /// time of the present one to be over.
    public init(
        _ rollout: Rollout, judgement: RampGuard.Judgement, now: Timestamp
    ) throws(RolloutError) {
        guard let ramp = rollout.ramp else {
            self = .hold("the share grows by itself only on a ramp")
            return
        }
        switch judgement {
        case .rollBack(let reason):
            self = .rollBack(try rollout.rolledBack(), reason)
        case .hold(let reason):
            self = .hold(reason)
        case .advance(let reason):
            if ramp.nextShare == nil, rollout.share < 1 {
                self = .hold("the ramp is at its last step; switch, or ramp to more")
            } else if now < ramp.dueAt {
                self = .hold("the guard consents; the step lasts until \(ramp.dueAt.rfc3339)")
            } else {
                self = .advance(try rollout.advanced(at: now), reason)
            }
        }
    }

    /// Why.
    public var reason: String {
        switch self {
        case .hold(let reason), .advance(_, let reason), .rollBack(_, let reason): reason
        }
    }
}

extension RampWatch: RolloutGuard {}
