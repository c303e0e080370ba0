import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A row of the review queue, with what the number of reviewers of its task depends on.
public struct WaitingTask: Sendable {
    /// Where it stands.
    public let place: ClaimFloor
    /// Whether the task came with another policy than the one in force.
    public let isOther: Bool
    /// The version it is routed by.
    public let modelVersionID: Int64
    /// The microseconds of its first place after the moment it began to wait.
    public let offsetMicroseconds: Int64
    /// How many reviews it asks for.
    public let asked: Int
    /// Whether reviewers work blind.
    public let isBlind: Bool
    /// The rule of the policy that routed it; nil for none.
    public let rule: String?
}

extension Store {
    /// Up to `limit` rows of the review queue behind `place`, in their order.
    ///
    /// - Parameter policyVersion: the policy in force.
    public func waitingTasks(
        project: Int64, policyVersion: Int, after place: ClaimFloor, limit: Int
    ) throws(PostgresError) -> [WaitingTask] {
        try session.query(
            SQLCatalog.waitingUnderOtherPolicies,
            [
                .int64(project), .int32(Int32(policyVersion)), .int64(place.rank),
                .int64(place.item), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> WaitingTask in
            WaitingTask(
                place: ClaimFloor(rank: try row.int64(0), item: try row.int64(1)),
                isOther: try row.bool(2), modelVersionID: try row.int64(3),
                offsetMicroseconds: try row.int64(4), asked: try row.int(5),
                isBlind: try row.bool(6), rule: try row.textIfPresent(7))
        }
    }
}
