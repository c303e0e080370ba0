import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Routing anew", .database)
struct ReroutingTests {
    static let partial =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":1}"#

    /// What the tables say of an item: the version that routes it, tasks, ready rows, decisions.
    static func state(_ service: TestService, _ externalID: String = "x") async throws -> String {
        try await service.sql(
            """
            SELECT (SELECT string_agg(m.version || ' ' || p.route, ',') FROM prediction p
                    LEFT JOIN model_version m ON m.id = p.model_version_id
                    WHERE p.item_id = i.id AND p.stands),
                (SELECT count(DISTINCT r.item_id) FROM ready r WHERE r.item_id = i.id),
                (SELECT string_agg(d.source || ' ' || d.label, ',') FROM decision d WHERE d.item_id = i.id),
                (SELECT string_agg(f.version || ' to ' || t.version, ',' ORDER BY c.number) FROM reroute c
                    JOIN model_version f ON f.id = c.from_model_version_id
                    JOIN model_version t ON t.id = c.to_model_version_id WHERE c.item_id = i.id)
            FROM item i WHERE i.external_id = '\(externalID)'
            """)
    }

    @Test("a confident later prediction takes a waiting item out of the queue and decides it")
    func accepted() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.2")])
            let later = SentPrediction("x", label: "b", confidence: "0.95", version: "2")
            let outcome = try #require(try await service.ingest([later])[0].stored)
            #expect(outcome.route == .accepted && outcome.label == Array("b".utf8))
            #expect(!outcome.isDuplicate)
            #expect(try await Self.state(service) == "2 accepted|0|model b|1 to 2")
            #expect(try await service.lease(by: service.reviewer("ann")).isEmpty)
            let again = try #require(try await service.ingest([later])[0].stored)
            #expect(again.isDuplicate && again.route == .accepted && again.label == Array("b".utf8))
            // The item is decided now: a third version only leaves its prediction.
            let third = try await service.ingest([
                SentPrediction("x", confidence: "1", version: "3")
            ])
            #expect(third[0].stored?.route == .shadowed)
            #expect(third[0].stored?.reason == "item_already_routed")
            #expect(try await Self.state(service) == "2 accepted|0|model b|1 to 2")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a later prediction that is queued as well is what reviewers see")
    func requeued() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.2")])
            try await service.setPolicy(
                #"{"degree":"partial","accept":{"default":0.9},"reviewers":3,"blind_share":0}"#)
            try await service.ingest([
                SentPrediction("x", label: "c", confidence: "0.6", version: "2")
            ])
            #expect(try await Self.state(service) == "2 queued|1||1 to 2")
            #expect(
                try await service.sql(
                    "SELECT asked, policy_version, (SELECT sum(free_slots) FROM ready) FROM task")
                    == "3|3|7")
            let lease = try await service.nextLease(by: service.reviewer("ann"))
            #expect(lease.content.prediction?.label == "c")
            #expect(lease.content.prediction?.version == "2")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a later prediction that is audited decides the item and leaves it to a blind review")
    func audited() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.2")])
            try await service.setPolicy(#"{"degree":"full","audit_rate":1}"#)
            try await service.ingest([SentPrediction("x", label: "b", version: "2")])
            #expect(try await Self.state(service) == "2 audited|1|model b|1 to 2")
            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            #expect(lease.isBlind)
            try await service.answer(lease, .label("b"), id: "1", by: ann)
            #expect(
                try await service.sql("SELECT outcome FROM decision ORDER BY revision DESC LIMIT 1")
                    == "accepted")
            try await QueueInvariant.check(service)
        }
    }

    @Test("nobody loses a place in the queue by being routed anew")
    func place() async throws {
        try await TestService.run(policy: #"{"degree":"assist","sla_seconds":600}"#) { service in
            let before = """
                SELECT t.created_at, t.rank, r.rank FROM task t JOIN ready r USING (item_id)
                JOIN item i ON i.id = t.item_id WHERE i.external_id = 'first'
                """
            try await service.ingest([SentPrediction("first", confidence: "0.5")])
            let place = try await service.sql(before)
            try await service.ingest(
                (0..<5).map { SentPrediction("later-\($0)", confidence: "0.5") })
            try await service.ingest([SentPrediction("first", confidence: "0.5", version: "2")])
            #expect(try await service.sql(before) == place)
            // Less doubt is less urgent: it moves by the difference of the two and by nothing else.
            try await service.ingest([SentPrediction("first", confidence: "0.6", version: "3")])
            let expected = PriorityKey.offsetMicroseconds(urgency: 0.4, slaSeconds: 600)
            #expect(
                try await service.sql(
                    """
                    SELECT t.rank - (extract(epoch FROM t.created_at) * 1000000)::bigint, t.rank = r.rank
                    FROM task t JOIN ready r USING (item_id) JOIN item i ON i.id = t.item_id
                    WHERE i.external_id = 'first'
                    """) == "\(expected)|t")
        }
    }

    @Test("an item that is leased, partly reviewed, escalated or decided keeps its route")
    func begun() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#
        try await TestService.run(policy: policy) { service in
            let names = ["leased", "reviewed", "escalated", "decided", "reopened"]
            for name in names {
                try await service.ingest([SentPrediction(name, confidence: "0.2")])
            }
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let leases = try await service.lease(5, by: ann)
            #expect(leases.map(\.content.externalID) == names)
            try await service.answer(leases[1], .label("a"), id: "1", by: ann)
            try await service.answer(leases[2], .escalate, id: "2", by: ann)
            for (index, other) in try await service.lease(5, by: bob).enumerated() {
                guard ["decided", "reopened"].contains(other.content.externalID) else {
                    try await service.reviewing.release(
                        other.id, project: service.project(), by: bob)
                    continue
                }
                let mine = try #require(
                    leases.first { $0.content.externalID == other.content.externalID })
                try await service.answer(mine, .label("a"), id: "ann-\(index)", by: ann)
                try await service.answer(other, .label("a"), id: "bob-\(index)", by: bob)
                if other.content.externalID == "reopened" {
                    for (id, caller) in [("bob-\(index)", bob), ("ann-\(index)", ann)] {
                        let again = try #require(try await service.undo(id, by: caller))
                        try await service.reviewing.release(
                            again.id, project: service.project(), by: caller)
                    }
                }
            }
            let before = try await service.sql("SELECT * FROM task ORDER BY item_id")
            let outcomes = try await service.ingest(
                names.map { SentPrediction($0, label: "b", confidence: "1", version: "2") })
            for outcome in outcomes {
                #expect(outcome.stored?.route == .shadowed)
                #expect(outcome.stored?.reason == "item_already_routed")
            }
            #expect(try await service.sql("SELECT * FROM task ORDER BY item_id") == before)
            #expect(try await service.sql("SELECT count(*) FROM reroute") == "0")
            #expect(try await service.sql("SELECT count(*) FROM prediction WHERE stands") == "5")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a lease given back leaves the item waiting, and a skip does too")
    func waitingAgain() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let (ann, lease) = try await service.leasedItem(SentPrediction("x", confidence: "0.2"))
            try await service.reviewing.release(lease.id, project: service.project(), by: ann)
            try await service.ingest([SentPrediction("x", confidence: "0.3", version: "2")])
            #expect(try await Self.state(service) == "2 queued|1||1 to 2")
            let second = try await service.nextLease(by: ann)
            try await service.answer(second, .skip, id: "1", by: ann)
            try await service.ingest([
                SentPrediction("x", label: "b", confidence: "0.3", version: "3")
            ])
            #expect(try await Self.state(service) == "3 queued|1||1 to 2,2 to 3")
            // The skip taken back gives the item as it is now.
            let again = try #require(try await service.undo("1", by: ann))
            #expect(
                again.content.prediction?.label == "b" && again.content.prediction?.version == "3")
            try await service.answer(again, .label("b"), id: "2", by: ann)
            #expect(
                try await service.sql(
                    """
                    SELECT d.outcome, m.version FROM decision d
                    JOIN model_version m ON m.id = d.model_version_id
                    """) == "accepted|3")
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer to a lapsed lease is judged by the prediction the item is routed by now")
    func lateAnswer() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let (ann, lease) = try await service.leasedItem(
                SentPrediction("x", label: "a", confidence: "0.2"))
            try await service.lapseLeases()
            try await service.upkeep.sweep()
            try await service.ingest([
                SentPrediction("x", label: "b", confidence: "0.2", version: "2")
            ])
            let answer = try await service.answer(lease, .label("a"), id: "1", by: ann)
            #expect(answer.status == "late" && answer.decision?.outcome == "corrected")
            #expect(
                try await service.sql(
                    """
                    SELECT d.outcome, m.version, s.version FROM decision d
                    JOIN model_version m ON m.id = d.model_version_id
                    JOIN review v USING (item_id) JOIN model_version s ON s.id = v.model_version_id
                    """) == "corrected|2|1", "the review keeps what was shown")
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer to a lapsed lease of an item the model has decided since is kept, not counted")
    func lateAnswerToDecided() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let (ann, lease) = try await service.leasedItem(SentPrediction("x", confidence: "0.2"))
            try await service.lapseLeases()
            try await service.upkeep.sweep()
            try await service.ingest([SentPrediction("x", confidence: "1", version: "2")])
            await #expect(throws: ReviewError.leaseLost(decided: true)) {
                try await service.answer(lease, .label("b"), id: "1", by: ann)
            }
            #expect(try await service.sql("SELECT status FROM review") == "lapsed")
            #expect(try await Self.state(service) == "2 accepted|0|model a|1 to 2")
            let error = await #expect(throws: ReviewError.self) {
                try await service.undo("1", by: ann)
            }
            #expect(error?.code == .undoTooLate)
            try await QueueInvariant.check(service)
        }
    }

    @Test(
        "versions in one batch route an item as versions in batches of their own",
        arguments: [0, 60])
    func inOneBatch(_ others: Int) async throws {
        try await TestService.run(policy: Self.partial) { service in
            let outcomes = try await service.ingest(
                [
                    SentPrediction("x", confidence: "0.2"),
                    SentPrediction("x", confidence: "0.3", version: "2"),
                    SentPrediction("x", label: "c", confidence: "0.99", version: "3"),
                    SentPrediction("x", confidence: "0.99", version: "4"),
                ] + (0..<others).map { SentPrediction("other-\($0)") })
            #expect(
                outcomes.prefix(4).map(\.stored?.route) == [.queued, .queued, .accepted, .shadowed])
            #expect(try await Self.state(service) == "3 accepted|0|model c|1 to 2,2 to 3")
            try await service.ingest([SentPrediction("y", confidence: "0.2")])
            try await service.ingest([
                SentPrediction("y", confidence: "0.3", version: "2"),
                SentPrediction("y", label: "c", confidence: "0.4", version: "3"),
            ])
            #expect(try await Self.state(service, "y") == "3 queued|1||1 to 2,2 to 3")
            try await QueueInvariant.check(service)
        }
    }

    @Test(
        "the report counts an item once, by the route that stands, and the item shows its history")
    func shown() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.ingest((0..<4).map { SentPrediction("x\($0)", confidence: "0.2") })
            try await service.ingest([
                SentPrediction("x0", confidence: "0.95", version: "2"),
                SentPrediction("x1", confidence: "0.3", version: "2"),
            ])
            let project = try await service.project()
            let reporting = Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool))
            let report = try JSONValue(
                parsing: try await reporting.json(project: project, from: nil, to: nil))
            let metrics = try #require(report["metrics"])
            #expect(metrics["received"]?["value"]?.double == 4)
            #expect(metrics["automation_rate"]?["value"]?.double == 0.25)
            #expect(metrics["queue_depth"]?["value"]?.double == 3)

            let view = try JSONValue(
                parsing: try await ItemView(pool: service.pool).json(
                    externalID: "x0", project: project))
            let predictions = try #require(view["predictions"]?.array)
            #expect(predictions.map { $0["route"]?.string } == ["queued", "accepted"])
            #expect(predictions.map { $0["stands"] } == [false, true])
            let reroutes = try #require(view["reroutes"]?.array)
            #expect(reroutes.count == 1)
            #expect(reroutes[0]["from"]?["model_version"]?.string == "1")
            #expect(reroutes[0]["from"]?["route"]?.string == "queued")
            #expect(reroutes[0]["from"]?["reason"]?.string == "below_threshold")
            #expect(reroutes[0]["to"]?["model_version"]?.string == "2")
            #expect(reroutes[0]["to"]?["route"]?.string == "accepted")
            #expect(reroutes[0]["to"]?["policy_version"]?.double == 2)
            #expect(reroutes[0]["changed_at"]?.string?.isEmpty == false)
        }
    }
}
