import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Predictions of versions that do not decide", .database)
struct VersionStandingTests {
    static let partial =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":1}"#
    /// Version 1 serves; version 2 is on trial and decides nothing.
    static let shadow =
        #"{"serving":"demo/1","candidate":"demo/2","mode":"shadow","answer_within_seconds":60}"#
    /// Version 2 decides everything that version 1 does not: all.
    static let all = #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":1}"#
    /// Version 2 serves, version 1 was put out of service.
    static let switched = #"{"serving":"demo/2","previous":"demo/1","mode":"serving"}"#

    /// Versions with their routes, in order; `*` before the one that stands.
    static func routes(_ service: TestService, _ externalID: String = "x") async throws -> String {
        try await service.sql(
            """
            SELECT string_agg(CASE WHEN p.stands THEN '*' ELSE '' END || m.version || ' ' || p.route
                || ' ' || p.reason || coalesce(' (' || p.would_be || ')', ''), ', ' ORDER BY m.version)
            FROM prediction p JOIN model_version m ON m.id = p.model_version_id
            JOIN item i ON i.id = p.item_id AND i.external_id = '\(externalID)'
            """)
    }

    @Test(
        "the candidate in shadow waits for the serving version, which decides as soon as it answers"
    )
    func waits() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.shadow)
            let first = try await service.ingest([
                SentPrediction("x", label: "b", confidence: "0.95", version: "2")
            ])
            #expect(first[0].stored?.route == .waiting && first[0].stored?.label == nil)
            #expect(first[0].stored?.reason == "other_version_decides")
            #expect(try await service.sql("SELECT count(*) FROM awaiting") == "1")
            #expect(try await service.lease(by: service.reviewer("ann")).isEmpty)
            let second = try await service.ingest([SentPrediction("x", confidence: "0.99")])
            #expect(second[0].stored?.route == .accepted)
            #expect(
                try await Self.routes(service)
                    == "*1 accepted confident, 2 waiting other_version_decides (accepted)")
            #expect(try await service.sql("SELECT count(*) FROM awaiting") == "0")
            #expect(try await service.sql("SELECT label FROM decision") == "a")
            #expect(
                try await service.sql("SELECT from_route, to_route FROM reroute")
                    == "waiting|accepted")
            // Sent again, it is told what it was told.
            let again = try await service.ingest([
                SentPrediction("x", label: "b", confidence: "0.95", version: "2")
            ])
            #expect(again[0].stored?.isDuplicate == true && again[0].stored?.route == .waiting)
        }
    }

    @Test("an item that waited keeps the place of its arrival when it is queued at last")
    func place() async throws {
        try await TestService.run(policy: #"{"degree":"assist","sla_seconds":600}"#) { service in
            try await service.setRollout(Self.shadow)
            try await service.ingest([SentPrediction("first", version: "2")])
            try await service.ingest([SentPrediction("other", confidence: "0.5")])
            try await service.ingest([SentPrediction("first", confidence: "0.5")])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            #expect(leases.map(\.content.externalID) == ["first", "other"])
            #expect(leases[0].content.prediction?.version == "1")
            try await QueueInvariant.check(service)
        }
    }

    @Test("the other version after the one that decides is recorded with where it would have gone")
    func recorded() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.shadow)
            for (id, confidence) in [("x", "0.5"), ("y", "0.95")] {
                try await service.ingest([SentPrediction(id, confidence: confidence)])
                let outcome = try await service.ingest([
                    SentPrediction(id, label: "b", confidence: "0.95", version: "2")
                ])
                #expect(outcome[0].stored?.route == .shadowed)
                #expect(outcome[0].stored?.reason == "other_version_decides")
            }
            #expect(
                try await Self.routes(service)
                    == "*1 queued below_threshold, 2 shadowed other_version_decides (accepted)")
            #expect(
                try await Self.routes(service, "y")
                    == "*1 accepted confident, 2 shadowed other_version_decides (accepted)")
            #expect(try await service.sql("SELECT count(*) FROM reroute") == "0")
        }
    }

    @Test(
        "in shadow it records where a model would have sent it, where people decide everything nothing",
        arguments: [("shadow", "accepted"), ("assist", "queued"), ("human_only", nil)])
    func wouldBe(_ degree: String, _ expected: String?) async throws {
        let policy = #"{"degree":"\#(degree)","accept":{"default":0.9},"audit_rate":0}"#
        try await TestService.run(policy: policy) { service in
            try await service.setRollout(Self.shadow)
            try await service.ingest([
                SentPrediction("x", confidence: "0.95"),
                SentPrediction("x", confidence: "0.95", version: "2"),
            ])
            #expect(
                try await service.sql(
                    "SELECT coalesce(would_be, 'none') FROM prediction WHERE NOT stands")
                    == expected ?? "none")
        }
    }

    @Test("a version out of service waits for the one that serves, and is counted as late")
    func late() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.switched)
            try await service.ingest([
                SentPrediction("x", confidence: "0.95"),
                SentPrediction("y", confidence: "0.2", version: "2"),
                SentPrediction("y", confidence: "0.95"),
            ])
            #expect(try await Self.routes(service) == "*1 waiting late_version (accepted)")
            #expect(
                try await Self.routes(service, "y")
                    == "1 shadowed late_version (accepted), *2 queued below_threshold")
            // Nobody falls back on what was put out of service: a person decides.
            try await service.lapseWaits()
            #expect(try await service.waits.settle() == 1)
            #expect(try await Self.routes(service) == "*1 queued no_answer_in_time (accepted)")
            let lease = try #require(
                try await service.lease(2, by: service.reviewer("ann")).first {
                    $0.content.externalID == "x"
                })
            #expect(lease.isBlind)
            let report = try await Self.report(service)
            let versions = try #require(report["not_serving"]?.array)
            #expect(versions.count == 1 && versions[0]["model_version"]?.string == "1")
            #expect(versions[0]["late"]?.double == 2 && versions[0]["unknown"]?.double == 0)
        }
    }

    @Test("a version the rollout does not name decides nothing: a person does, until one decides")
    func unknown() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.shadow)
            let outcomes = try await service.ingest([
                SentPrediction("x", confidence: "0.99", version: "9"),
                SentPrediction("y", confidence: "0.2"),
                SentPrediction("y", confidence: "0.99", version: "9"),
            ])
            #expect(outcomes.map(\.stored?.route) == [.queued, .queued, .shadowed])
            #expect(try await Self.routes(service) == "*9 queued unknown_version (accepted)")
            #expect(
                try await service.sql(
                    "SELECT propensity, is_blind FROM prediction WHERE reason = 'unknown_version' AND stands"
                )
                    == "1|t")
            let report = try await Self.report(service)
            #expect(report["not_serving"]?.array?.first?["unknown"]?.double == 2)
            // The version that decides routes what a person would have had to.
            try await service.ingest([SentPrediction("x", confidence: "0.99")])
            #expect(
                try await Self.routes(service)
                    == "*1 accepted confident, 9 queued unknown_version (accepted)")
            try await QueueInvariant.check(service)
        }
    }

    @Test(
        "when the version that decides stays silent, the other one is routed, or a person decides",
        arguments: [
            ("other", 0.95, "*1 accepted confident"), ("other", 0.2, "*1 queued below_threshold"),
            ("review", 0.95, "*1 queued no_answer_in_time (accepted)"),
        ])
    func silence(_ fallback: String, _ confidence: Double, _ expected: String) async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(
                String(Self.all.dropLast()) + #","fallback":"\#(fallback)"}"#)
            try await service.ingest([SentPrediction("x", confidence: "\(confidence)")])
            #expect(try await service.waits.settle() == 0, "it has not been silent for long")
            #expect(
                try await Self.report(service)["metrics"]?["awaiting_version"]?["value"]?.double
                    == 1)
            try await service.lapseWaits()
            #expect(try await service.waits.settle() == 1)
            #expect(try await Self.routes(service) == expected)
            #expect(try await service.waits.settle() == 0)
            #expect(try await service.sql("SELECT count(*) FROM awaiting") == "0")
            let isAccepted = expected.contains("accepted confident")
            #expect(
                try await service.sql("SELECT count(*) FROM decision") == (isAccepted ? "1" : "0"))
            #expect(try await service.sql("SELECT count(*) FROM ready") == (isAccepted ? "0" : "1"))
            let shown = try JSONValue(
                parsing: try await ItemView(pool: service.pool).json(
                    externalID: "x", project: service.project()))
            #expect(shown["reroutes"]?.array?.first?["from"]?["route"]?.string == "waiting")
            // The answer after all: it decides what waits for a reviewer, and nothing that is decided.
            let outcome = try await service.ingest([
                SentPrediction("x", label: "c", confidence: "0.99", version: "2")
            ])
            #expect(outcome[0].stored?.route == (isAccepted ? .shadowed : .accepted))
            try await QueueInvariant.check(service)
        }
    }

    @Test("in shadow a person decides what the serving version does not answer")
    func silenceInShadow() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.shadow)
            try await service.ingest([SentPrediction("x", confidence: "0.99", version: "2")])
            try await service.lapseWaits()
            try await service.waits.settle()
            #expect(try await Self.routes(service) == "*2 queued no_answer_in_time (accepted)")
        }
    }

    @Test("waits are judged again when the rollout changes: by a rollback, a switch, or its end")
    func changed() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await service.setRollout(Self.all)
            try await service.ingest(
                (0..<3).map { SentPrediction("old-\($0)", confidence: "0.95") })
            #expect(try await service.waits.settle() == 0)
            // Rolled back: what waited for the candidate is the serving version's to decide, at once.
            try await service.setRollout(#"{"serving":"demo/1","previous":"demo/2"}"#)
            #expect(try await service.waits.settle() == 3)
            #expect(try await Self.routes(service, "old-1") == "*1 accepted confident")
            // Switched: what the new version had said before is the item's.
            try await service.setRollout(Self.shadow)
            try await service.ingest([SentPrediction("new", confidence: "0.95", version: "2")])
            try await service.setRollout(Self.switched)
            #expect(try await service.waits.settle() == 1)
            #expect(try await Self.routes(service, "new") == "*2 accepted confident")
            // Another rollout in which the same version does not decide: the wait goes on, once judged.
            try await service.setRollout(Self.shadow)
            try await service.ingest([SentPrediction("on", confidence: "0.95", version: "2")])
            try await service.setRollout(Self.shadow)
            #expect(try await service.waits.settle() == 0)
            #expect(
                try await service.sql("SELECT rollout_revision FROM awaiting")
                    == service.sql("SELECT rollout_revision FROM project"))
            try await service.setRollout(nil)
            #expect(try await service.waits.settle() == 1)
            #expect(try await Self.routes(service, "on") == "*2 accepted confident")
        }
    }

    @Test(
        "versions and upkeep of several instances at once leave one route an item",
        arguments: [1, 2])
    func race(_ reviewers: Int) async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.8},"audit_rate":0.2,"reviewers":\#(reviewers)}"#
        try await TestService.run(policy: policy, connections: 12) { service in
            let half =
                #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":0.5,"answer_within_seconds":1}"#
            try await service.setRollout(half)
            let ids = (0..<120).map { "item-\($0)" }
            try await withThrowingTaskGroup { group in
                for version in ["1", "2", "3"] {
                    group.addTask {
                        for part in stride(from: 0, to: 120, by: 20) {
                            try await service.ingest(
                                ids[part..<part + 20].shuffled().map {
                                    SentPrediction(
                                        $0, label: ["a", "b", "c"].randomElement() ?? "a",
                                        confidence: $0.hasSuffix("7") ? "0.9" : "0.5",
                                        version: version)
                                })
                        }
                    }
                }
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<10 {
                            try await service.lapseWaits()
                            try await service.waits.settle()
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 { try await service.setRollout(half) }
                }
                try await group.waitForAll()
            }
            try await service.lapseWaits()
            try await service.waits.settle()
            #expect(try await service.sql("SELECT count(*) FROM awaiting") == "0")
            #expect(
                try await service.sql(
                    "SELECT count(*) FILTER (WHERE stands), count(*) FROM prediction") == "120|360")
            #expect(
                try await service.sql(
                    """
                    SELECT count(*) FROM prediction p WHERE p.stands AND (
                        (p.route = 'queued') <> EXISTS (SELECT FROM ready r WHERE r.item_id = p.item_id)
                            AND p.route <> 'audited'
                        OR (p.route IN ('accepted', 'audited')) <> EXISTS (
                            SELECT FROM decision d WHERE d.item_id = p.item_id))
                    """) == "0")
            try await QueueInvariant.check(service)
        }
    }

    private static func report(_ service: TestService) async throws -> JSONValue {
        try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil))
    }
}
