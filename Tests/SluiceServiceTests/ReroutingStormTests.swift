import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// Versions that come while reviewers work; what must hold whoever was first.
@Suite("Routing anew under a storm", .database)
struct ReroutingStormTests {
    private static let routes = """
        SELECT i.external_id FROM item i
        LEFT JOIN prediction p ON p.item_id = i.id AND p.stands
        GROUP BY i.external_id HAVING count(p.item_id) <> 1
        """
    private static let decided = """
        SELECT i.external_id FROM item i JOIN prediction p ON p.item_id = i.id AND p.stands
        WHERE (p.route IN ('accepted', 'audited')) <> EXISTS (
                SELECT FROM decision d WHERE d.item_id = i.id AND d.source = 'model')
            OR (p.route = 'queued') AND NOT EXISTS (SELECT FROM task t WHERE t.item_id = i.id
                AND t.model_version_id = p.model_version_id)
        """
    /// Each route that was replaced is the next one's predecessor, and the last one's successor stands.
    private static let chains = """
        SELECT c.item_id FROM reroute c
        LEFT JOIN reroute n ON n.item_id = c.item_id AND n.number = c.number + 1
        LEFT JOIN prediction p ON p.item_id = c.item_id AND p.stands
        WHERE c.to_model_version_id <> coalesce(n.from_model_version_id, p.model_version_id)
        """

    @Test("versions at once, against claims, answers, skips and releases, leave one route an item")
    func storm() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.8},"audit_rate":0.3,"reviewers":1}"#
        try await TestService.run(policy: policy, connections: 16) { service in
            let ids = (0..<80).map { "item-\($0)" }
            try await service.ingest(ids.map { SentPrediction($0, confidence: "0.1") })
            let told = try await withThrowingTaskGroup(of: [[LineOutcome]].self) { group in
                for version in 2..<10 {
                    group.addTask {
                        // Each version twice, in different orders and sizes.
                        let lines = ids.shuffled().map { id in
                            SentPrediction(
                                id, label: ["a", "b", "c"][version % 3],
                                confidence: Int(id.suffix(1)) == version ? "0.9" : "0.3",
                                version: "\(version)")
                        }
                        var outcomes: [[LineOutcome]] = []
                        for part in stride(from: 0, to: 80, by: 16) {
                            outcomes.append(
                                try await service.ingest(Array(lines[part..<part + 16])))
                        }
                        outcomes.append(try await service.ingest(lines.reversed()))
                        return outcomes
                    }
                }
                for number in 0..<8 {
                    group.addTask {
                        let caller = try await service.reviewer("r\(number)")
                        for round in 0..<12 { try await Self.act(service, caller, round) }
                        return []
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for outcomes in told { #expect(outcomes.allSatisfy { $0.stored != nil }) }
            for outcome in told.filter({ $0.count == 80 }).joined() {
                #expect(outcome.stored?.isDuplicate == true)
            }
            try await QueueInvariant.check(service)
            #expect(try await service.sql(Self.routes) == "", "one route stands for every item")
            #expect(try await service.sql(Self.decided) == "")
            #expect(try await service.sql(Self.chains) == "")
            #expect(
                try await service.sql("SELECT count(*), count(DISTINCT item_id) FROM prediction")
                    == "720|80")
            #expect(
                try await service.sql("SELECT count(*) > 0 FROM reroute") == "t",
                "some were rerouted")
            // What was asked of people is answered; then nothing is left over.
            try await service.lapseLeases()
            for (name, queue) in [
                ("last", Queue.review), ("second", .review), ("third", .review),
                ("judge", .adjudication),
            ] {
                let caller = try await service.reviewer(name)
                while case let leases = try await service.lease(50, queue: queue, by: caller),
                    !leases.isEmpty
                {
                    for lease in leases {
                        try await service.answer(
                            lease, .label("a"), id: "\(name)-\(lease.content.externalID)",
                            by: caller)
                    }
                }
            }
            try await QueueInvariant.check(service)
            #expect(try await service.sql("SELECT count(*) FROM ready") == "0")
            #expect(
                try await service.sql(
                    "SELECT count(DISTINCT item_id) FROM decision WHERE outcome <> 'reopened'")
                    == "80")
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FROM decision d JOIN prediction p ON p.item_id = d.item_id AND p.stands
                    WHERE d.model_version_id <> p.model_version_id
                        OR d.outcome = 'accepted' AND d.label <> p.label
                        OR d.outcome = 'corrected' AND d.label = p.label
                    """) == "0", "decisions are about the route that stands")
        }
    }

    private static func act(
        _ service: TestService, _ caller: Caller, _ round: Int
    ) async throws {
        for lease in try await service.lease(Int.random(in: 1...2), by: caller) {
            let id = "\(caller.name)-\(round)-\(lease.content.externalID)"
            do {
                switch Int.random(in: 0..<10) {
                case 0..<2: try await service.answer(lease, .label("a"), id: id, by: caller)
                case 2..<4: try await service.answer(lease, .skip, id: id, by: caller)
                case 4..<5:
                    try await service.answer(lease, .label("b"), id: id, by: caller)
                    _ = try await service.undo(id, by: caller)
                default:
                    try await service.reviewing.release(
                        lease.id, project: service.project(), by: caller)
                }
            } catch ReviewError.undoTooLate {
                // The item was escalated meanwhile: three reviewers had skipped it.
            } catch ReviewError.leaseLost, ReviewError.alreadyReviewed {
                // The lease was closed by a decision of others.
            }
        }
    }
}
