import Dispatch
import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Audits by arrival, and alarms as episodes", .database)
struct ConceptEpisodeTests {
    private static let policy =
        #"{"degree":"full","audit_rate":1,"error_limit":0.05,"on_alarm":"notify","audits":{"second_look":false}}"#
    private static let twoLooks =
        #"{"degree":"full","audit_rate":1,"error_limit":0.05,"on_alarm":"notify"}"#
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func upkeep(_ service: TestService) -> DriftUpkeep {
        DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, idSpan: .zero,
            logger: quiet)
    }

    private func alarms(_ service: TestService) async throws -> Int {
        try await upkeep(service).step().conceptAlarms.count
    }

    private func send(_ service: TestService, _ range: Range<Int>) async throws {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 1000) {
            try await service.ingest(
                (start..<min(start + 1000, range.upperBound)).map {
                    SentPrediction("i\($0)", label: "a")
                })
        }
    }

    /// Has a person answer all they can get, in any order; nil leaves an item alone.
    private func answer(
        _ service: TestService, _ name: String, _ isWrong: (Int) -> Bool?
    ) async throws {
        let caller = try await service.reviewer(name)
        while true {
            let leases = try await service.lease(50, by: caller)
            if leases.isEmpty { return }
            for lease in leases {
                let number = try #require(Int(lease.content.externalID.dropFirst()))
                guard let isWrong = isWrong(number) else { continue }
                try await service.answer(
                    lease, .label(isWrong ? "b" : "a"), id: "\(name)\(number)", by: caller)
            }
        }
    }

    private func state(_ service: TestService) async throws -> ConceptWatchState {
        let project = try await service.project()
        return try await service.pool.withSession { session in
            let store = Store(session)
            let version = try #require(
                try store.newestModelVersions(project: project.id, limit: 1).first)
            return try #require(
                try store.conceptWatch(project: project.id, modelVersion: version.id))
        }
    }

    private func episodes(_ service: TestService) async throws -> String {
        try await service.sql(
            "SELECT number, coalesce(over_reason, 'stands') FROM alarm_episode ORDER BY number")
    }

    private func concept(_ service: TestService) async throws -> JSONValue {
        let report = try await JSONValue(
            parsing: DriftReport(pool: service.pool).json(
                project: service.project(), version: ModelVersion("demo/1"), from: nil, to: nil,
                windows: 28), limits: JSONLimits(depth: 64, bytes: 1 << 24))
        return try #require(report["concept"])
    }

    @Test(
        "second looks in a block raise no alarm: in the order of arrival nothing is out of the way")
    func blockWork() async throws {
        try await TestService.run(policy: Self.twoLooks) { service in
            // 7 of 300 are wrong, and 5 first looks are mistaken: all 12 wait for the second person.
            let isWrong = { $0 % 43 == 5 }
            try await send(service, 0..<300)
            try await answer(service, "ann") { isWrong($0) || $0 % 67 == 11 }
            #expect(try await alarms(service) == 0)
            let before = try await state(service)
            #expect(before.waiting == 12 && before.audits == 5 && before.ahead == 295)
            #expect(before.presentAudits == 288)
            for name in ["bob", "cat"] { try await answer(service, name, isWrong) }
            #expect(try await alarms(service) == 0)
            let state = try await state(service)
            #expect(state.audits == 300 && state.waiting == 0 && state.ahead == 0)
            func evidence(by order: String) async throws -> ErrorRateDetector {
                var detector = ErrorRateDetector(limit: 0.05)
                let found = try await service.sql(
                    """
                    SELECT d.outcome FROM decision d JOIN prediction p ON p.item_id = d.item_id
                    WHERE d.source <> 'model' ORDER BY \(order), d.item_id
                    """
                ).split(separator: "\n")
                for outcome in found { detector.observe(isWrong: outcome == "corrected") }
                return detector
            }
            let arrival = try await evidence(by: "p.received_at")
            #expect(state.statistics == arrival.statistics && arrival.evidence < 500)
            #expect(try await evidence(by: "d.outcome").alarms, "the order of decisions alarms")
        }
    }

    @Test("one audit that nobody answers does not blind the watch")
    func forgotten() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<300)
            try await answer(service, "ann") { $0 == 3 ? nil : $0 > 200 && $0 % 3 == 0 }
            #expect(try await alarms(service) == 1)
            #expect(try await episodes(service) == "1|stands")
        }
    }

    @Test("what is contradicted and never looked at again counts as wrong after a week")
    func unsettled() async throws {
        try await TestService.run(policy: Self.twoLooks) { service in
            try await send(service, 0..<200)
            try await answer(service, "ann") { $0 % 4 == 1 }
            #expect(try await alarms(service) == 0, "nobody has confirmed one of them")
            let concept = try await concept(service)
            #expect(concept["audits_waiting"]?.int == 50)
            #expect(concept["present"]?["audits_disputed"]?.int == 25)
            #expect(try #require(concept["present"]?["hi"]?.double) > 0.25)
            #expect(concept["present"]?["lo"]?.double == 0)
            try await service.sql(
                """
                UPDATE prediction SET received_at = received_at - interval '8 days';
                UPDATE concept_watch SET since = since - interval '9 days',
                    settled_at = settled_at - interval '8 days'
                """)
            #expect(try await alarms(service) == 1)
            let log = try await service.sql(
                "SELECT reason FROM audit_log WHERE action = 'concept.alarmed'")
            #expect(log.contains("of them disputed"), "\(log)")
        }
    }

    @Test("2,430 decisions of one moment are all read, in pages that end inside them")
    func batch() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<2430)
            try await service.sql(
                """
                INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label,
                    source, outcome)
                SELECT p.project_id, p.item_id, 2, 1, p.model_version_id, 'a', 'reviewer', 'accepted'
                FROM prediction p;
                UPDATE prediction SET received_at = (SELECT min(received_at) FROM prediction)
                """)
            #expect(try await alarms(service) == 0)
            #expect(try await state(service).audits == 2430)
            #expect(try await alarms(service) == 0)
            #expect(try await state(service).audits == 2430)
        }
    }

    @Test(
        "an alarm per episode: it stands, is over when audits are within the limit, and comes again"
    )
    func episode() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<400)
            try await answer(service, "ann") { $0 % 3 == 0 }
            #expect(try await alarms(service) == 1, "400 bad ones are one alarm")
            try await send(service, 400..<500)
            try await answer(service, "ann") { $0 % 3 == 0 }
            #expect(try await alarms(service) == 0, "what goes on is not news")
            #expect(try await episodes(service) == "1|stands")
            let crossings = try await service.sql("SELECT crossings FROM alarm_episode")
            #expect(try #require(Int(crossings)) > 5)
            #expect(
                try await concept(service)["episodes"]?.array?.first?["state"]?.string == "standing"
            )
            try await send(service, 500..<650)
            try await answer(service, "ann") { _ in false }
            #expect(try await alarms(service) == 0)
            #expect(try await episodes(service) == "1|stands", "150 are too few to say it is over")
            try await send(service, 650..<760)
            try await answer(service, "ann") { _ in false }
            #expect(try await alarms(service) == 0)
            #expect(try await episodes(service) == "1|recovered")
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM audit_log WHERE action = 'concept.over'") == "1")
            try await send(service, 760..<860)
            try await answer(service, "ann") { $0 % 3 == 0 }
            #expect(try await alarms(service) == 1)
            #expect(try await episodes(service) == "1|recovered\n2|stands")
            let question = ReportQuestion()
            let report = try JSONValue(
                parsing: try await Reporting(
                    pool: service.pool, counter: QueueCounter(pool: service.pool)
                ).json(project: service.project(), question))
            let alarms = try #require(report["alarms"]?.array)
            #expect(alarms.map { $0["state"]?.string } == ["standing", "over"])
            #expect(alarms.last?["over_reason"]?.string == "recovered")
            let warnings = report["warnings"]?.array?.compactMap(\.string) ?? []
            #expect(warnings.contains { $0.hasSuffix("; this stands") }, "\(warnings)")
        }
    }

    @Test("another limit, or none, ends the episode")
    func otherLimit() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<100)
            try await answer(service, "ann") { $0 % 3 == 0 }
            #expect(try await alarms(service) == 1)
            try await service.setPolicy(Self.policy.replacing("0.05", with: "0.06"))
            #expect(try await alarms(service) == 0)
            #expect(try await episodes(service) == "1|limit_changed")
            try await send(service, 100..<200)
            try await answer(service, "ann") { $0 % 3 == 0 }
            #expect(try await alarms(service) == 1)
            try await service.setPolicy(Self.policy.replacing(#""error_limit":0.05,"#, with: ""))
            #expect(try await alarms(service) == 0)
            #expect(try await episodes(service) == "1|limit_changed\n2|limit_changed")
        }
    }

    @Test("several instances at once raise one alarm, and a restart raises none")
    func instances() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<200)
            try await answer(service, "ann") { $0 % 3 == 0 }
            let twins = [service, service.twin(), service.twin()].map(upkeep)
            let raised = try await withThrowingTaskGroup(of: Int.self) { group in
                for twin in twins {
                    group.addTask { try await twin.step().conceptAlarms.count }
                }
                return try await group.reduce(0, +)
            }
            #expect(raised == 1)
            #expect(try await alarms(service) == 0)
            #expect(try await episodes(service) == "1|stands")
        }
    }

    /// A decided audit, as if it came in `session`'s transaction; wrong.
    private static let audit = """
        INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence,
            propensity, policy_version, salt_id, is_blind, label, route, reason, received_at)
        SELECT p.project_id, p.item_id + NUMBER, p.model_version_id, p.content_hash, p.confidence,
            p.propensity, p.policy_version, p.salt_id, p.is_blind, p.label, p.route, p.reason, MOMENT
        FROM (SELECT * FROM prediction ORDER BY item_id LIMIT 1) AS p;
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source,
            outcome)
        SELECT p.project_id, p.item_id + NUMBER, 2, 1, p.model_version_id, 'b', 'reviewer', 'corrected'
        FROM (SELECT * FROM prediction ORDER BY item_id LIMIT 1) AS p
        """

    @Test("an audit that a transaction under way has stored is read once it is there")
    func late() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<5)
            try await answer(service, "ann") { _ in false }
            let mayEnd = DispatchSemaphore(value: 0)
            let audit = Self.audit.replacing("NUMBER", with: "5000").replacing(
                "MOMENT", with: "now()")
            let pool = service.pool
            let late = Task {
                try await pool.transaction { session in
                    try session.script(audit)
                    mayEnd.wait()
                }
            }
            try await eventually("the transaction has written") {
                try await service.sql(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'idle in transaction'
                    """
                ) == "1"
            }
            try await send(service, 5..<10)
            try await answer(service, "ann") { _ in false }
            #expect(try await alarms(service) == 0)
            #expect(try await state(service).audits == 5, "what came later is not read before it")
            mayEnd.signal()
            try await late.value
            #expect(try await alarms(service) == 0)
            #expect(try await state(service).audits == 11)
        }
    }

    @Test("an item routed anew is an audit from then on, though it came long ago")
    func rerouted() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<5)
            try await answer(service, "ann") { _ in false }
            #expect(try await alarms(service) == 0)
            try await service.sql(
                Self.audit.replacing("NUMBER", with: "5000")
                    .replacing("MOMENT", with: "now() - interval '1 day'"))
            #expect(try await alarms(service) == 0)
            #expect(try await state(service).audits == 5)
            try await service.sql(
                """
                INSERT INTO reroute (project_id, item_id, number, from_policy_version,
                    to_policy_version, from_model_version_id, to_model_version_id, from_propensity,
                    from_is_blind, from_route, from_reason, to_route, to_reason)
                SELECT project_id, max(item_id), 1, 1, 2, model_version_id, model_version_id, 1, false,
                    'queued', 'degree', 'audited', 'confident'
                FROM prediction GROUP BY project_id, model_version_id
                """)
            #expect(try await alarms(service) == 0)
            let state = try await state(service)
            #expect(state.audits == 6 && state.statistics.allSatisfy { $0 > 1 })
            #expect(try await alarms(service) == 0)
            #expect(try await self.state(service).audits == 6)
        }
    }
}
