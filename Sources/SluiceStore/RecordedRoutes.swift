import SluiceDomain
import SluicePostgres
import SluiceSQL

/// One route on record, whether it stands or not, with everything it was decided from.
public struct RecordedRoute: Sendable {
    /// What was routed, and how.
    public let facts: RoutedFacts
    /// The rollout in force then; nil when there was none.
    public let rolloutRevision: Int?
    /// Whether the prediction had waited in vain for another version.
    public let hadWaited: Bool

    /// Where the item stood, as the record has it.
    public var item: ItemStanding {
        if hadWaited { return .unanswered }
        if facts.reason == RouteReason.itemAlreadyRouted.rawValue { return .settled }
        return facts.route == Route.shadowed.rawValue ? .open : .new
    }
}

extension Store {
    /// The routes on record of the next `items` items after `item`, in order of item.
    public func recordedRoutes(
        project: Int64, after item: Int64, items: Int
    ) throws(PostgresError) -> [RecordedRoute] {
        try session.query(
            SQLCatalog.recordedRoutes, [.int64(project), .int64(item), .int32(Int32(items))]
        ) { (row) throws(PostgresError) -> RecordedRoute in
            RecordedRoute(
                facts: RoutedFacts(
                    item: try row.int64(0), externalID: try row.text(1),
                    label: try row.textIfPresent(2), confidence: try row.doubleIfPresent(3),
                    policyVersion: try row.int(4), saltID: try row.int16(6),
                    route: try row.text(7), reason: try row.text(8),
                    propensity: try row.double(9), stratum: try row.intIfPresent(18),
                    isBlind: try row.bool(10),
                    rule: try row.textIfPresent(11), wouldBe: try row.textIfPresent(12),
                    model: try row.textIfPresent(13) ?? "",
                    modelVersion: try row.textIfPresent(14) ?? "",
                    payload: try row.bytesIfPresent(15), metadata: try row.bytesIfPresent(16),
                    isLabelRetired: try row.bool(19)),
                rolloutRevision: try row.intIfPresent(5), hadWaited: try row.bool(17))
        }
    }
}
