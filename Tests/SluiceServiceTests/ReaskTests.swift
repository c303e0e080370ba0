import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Changing how many are asked while work goes on", .database)
struct ReaskTests {
    private static let one = #"{"reviewers":1}"#
    private static let three = #"{"reviewers":3,"consensus":{"agree":2,"at_most":3}}"#

    private func asked(_ service: TestService) async throws -> String {
        try await service.sql(
            """
            SELECT i.external_id, t.asked, t.policy_version FROM task t JOIN item i ON i.id = t.item_id
            ORDER BY i.external_id
            """)
    }

    private func reask(_ service: TestService) async throws -> Reasked {
        try await Reasking(pool: service.pool).reask(
            service.project(), reason: "more eyes", by: service.admin)
    }

    @Test("a new number holds for what comes from then on")
    func onlyLater() async throws {
        try await TestService.run(policy: Self.one) { service in
            try await service.ingest([SentPrediction("a")])
            try await service.setPolicy(Self.three)
            try await service.ingest([SentPrediction("b")])
            #expect(try await asked(service) == "a|1|2\nb|3|3")
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(2, by: ann) {
                let result = try await service.answer(
                    lease, .label("b"), id: lease.content.externalID, by: ann)
                #expect((result.decision != nil) == (lease.content.externalID == "a"))
            }
        }
    }

    @Test("asked anew, what nobody has begun follows the policy in force, and the rest is left")
    func reask() async throws {
        try await TestService.run(policy: Self.three) { service in
            try await service.ingest(["answered", "leased", "new"].map { SentPrediction($0) })
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            #expect(leases.map(\.content.externalID) == ["answered", "leased"])
            try await service.answer(leases[0], .label("b"), id: "1", by: ann)
            try await service.setPolicy(Self.one)
            try await expect(service, reasked: 1, left: 2)
            #expect(try await asked(service) == "answered|3|2\nleased|3|2\nnew|1|3")
            try await QueueInvariant.check(service)
            try await expect(service, reasked: 0, left: 2)
            try await service.setPolicy(Self.three)
            #expect(try await reask(service).reasked == 1)
            #expect(try await asked(service) == "answered|3|2\nleased|3|2\nnew|3|4")
            try await QueueInvariant.check(service)
            #expect(
                try await service.sql(
                    "SELECT reason, after ->> 'reasked' FROM audit_log WHERE action = 'queue.reasked'"
                )
                    == "more eyes|1\nmore eyes|1")
        }
    }

    private func expect(
        _ service: TestService, reasked: Int, left: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let done = try await reask(service)
        #expect(done.reasked == reasked, sourceLocation: sourceLocation)
        #expect(done.left == left, sourceLocation: sourceLocation)
    }

    @Test("a rule keeps its own number of reviewers, and audits stay what they are")
    func rules() async throws {
        let rule = #""rules":[{"name":"hard","when":{"label":"b"},"then":{"reviewers":2}}]"#
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,\#(rule)}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([
                SentPrediction("audit", label: "a", confidence: "1"),
                SentPrediction("hard", label: "b", confidence: "0.1"),
                SentPrediction("soft", label: "a", confidence: "0.1"),
            ])
            let five = #""rules":[{"name":"hard","when":{"label":"b"},"then":{"reviewers":5}}]"#
            try await service.setPolicy(#"{"degree":"partial","reviewers":4,\#(five)}"#)
            let done = try await reask(service)
            #expect(done.reasked == 2 && done.left == 1)
            #expect(try await asked(service) == "audit|1|2\nhard|5|3\nsoft|4|3")
        }
    }

    @Test("however often the number changes under work, every item gets what its policy asked")
    func underWork() async throws {
        try await TestService.run(policy: Self.one, connections: 12) { service in
            try await service.ingest((0..<60).map { SentPrediction("i\($0)") })
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        let caller = try await service.reviewer("r\(number)")
                        for round in 0..<20 {
                            for lease in try await service.lease(2, by: caller) {
                                try await service.answer(
                                    lease, .label(round % 3 == 0 ? "a" : "b"),
                                    id: "\(number)-\(lease.content.externalID)", by: caller)
                            }
                        }
                    }
                }
                group.addTask {
                    for round in 0..<6 {
                        try await service.setPolicy(round % 2 == 0 ? Self.three : Self.one)
                        _ = try await Reasking(pool: service.pool).reask(
                            service.project(), by: service.admin)
                    }
                }
                try await group.waitForAll()
            }
            try await QueueInvariant.check(service)
            #expect(
                try await service.sql(
                    """
                    SELECT t.item_id FROM task t JOIN policy p
                        ON p.project_id = t.project_id AND p.version = t.policy_version
                    WHERE t.asked <> (p.document ->> 'reviewers')::integer
                    """) == "")
        }
    }
}
