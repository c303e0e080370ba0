import Foundation
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Audits against an error limit", .database)
struct ConceptWatchTests {
    private static let everything =
        #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#

    private func settled(_ service: TestService) async throws -> Timestamp {
        try await service.pool.withSession { session in try Store(session).currentTime() }
    }

    @discardableResult
    private func read(
        _ service: TestService, limit: Double = 0.05, falseAlarm: Double = 5000,
        smallestRate: Double = 1, page: Int = 2000
    ) async throws -> ConceptAlarm? {
        let project = try await service.project()
        let settled = try await settled(service)
        return try await service.pool.transaction { session in
            let store = Store(session)
            let version = try #require(
                try store.newestModelVersions(project: project.id, limit: 1).first)
            return try ConceptWatch(
                store: store, project: project.id, version: version, errorLimit: limit,
                auditsToFalseAlarm: falseAlarm, smallestRate: smallestRate,
                since: project.record.policy.createdAt, settled: settled, page: page
            ).read()
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

    /// Sends items and answers all that is asked; wrong are those of which `isWrong` holds.
    private func audit(
        _ service: TestService, _ range: Range<Int>, isWrong: (Int) -> Bool
    ) async throws {
        try await service.ingest(range.map { SentPrediction("i\($0)", label: "a") })
        let ann = try await service.reviewer("ann")
        while true {
            let leases = try await service.lease(50, by: ann)
            if leases.isEmpty { return }
            for lease in leases {
                let number = try #require(Int(lease.content.externalID.dropFirst()))
                try await service.answer(
                    lease, .label(isWrong(number) ? "b" : "a"), id: "r\(number)", by: ann)
            }
        }
    }

    /// Whether the model was wrong in each decided audit, in the order of arrival, or of the decisions.
    private func errors(
        _ service: TestService, by order: String = "p.received_at"
    ) async throws -> [Bool] {
        try await service.sql(
            """
            SELECT d.outcome FROM decision d JOIN prediction p ON p.item_id = d.item_id
            WHERE d.source <> 'model' AND d.outcome <> 'reopened'
            ORDER BY \(order), d.item_id
            """
        ).split(separator: "\n").map { $0 == "corrected" }
    }

    /// The detector after so many outcomes.
    private func detector(_ errors: [Bool], limit: Double = 0.05) -> ErrorRateDetector {
        var detector = ErrorRateDetector(limit: limit)
        for isWrong in errors { detector.observe(isWrong: isWrong) }
        return detector
    }

    @Test("read bit by bit the detector stands where the library stands that saw all at once")
    func incremental() async throws {
        try await TestService.run(policy: Self.everything) { service in
            for part in 0..<3 {
                try await audit(service, part * 40..<part * 40 + 40) { $0 % 25 == 3 }
                #expect(try await read(service) == nil)
                #expect(try await read(service) == nil, "nothing is read twice")
            }
            let detector = detector(try await errors(service))
            let state = try await state(service)
            #expect(state.audits == 120 && detector.n == 120)
            #expect(state.presentAudits == 120 && state.ahead == 0 && state.waiting == 0)
            #expect(state.statistics == detector.statistics)
            #expect(state.alarmedAt == nil && state.smallestPropensity == 1)
        }
    }

    /// A certificate of the one version, as if it had been made.
    private func certify(_ service: TestService) async throws {
        try await service.sql(
            """
            INSERT INTO certificate (project_id, number, model_version_id, policy_version, made_by,
                expires_at, error_limit, method, is_certified, is_automatic, document)
            SELECT m.project_id, 1, m.id, 1, a.id, now() + interval '1 day', 0.05, 'fixed_sequence',
                true, false, '{}'
            FROM model_version m, actor a WHERE a.name = 'admin'
            """)
    }

    @Test("a broken limit raises the alarm, says so, revokes certificates, and begins anew")
    func alarm() async throws {
        try await TestService.run(policy: Self.everything) { service in
            try await audit(service, 0..<60) { $0 % 30 == 7 }
            #expect(try await read(service) == nil)
            try await certify(service)
            try await audit(service, 60..<110) { $0 % 3 == 0 }
            let alarm = try #require(try await read(service))
            #expect(alarm.errorLimit == 0.05 && alarm.evidence >= 5000)
            #expect(alarm.audits > 60 && alarm.audits <= 110)
            let state = try await state(service)
            #expect(state.alarmedAt != nil && state.audits < 60, "it began anew")
            let project = try await service.project().id
            let stored = try await service.pool.withSession { session in
                try Store(session).newestAlarms(
                    project: project, modelVersion: nil, from: Timestamp(microseconds: 0),
                    to: Timestamp(microseconds: .max / 2), limit: 10)
            }
            #expect(stored.count == 1 && stored[0].episode == 1 && stored[0].overAt == nil)
            #expect(stored.allSatisfy { $0.kind == .concept && $0.level == .act })
            #expect(
                try await service.sql("SELECT revoked_reason FROM certificate")
                    .contains("is wrong more often than the limit"))
            let detail = try JSONValue(parsing: try #require(stored.last).detail)
            #expect(detail["audits"]?.int == alarm.audits && detail["episode"]?.int == 1)
            let present = try #require(detail["present"])
            let (lo, hi) = (present["lo"]?.double, present["hi"]?.double)
            #expect(try #require(lo) > 0.05 && #require(hi) < 0.4, "\(present)")
            #expect(try #require(present["audits"]?.int) <= 100)
            #expect(detail["advice"]?.string?.contains("sluice errors") == true)
            #expect(
                try await service.sql(
                    """
                    SELECT a.name || ' ' || reason FROM audit_log l JOIN actor a ON a.id = l.actor_id
                    WHERE action = 'concept.alarmed' ORDER BY l.id LIMIT 1
                    """)
                    == "sluice demo/1 is wrong more often than the limit of 5 % allows: "
                    + alarm.present.words)
            #expect(alarm.present.words.contains(" % ("), "\(alarm.present.words)")
        }
    }

    @Test("an audit that is taken back and decided again counts once")
    func undone() async throws {
        try await TestService.run(policy: Self.everything) { service in
            try await audit(service, 0..<20) { _ in false }
            try await read(service)
            let ann = try await service.reviewer("ann")
            let lease = try #require(try await service.undo("r19", by: ann))
            try await read(service)
            try await service.answer(lease, .label("b"), id: "again", by: ann)
            try await read(service)
            let state = try await state(service)
            #expect(state.audits == 20)
        }
    }

    @Test("audits drawn at a higher rate count for less, and only audits count")
    func weights() async throws {
        let policy = """
            {"degree":"partial","accept":{"default":0.8},"audit_rate":0.25,
             "audits":{"second_look":false},
             "rules":[{"name":"all","when":{"label":["b"]},"then":{"audit_rate":1}}]}
            """
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<120).map {
                    SentPrediction(
                        "i\($0)", label: $0 % 2 == 0 ? "a" : "b",
                        confidence: $0 % 10 == 0 ? "0.5" : "0.9")
                })
            let ann = try await service.reviewer("ann")
            while true {
                let leases = try await service.lease(50, by: ann)
                if leases.isEmpty { break }
                for lease in leases {
                    let id = lease.content.externalID
                    try await service.answer(lease, .label("c"), id: id, by: ann)
                    break
                }
                for lease in leases.dropFirst() {
                    let id = lease.content.externalID
                    let number = try #require(Int(id.dropFirst()))
                    try await service.answer(
                        lease, .label(number % 2 == 0 ? "a" : "b"), id: id, by: ann)
                }
            }
            try await read(service, smallestRate: 0.25)
            let audits = try await service.sql(
                """
                SELECT d.outcome, p.propensity FROM decision d
                JOIN prediction p ON p.item_id = d.item_id AND p.route = 'audited'
                WHERE d.source <> 'model' ORDER BY p.received_at, d.item_id
                """
            ).split(separator: "\n")
            var detector = ErrorRateDetector(limit: 0.05)
            for audit in audits {
                let isRare = audit.hasSuffix("0.25")
                detector.observe(
                    isWrong: audit.hasPrefix("corrected"), weightShare: isRare ? 1 : 0.25)
            }
            let state = try await state(service)
            #expect(state.audits == audits.count && audits.count > 50)
            #expect(state.statistics == detector.statistics)
            #expect(state.smallestPropensity == 0.25)
        }
    }

    @Test("another limit begins the watch anew, with the policy that sets it")
    func changedLimit() async throws {
        try await TestService.run(policy: Self.everything) { service in
            try await audit(service, 0..<30) { _ in false }
            try await read(service)
            #expect(try await state(service).audits == 30)
            try await service.setPolicy(
                Self.everything.replacingOccurrences(of: "1,", with: "1.0,"))
            try await audit(service, 30..<40) { _ in false }
            try await read(service, limit: 0.1)
            let state = try await state(service)
            #expect(state.audits == 10 && state.errorLimit == 0.1)
        }
    }

    @Test("the smallest rate of a policy is that of its strata, rules and itself")
    func smallestRate() throws {
        func rate(_ document: String) throws -> Double {
            try Policy(
                document: JSONValue(parsing: document),
                labels: LabelSet([Label(name: "a"), Label(name: "b")])
            ).smallestAuditRate
        }
        #expect(try rate("{}") == 0.02)
        #expect(try rate(#"{"audit_rate":0}"#) == 1)
        #expect(
            try rate(
                #"{"audit_rate":0.1,"audits":{"strata":[{"from":0.99,"rate":0.01}]}}"#) == 0.01)
    }
}
