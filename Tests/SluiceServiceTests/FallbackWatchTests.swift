import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("What leads to fallbacks, the first time and again", .database)
struct FallbackWatchTests {
    private static let policy =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"error_limit":0.05,"audits":{"second_look":false}}"#
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func upkeep(_ service: TestService) -> DriftUpkeep {
        DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, logger: quiet)
    }

    /// Makes the test of the watch so slow to alarm that the interval is first.
    private func slowWatch(_ service: TestService) async throws {
        _ = try await DriftAdministration(pool: service.pool).change(
            JSONValue(parsing: #"{"audits_to_false_alarm":1000000}"#), of: service.project(),
            by: service.admin)
    }

    /// Sends items of which every `wrong`th is wrong, and has people answer.
    private func traffic(
        _ service: TestService, _ range: Range<Int>, wrong: Int, confidence: String = "0.95"
    ) async throws {
        try await service.ingest(
            range.map {
                SentPrediction(
                    ($0 % wrong == 0 ? "w" : "r") + "\($0)", label: "a", confidence: confidence)
            })
        try await service.answerByName()
    }

    private func resume(_ service: TestService) async throws {
        _ = try await service.administration.resumePolicy(
            reason: "mended", of: service.project(), by: service.admin)
    }

    private func alarms(_ service: TestService) async throws -> String {
        try await service.sql("SELECT kind FROM alarm_event ORDER BY id")
    }

    private func causes(_ service: TestService) async throws -> [String] {
        try await service.project().policy.fallbacks.map(\.cause.rawValue)
    }

    @Test("an audited error whose interval lies above the limit stops the version, once a policy")
    func limit() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.policy, connections: 8) {
            service in
            try await slowWatch(service)
            // The limit itself is no reason, however often it is looked.
            for start in stride(from: 0, to: 200, by: 40) {
                try await traffic(service, start..<start + 40, wrong: 20)
                #expect(try await upkeep(service).step().conceptAlarms.isEmpty)
            }
            #expect(try await alarms(service) == "")
            try await service.setPolicy(Self.policy.replacing("0.9,", with: "0.91,"))
            try await traffic(service, 1000..<1060, wrong: 4)
            async let one = upkeep(service).step()
            async let other = upkeep(service).step()
            _ = try await (one, other)
            #expect(try await alarms(service) == "error_limit")
            #expect(try await causes(service) == ["error_limit"])
            let reason = try await service.sql(
                "SELECT reason FROM audit_log WHERE action = 'error_limit.alarmed'")
            #expect(reason.contains("of its 60 audits under policy 3"), "\(reason)")
            _ = try await upkeep(service).step()
            #expect(try await alarms(service) == "error_limit", "once")
            // Lifted, it is looked at anew: what was noticed leads to nothing, what comes does.
            try await resume(service)
            _ = try await upkeep(service).step()
            #expect(try await causes(service).isEmpty)
            try await traffic(service, 2000..<2060, wrong: 4)
            _ = try await upkeep(service).step()
            #expect(try await alarms(service) == "error_limit\nerror_limit")
            #expect(try await causes(service) == ["error_limit"])
        }
    }

    @Test("audits that wait or are disputed are no reason for a fallback")
    func disputed() async throws {
        let policy = Self.policy.replacing(#","audits":{"second_look":false}"#, with: "")
        try await TestService.run(labels: ["a", "z"], policy: policy) { service in
            try await slowWatch(service)
            try await service.ingest(
                (0..<60).map { SentPrediction("i\($0)", label: "a", confidence: "0.95") })
            let caller = try await service.reviewer("ann")
            for (number, lease) in try await service.lease(60, by: caller).enumerated() {
                try await service.answer(
                    lease, .label(number % 4 == 0 ? "z" : "a"), id: "\(number)", by: caller)
            }
            _ = try await upkeep(service).step()
            #expect(try await alarms(service) == "", "nobody has looked again")
            let second = try await service.reviewer("bob")
            for (number, lease) in try await service.lease(60, by: second).enumerated() {
                try await service.answer(lease, .label("z"), id: "b\(number)", by: second)
            }
            _ = try await upkeep(service).step()
            #expect(try await causes(service) == ["error_limit"])
        }
    }

    private static let strata =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.2,"audits":{"second_look":false,"strata":[{"labels":["b"],"rate":1}]}}"#

    /// Looks once, at a limit, without the watch of audits before it.
    private func check(_ service: TestService, limit: Double) async throws -> FallbackOutcome? {
        let project = try await service.project()
        return try await service.pool.transaction { session in
            let store = Store(session)
            let version = try #require(
                try store.newestModelVersions(project: project.id, limit: 1).first)
            return try LimitCheck(
                store: store, project: project, version: version,
                promise: Promise(errorLimit: limit, labels: nil),
                settled: store.currentTime().adding(seconds: 1)
            ).read()
        }
    }

    /// Sends items of both labels, of which every `a`th or `b`th is wrong, and has people answer.
    private func strata(
        _ service: TestService, a: (count: Int, wrong: Int), b: (count: Int, wrong: Int)
    ) async throws {
        for (label, part) in [("a", a), ("b", b)] {
            try await service.ingest(
                (0..<part.count).map {
                    SentPrediction(
                        ($0 % part.wrong == 0 ? "w" : "r") + "\(label)\($0)", label: label,
                        confidence: "0.95")
                })
        }
        try await service.answerByName()
    }

    @Test("audits drawn at several rates count by the items they stand for: few wrong ones of many")
    func weighedDown() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.strata) { service in
            // Half of 40 items that are all audited, and none of 1,000 others: 1.9 %, not 8 %.
            try await strata(service, a: (1000, 5000), b: (40, 2))
            try await service.sql(
                "UPDATE decision SET label = 'a', outcome = 'accepted' WHERE label = 'z' AND item_id = (SELECT id FROM item WHERE external_id = 'wa0')"
            )
            #expect(try await check(service, limit: 0.03) == nil)
            #expect(try await alarms(service) == "")
        }
    }

    @Test("audits drawn at several rates count by the items they stand for: wrong ones seldom seen")
    func weighedUp() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.strata) { service in
            try await strata(service, a: (600, 2), b: (300, 5000))
            let unweighted = try await service.sql(
                """
                SELECT avg((outcome = 'corrected')::int)::float8 < 0.2 FROM decision WHERE source <> 'model'
                """)
            #expect(unweighted == "t", "all audits alike are within the limit")
            let outcome = try #require(try await check(service, limit: 0.2))
            #expect(outcome.taken == .assist)
            // The estimate is that of the report, whose counts the answers above went past.
            try await service.rollups.rebuild(project: service.project().id)
            let report = try JSONValue(
                parsing: try await Reporting(
                    pool: service.pool, counter: QueueCounter(pool: service.pool)
                ).json(project: service.project(), from: nil, to: nil))
            let stored = try JSONValue(
                parsing: Array(
                    try await service.sql("SELECT detail FROM alarm_event").utf8))
            let value = try #require(stored["value"]?.double)
            let reported = try #require(report["metrics"]?["auto_accept_error"]?["value"]?.double)
            #expect(abs(value - reported) < 1e-12)
            #expect(try #require(stored["lo"]?.double) > 0.2)
            #expect(try await check(service, limit: 0.2) == nil, "once")
        }
    }

    @Test("an alarm while a fallback stands changes nothing; after a resume the next one does")
    func again() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.policy) { service in
            try await traffic(service, 0..<100, wrong: 3)
            #expect(try await upkeep(service).step().conceptAlarms.count == 1)
            #expect(try await causes(service) == ["concept"])
            let version = try await service.project().policyVersion
            // Another alarm about the same version, whatever it rests on.
            let outcome = try await service.actOnAlarm(
                .silence, subject: 99, reason: "it fell silent")
            #expect(outcome?.taken == .notify && outcome?.policyVersion == nil)
            #expect(outcome?.reason.contains("fallback 1 covers it already") == true)
            #expect(try await service.project().policyVersion == version)

            try await resume(service)
            _ = try await upkeep(service).step()
            #expect(try await causes(service).isEmpty, "old evidence leads to nothing")
            #expect(
                try await service.sql("SELECT over_reason FROM alarm_episode") == "closed")
            try await traffic(service, 100..<200, wrong: 3)
            // The instance is another one, started since.
            let other = DriftUpkeep(
                pool: service.pool, directory: ProjectDirectory(pool: service.pool),
                settling: .zero, logger: quiet)
            #expect(try await other.step().conceptAlarms.count == 1)
            await service.directory.forget(service.name)
            #expect(try await causes(service) == ["concept"])
            #expect(try await alarms(service) == "concept\nconcept")
        }
    }

    private static let certified =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"audits":{"second_look":false}}"#

    @Test("without error_limit the certificate's limit is watched, also when the alarm revoked it")
    func certificateLimit() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.certified) { service in
            try await service.certifyMadeTraffic()
            #expect(try await upkeep(service).step().conceptAlarms.isEmpty)

            try await self.traffic(service, 10_000..<10_100, wrong: 3)
            let alarm = try #require(try await upkeep(service).step().conceptAlarms.first)
            #expect(alarm.errorLimit == 0.05 && alarm.fallback?.taken == .assist)
            #expect(try await causes(service) == ["concept"])
            #expect(
                try await service.sql("SELECT revoked_by IS NOT NULL FROM certificate") == "t")
            // The promise is broken, and still what is watched.
            _ = try await upkeep(service).step()
            let report = try await JSONValue(
                parsing: DriftReport(pool: service.pool).json(
                    project: service.project(), version: ModelVersion("demo/1"), from: nil,
                    to: nil, windows: 28), limits: JSONLimits(depth: 64, bytes: 1 << 24))
            #expect(report["concept"]?["error_limit"]?.double == 0.05)
            #expect(
                report["concept"]?["episodes"]?[0]?["state"]?.string == "standing")

            try await resume(service)
            try await self.traffic(service, 20_000..<20_100, wrong: 3, confidence: "0.9999")
            #expect(try await upkeep(service).step().conceptAlarms.count == 1)
            #expect(try await causes(service) == ["concept"], "the model went on by its threshold")
        }
    }

    @Test("a certificate whose thresholds are in force no more promises nothing")
    func replacedCertificate() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.certified) { service in
            try await service.certifyMadeTraffic()
            try await service.setPolicy(Self.certified)
            try await self.traffic(service, 10_000..<10_100, wrong: 3)
            #expect(try await upkeep(service).step().conceptAlarms.isEmpty)
            #expect(try await alarms(service) == "")
        }
    }

    @Test(
        "a ramp gives a candidate that an alarm stopped no larger share, and goes on when it is lifted"
    )
    func ramp() async throws {
        struct Consenting: RolloutGuard {
            func judge(_ rollout: Rollout, project: Int64, _ store: Store) -> RampGuard.Judgement {
                .advance("all is well")
            }
        }
        try await TestService.run(labels: ["a", "z"], policy: Self.policy) { service in
            try await traffic(service, 0..<100, wrong: 3)
            try await service.setRollout(
                """
                {"serving":"demo/0","candidate":"demo/1","mode":"ramp","share":0.05,
                 "ramp":{"steps":[0.05,0.5,1],"every_seconds":60,"step":0,"stepped_at":"2026-01-01T00:00:00Z"}}
                """)
            #expect(try await upkeep(service).step().conceptAlarms.count == 1)
            let ramps = RampUpkeep(
                pool: service.pool, directory: service.directory, judge: Consenting(),
                logger: quiet)
            #expect(try await ramps.step().isEmpty)
            #expect(try await service.project().rollout?.ramp?.step == 0)
            try await resume(service)
            #expect(try await ramps.step().count == 1)
            #expect(try await service.project().rollout?.ramp?.step == 1)
        }
    }

    @Test("the autopilot proposes while a fallback stands, and applies when it is lifted")
    func autopilot() async throws {
        let policy = Self.policy.replacing(
            #""audit_rate":1"#,
            with: #""audit_rate":1,"autopilot":{"mode":"apply","every_seconds":3600}"#)
        try await TestService.run(labels: ["a", "z"], policy: policy) { service in
            var traffic = CertifiedTraffic(seed: 21)
            try await service.ingest(traffic.predictions(6000))
            try await service.answerByName()
            _ = try await service.actOnAlarm(.concept)
            let autopilot = AutopilotUpkeep(
                pool: service.pool, directory: service.directory, certifying: service.certifying,
                logger: quiet)
            #expect(try await autopilot.step().map(\.certificate.status) == [.proposed])
            #expect(try await service.project().policy.accept.standard == 0.9)
            try await resume(service)
            try await service.sql(
                "UPDATE certificate SET made_at = made_at - interval '1 hour' WHERE is_automatic")
            #expect(try await autopilot.step().map(\.certificate.status) == [.applied])
            #expect(try await service.project().policy.accept.standard < 0.9)
        }
    }
}
