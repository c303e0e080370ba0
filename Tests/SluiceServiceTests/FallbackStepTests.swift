import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("What is done about alarms", .database)
struct FallbackStepTests {
    private static let partial =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"error_limit":0.05}"#

    @discardableResult
    private func alarm(
        _ service: TestService, _ subject: Int64 = 1, _ cause: AlarmCause = .concept,
        labels: [String]? = nil
    ) async throws -> FallbackOutcome? {
        try await service.actOnAlarm(cause, subject: subject, labels: labels)
    }

    @discardableResult
    private func routes(_ service: TestService, _ number: Int) async throws -> [String] {
        let predictions = ["a", "b"].map {
            SentPrediction("\($0)\(number)", label: $0, confidence: "0.95")
        }
        return try await service.ingest(predictions).map { $0.stored?.reason ?? "refused" }
    }

    private func resume(_ service: TestService, base: Int? = nil) async throws -> Int {
        try await service.administration.resumePolicy(
            base: base, reason: "mended", of: service.project(), by: service.admin
        ).policy.version
    }

    private func log(_ service: TestService) async throws -> [String] {
        try await service.sql(
            """
            SELECT l.action || ' ' || a.name || ' ' || l.reason FROM audit_log l
            JOIN actor a ON a.id = l.actor_id WHERE l.action LIKE 'policy.%' ORDER BY l.id
            """
        ).split(separator: "\n").map(String.init)
    }

    @Test("an alarm stops the version, one command gives it back, and all of it is on record")
    func story() async throws {
        try await TestService.run(policy: Self.partial) { service in
            #expect(try await routes(service, 1) == ["confident", "confident"])
            let outcome = try #require(try await alarm(service, labels: ["a"]))
            #expect(outcome.taken == .assist && outcome.policyVersion == 3)
            #expect(try await routes(service, 2) == ["alarm", "confident"], "other labels go on")
            let standing = try await service.administration.fallbacks(of: service.project())
            #expect(standing.map(\.isStanding) == [true] && standing[0].fromPolicyVersion == 2)
            #expect(try await alarm(service) == nil, "an alarm is acted on once")

            #expect(try await resume(service) == 2)
            #expect(try await routes(service, 3) == ["confident", "confident"])
            let lifted = try await service.administration.fallbacks(of: service.project())
            #expect(lifted[0].lifted?.by == "admin" && lifted[0].lifted?.reason == "mended")
            #expect(try await alarm(service) == nil, "nor after it was lifted")
            await #expect(throws: ReviewError.nothingToResume(version: 2)) {
                try await resume(service)
            }
            #expect(
                try await log(service) == [
                    "policy.set admin test",
                    "policy.fell_back sluice fallback 1: it went wrong; "
                        + "people decide what demo/1 would have decided of a",
                    "policy.resumed admin mended",
                ])
            // A rollback takes that back: the fallback stands again, and says so.
            _ = try await service.administration.rollBackPolicy(
                reason: "", of: service.project(), by: service.admin)
            #expect(try await routes(service, 4) == ["alarm", "confident"])
            let again = try await service.administration.fallbacks(of: service.project())
            #expect(again.map(\.isStanding) == [true])
        }
    }

    @Test("a policy that somebody sets meanwhile keeps the fallback, and keeps when it is lifted")
    func setMeanwhile() async throws {
        try await TestService.run(policy: Self.partial) { service in
            try await routes(service, 1)
            try await alarm(service)
            try await service.setPolicy(Self.partial.replacing("0.9", with: "0.8"))
            let kept = try await service.project().policy
            #expect(kept.fallbacks.map(\.number) == [1] && kept.accept.standard == 0.8)
            #expect(try await routes(service, 2) == ["alarm", "alarm"])
            await #expect(throws: ReviewError.self) {
                try await service.setPolicy(#"{"degree":"partial","fallbacks":[]}"#)
            }
            #expect(try await resume(service, base: 4) == 5)
            let after = try await service.project().policy
            #expect(after.fallbacks.isEmpty && after.accept.standard == 0.8)
            await #expect(throws: ReviewError.policyChanged(base: 4, inForce: 5)) {
                try await resume(service, base: 4)
            }
            // An old version, activated on purpose, is in force as it is.
            try await alarm(service, 2)
            _ = try await service.administration.activatePolicy(
                2, reason: "", of: service.project(), by: service.admin)
            #expect(try await routes(service, 3) == ["confident", "confident"])
            let all = try await service.administration.fallbacks(of: service.project())
            #expect(all.map(\.isStanding) == [false, false])
        }
    }

    @Test("of two alarms at once each is acted on once, whichever instance is first")
    func atOnce() async throws {
        try await TestService.run(policy: Self.partial, connections: 8) { service in
            try await routes(service, 1)
            let taken = try await withThrowingTaskGroup(of: FallbackOutcome?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let isConcept = number % 2 == 0
                        return try await alarm(
                            service, 7, isConcept ? .concept : .errorLimit,
                            labels: isConcept ? ["a"] : ["b"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
            }
            #expect(taken.map(\.taken) == [.assist, .assist])
            #expect(taken.compactMap(\.policyVersion).sorted() == [3, 4])
            #expect(try await service.project().policy.fallbacks.map(\.number) == [1, 2])
            #expect(try await service.sql("SELECT count(*) FROM policy") == "4")
            // Both go with one command, to where both began.
            #expect(try await resume(service) == 2)
            #expect(
                try await service.sql("SELECT count(*) FROM fallback WHERE lifted_at IS NULL")
                    == "0")
        }
    }

    @Test("every route under a fallback is computed again from what is stored")
    func recomputed() async throws {
        try await TestService.run(
            policy: Self.partial.replacing(
                #""audit_rate":0"#, with: #""audit_rate":0.3,"automation_share":0.7"#)
        ) { service in
            for round in 0..<3 {
                if round == 1 { try await alarm(service, labels: ["b"]) }
                if round == 2 { try await alarm(service, 2, .silence) }
                try await service.ingest(
                    (0..<60).map {
                        SentPrediction(
                            "r\(round)-\($0)", label: $0 % 2 == 0 ? "a" : "b",
                            confidence: $0 % 3 == 0 ? "0.5" : "0.97")
                    })
            }
            try await service.sql("ANALYZE")
            let project = try await service.project()
            let routes = try await service.pool.withSession { session in
                try Store(session).recordedRoutes(project: project.id, after: 0, items: 1000)
            }
            #expect(routes.count == 180)
            var reasons: [String: Int] = [:]
            for route in routes {
                let policy = try await service.pool.withSession { session in
                    try project.policy(version: route.facts.policyVersion, through: Store(session))
                }
                let again = try #require(
                    try route.routing(
                        under: policy, rollout: nil, salt: project.routingSalt.secret))
                #expect(again.route.rawValue == route.facts.route)
                #expect(again.reason.rawValue == route.facts.reason)
                #expect(again.propensity == route.facts.propensity)
                reasons[route.facts.reason, default: 0] += 1
            }
            #expect(reasons["alarm"] == 20 + 40, "of label b first, then of both")
        }
    }

    @Test("the report says what stands, and later what stood")
    func report() async throws {
        try await TestService.run(policy: Self.partial) { service in
            func read() async throws -> JSONValue {
                try JSONValue(
                    parsing: try await Reporting(
                        pool: service.pool, counter: QueueCounter(pool: service.pool)
                    ).json(project: service.project(), from: nil, to: nil))
            }
            try await routes(service, 1)
            #expect(try await read()["fallbacks"]?.array?.isEmpty == true)
            try await alarm(service)
            let standing = try await read()
            #expect(standing["fallbacks"]?[0]?["standing"]?.bool == true)
            let warning = try #require(standing["warnings"]?[0]?.string)
            #expect(warning.hasPrefix("fallback 1 since") && warning.contains("policy resume"))
            #expect(
                await service.directory.held().first?.fallbacks.first?.contains(
                    "people decide what demo/1 would have decided") == true)
            _ = try await resume(service)
            let lifted = try await read()
            #expect(lifted["fallbacks"]?[0]?["lifted_by"]?.string == "admin")
            #expect(
                lifted["warnings"]?.array?.contains { $0.string?.hasPrefix("fallback") == true }
                    == false)
        }
    }
}
