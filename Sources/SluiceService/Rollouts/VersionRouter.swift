import SluiceDomain
import SluiceStore

/// Which version of a model is to score an item.
public struct VersionAssignment: Sendable, Hashable {
    /// The item.
    public let externalID: String
    /// Whose prediction decides it; nil when there is no rollout.
    public let decider: ModelVersion?
    /// The side that version is on; nil when there is no rollout.
    public let side: Rollout.Side?
}

extension ProjectContext {
    /// Which version decides the item of that external id, whether or not there is such an item yet.
    ///
    /// It is the side that a prediction of the item will be judged by, as long as the same rollout
    /// is in force; while the candidate's share grows, an item that was the candidate's stays so.
    public func assignment(of externalID: String) -> VersionAssignment {
        guard let rollout else {
            return VersionAssignment(externalID: externalID, decider: nil, side: nil)
        }
        let draw =
            rollout.drawsSides
            ? RoutingDraws.side(salt: routingSalt.secret, externalID: externalID.utf8) : 0
        return VersionAssignment(
            externalID: externalID, decider: rollout.decider(draw: draw),
            side: rollout.side(draw: draw))
    }
}
