import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("The queue by calibrated probabilities", .database)
struct CalibratedQueueTests {
    private func order(_ service: TestService, by name: String = "ann") async throws -> [String] {
        let reviewer = try await service.reviewer(name)
        return try await service.lease(20, by: reviewer).map(\.content.externalID)
    }

    @Test("two versions with maps of their own are put in one order by them, and not by confidence")
    func versions() async throws {
        try await TestService.run { service in
            func send(_ prefix: String) async throws {
                try await service.ingest([
                    SentPrediction("\(prefix)-honest-60", confidence: "0.6", version: "1"),
                    SentPrediction("\(prefix)-honest-90", confidence: "0.9", version: "1"),
                    SentPrediction("\(prefix)-boasting-70", confidence: "0.7", version: "2"),
                    SentPrediction("\(prefix)-boasting-95", confidence: "0.95", version: "2"),
                    SentPrediction("\(prefix)-unmapped-50", confidence: "0.5", version: "3"),
                    SentPrediction("\(prefix)-unknown", confidence: "null", version: "2"),
                ])
            }
            try await send("before")
            #expect(
                try await order(service) == [
                    "before-unknown", "before-unmapped-50", "before-honest-60",
                    "before-boasting-70", "before-honest-90", "before-boasting-95",
                ])
            // Whoever comes next must not find them: they are answered.
            try await service.sql("DELETE FROM lease; DELETE FROM task")
            try await service.store(.platt(PlattMap(slope: 1, offset: 0)), of: "1")
            try await service.store(.platt(PlattMap(slope: 1, offset: -3)), of: "2")
            try await send("after")
            // 0.7 becomes 0.1041 and 0.95 becomes 0.4861.
            #expect(
                try await order(service) == [
                    "after-unknown", "after-boasting-70", "after-boasting-95",
                    "after-unmapped-50", "after-honest-60", "after-honest-90",
                ])
            let rank = try await service.sql(
                """
                SELECT round((t.rank - extract(epoch FROM t.created_at) * 1000000) / 1000)
                FROM task t JOIN item i ON i.id = t.item_id
                WHERE i.external_id = 'after-boasting-70'
                """)
            // Four hours, times 0.1041.
            let probability = PlattMap(slope: 1, offset: -3).probability(of: 0.7)
            #expect(Double(rank) == (probability * 4 * 3_600_000).rounded())
        }
    }

    @Test("a map that levels confidences leaves the order to the time of arrival")
    func level() async throws {
        try await TestService.run { service in
            let corners = [
                IsotonicMap.Corner(confidence: 0.5, probability: 0.6),
                IsotonicMap.Corner(confidence: 0.9, probability: 0.6),
                IsotonicMap.Corner(confidence: 1, probability: 0.9),
            ]
            try await service.store(
                .isotonic(try #require(IsotonicMap(corners: corners))), of: "1")
            for (name, confidence) in [("first", "0.9"), ("second", "0.5"), ("last", "0.99")] {
                try await service.ingest([SentPrediction(name, confidence: confidence)])
            }
            #expect(try await order(service) == ["first", "second", "last"])
        }
    }

    @Test(
        "routes are the same byte for byte with a map and without, and recomputed from what is stored"
    )
    func routes() async throws {
        let policy = """
            {"degree":"partial","accept":{"default":0.8,"labels":{"b":0.5}},"automation_share":0.7,
             "audit_rate":0.2,"blind_share":0.3,"audits":{"strata":[{"from":0.9,"rate":0.5}]},
             "rules":[{"name":"unsure","when":{"confidence":{"below":0.45}},
                       "then":{"route":"review","priority":"low","reviewers":2}}]}
            """
        try await TestService.run(policy: policy) { service in
            let other = try #require(ProjectName("other"))
            _ = try await service.administration.createProject(
                other, labels: service.project().labels, guidelines: "", by: service.admin.actor)
            _ = try await service.administration.setPolicy(
                JSONValue(parsing: policy), reason: "test",
                of: service.directory.context("other"), by: service.admin)
            // The same draws: what differs is the map.
            try await service.sql(
                """
                UPDATE salt o SET secret = t.secret FROM salt t, project p, project q
                WHERE p.name = 'test' AND q.name = 'other' AND t.project_id = p.id
                    AND o.project_id = q.id AND o.purpose = t.purpose
                """)
            await service.directory.forget(other)
            try await service.store(.platt(PlattMap(slope: 0.3, offset: -4)), of: "1")
            let lines = (0..<2000).map { number in
                SentPrediction(
                    "i\(number)", label: ["a", "b", "c"][number % 3],
                    confidence: number % 19 == 0 ? "null" : "\(Double(number * 37 % 1000) / 1000)",
                    version: number % 2 == 0 ? "1" : "2"
                ).line
            }
            for name in ["test", "other"] {
                let project = try await service.directory.context(name)
                _ = try await service.ingestion.ingest(
                    service.batch(lines, project: project), project: project)
            }
            func routed(_ columns: String, _ name: String) async throws -> String {
                try await service.sql(
                    """
                    SELECT \(columns) FROM item i
                    JOIN project p ON p.id = i.project_id
                    JOIN prediction r ON r.project_id = p.id AND r.item_id = i.id
                    JOIN model_version v ON v.project_id = p.id AND v.id = r.model_version_id
                    LEFT JOIN task t ON t.project_id = p.id AND t.item_id = i.id
                    WHERE p.name = '\(name)' ORDER BY i.external_id COLLATE "C"
                    """)
            }
            let columns = """
                i.external_id, r.label, r.confidence, r.route, r.reason, r.rule, r.stratum,
                r.propensity, r.is_blind, r.stands, r.would_be, t.asked, t.is_audit, t.is_blind
                """
            let routes = try await routed(columns, "test")
            #expect(routes == (try await routed(columns, "other")))
            for word in ["accepted", "audited", "queued", "automation_share", "unsure"] {
                #expect(routes.contains(word))
            }
            // The version without a map ranks alike, and the other where a rule or an audit says.
            let place = "t.rank - (extract(epoch FROM t.created_at) * 1000000)::bigint"
            let differing = try await zip(
                routed("v.version, r.route, r.rule, \(place)", "test").split(separator: "\n"),
                routed("v.version, r.route, r.rule, \(place)", "other").split(separator: "\n")
            ).filter { $0 != $1 }.map { String($0.0) }
            #expect(differing.count > 200)
            #expect(differing.allSatisfy { $0.hasPrefix("1|queued||") })

            let project = try await service.project()
            let facts = try await service.pool.withSession { session in
                try Store(session).routedFacts(project: project.id, after: .min, limit: 2000)
            }
            #expect(facts.count == 2000)
            for fact in facts {
                let routing = try #require(
                    try fact.routing(under: project.policy, salt: project.routingSalt.secret))
                #expect(
                    routing.route.rawValue == fact.route
                        && routing.reason.rawValue == fact.reason
                        && routing.propensity == fact.propensity
                        && routing.isBlind == fact.isBlind && routing.rule == fact.rule
                        && routing.stratum == fact.stratum)
            }
        }
    }

    @Test("an item whose version stays silent is queued by the map of the one that answers instead")
    func silence() async throws {
        try await TestService.run { service in
            try await service.store(.platt(PlattMap(slope: 1, offset: -3)), of: "1")
            try await service.setRollout(
                #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":1}"#)
            try await service.ingest([
                SentPrediction("waited-95", confidence: "0.95", version: "1")
            ])
            try await service.lapseWaits()
            #expect(try await service.waits.settle() == 1)
            try await service.ingest([
                SentPrediction("sent-60", confidence: "0.6", version: "2")
            ])
            #expect(try await order(service) == ["waited-95", "sent-60"])
        }
    }

    @Test("a fit is heard of everywhere, and maps are read again only when there is another")
    func following() async throws {
        try await TestService.run(labels: ["a", "b"]) { service in
            let ann = try await service.reviewer("ann")
            try await service.ingest(
                (0..<120).map { SentPrediction("i\($0)", confidence: $0 % 2 == 0 ? "0.9" : "0.6") })
            for (index, lease) in try await service.lease(120, by: ann).enumerated() {
                try await service.answer(
                    lease, .label(index % 3 == 0 ? "b" : "a"), id: "r\(index)", by: ann)
            }
            let project = try await service.project()
            let version = try await WatchedVersion.find(nil, of: project, through: service.pool)
            #expect(project.calibration[version.id] == nil)
            #expect(
                try await self.report(service)["queue_order"]?["by"]?.string == "confidence")

            let pool = service.database.pool(connections: 2)
            let elsewhere = ProjectDirectory(pool: pool, lifetime: .seconds(3600))
            _ = try await elsewhere.context("test")
            let follower = ChangeFollower(
                options: service.database.options, directory: elsewhere,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await follower.run() }
                let calibrating = Calibrating(pool: service.pool, directory: service.directory)
                for number in 1...2 {
                    _ = try await calibrating.fit(
                        nil, of: project, from: nil, to: nil, by: service.admin)
                    let here = try await service.project().calibration[version.id]
                    #expect(here?.record.number == number && here?.version == version.version)
                    try await eventually("the map is followed") {
                        try await elsewhere.context("test").calibration[version.id]?.record
                            .number == number
                    }
                }
                group.cancelAll()
            }
            await pool.shutdown()
            let order = try await report(service)["queue_order"]
            #expect(
                order?["by"]?.string == "calibrated_probability" && order?["map"]?.int == 2)

            try await service.sql("DELETE FROM calibration_map")
            await service.directory.forget(service.name)
            #expect(try await service.project().calibration[version.id]?.record.number == 2)
            try await service.store(.identity, of: "1")
            #expect(try await service.project().calibration[version.id]?.record.number == 1)
        }
    }

    private func report(_ service: TestService) async throws -> JSONValue {
        try await JSONValue(
            parsing: CalibrationReport(pool: service.pool).json(
                project: service.project(), version: nil, from: nil, to: nil))
    }
}
