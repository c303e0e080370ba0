import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("What a policy asks to be done about alarms", .database)
struct FallbackActionTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func watch(_ service: TestService) -> DriftUpkeep {
        DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, logger: quiet)
    }

    /// Another instance, which knows nothing but the database.
    private func upkeep(_ service: TestService) -> FallbackUpkeep {
        FallbackUpkeep(
            pool: service.pool, directory: ProjectDirectory(pool: service.pool), logger: quiet)
    }

    private func reasons(
        _ service: TestService, _ round: String, _ confidences: [String]
    ) async throws -> [String] {
        await service.directory.forget(service.name)
        return try await service.ingest(
            confidences.map { SentPrediction("\(round)-\($0)", label: "a", confidence: $0) }
        ).map { $0.stored?.reason ?? "refused" }
    }

    private func resume(_ service: TestService) async throws -> Int {
        await service.directory.forget(service.name)
        return try await service.administration.resumePolicy(
            reason: "mended", of: service.project(), by: service.admin
        ).policy.version
    }

    private func standing(_ service: TestService) async throws -> [Fallback] {
        await service.directory.forget(service.name)
        return try await service.project().policy.fallbacks
    }

    private static func raising(_ limit: Double) -> String {
        """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,"error_limit":\(limit),
         "on_alarm":"raise"}
        """
    }

    /// Traffic that is wrong in more than the limit allows, until the alarm.
    private func alarmed(_ service: TestService) async throws -> CertifiedTraffic {
        var traffic = CertifiedTraffic(seed: 9)
        try await service.ingest(traffic.predictions(6000))
        try await service.answerByName()
        let outcome = try await watch(service).step()
        let fallback = try #require(outcome.conceptAlarms.first?.fallback)
        #expect(fallback.asked == .raise && fallback.taken == .assist)
        #expect(try await reasons(service, "stopped", ["0.99"]) == ["alarm"])
        return traffic
    }

    @Test("raise: at first nothing, then the smallest threshold that the labels certify, once")
    func raised() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.raising(0.05), connections: 8) {
            service in
            let traffic = try await alarmed(service)
            // The instance that stopped it is gone; of two others one raises.
            async let one = upkeep(service).step()
            async let other = upkeep(service).step()
            let done = try await one + other
            #expect(done.map(\.outcome.taken) == [.raise])
            let fallback = try #require(try await standing(service).first)
            let accept = try #require(fallback.accept)
            #expect(fallback.action == .raise && fallback.labels == nil)
            #expect(traffic.error(from: accept) < 0.05)
            #expect(traffic.error(from: accept - 0.1) > 0.05, "a threshold of \(accept) is strict")
            #expect(
                try await reasons(service, "raised", ["0.6", "0.9999"]) == ["alarm", "confident"])
            #expect(try await upkeep(service).step().isEmpty)
            let log = try await service.sql(
                "SELECT reason FROM audit_log WHERE action = 'policy.raised'")
            #expect(log.contains("then people decide what demo/1 is less sure of than"), "\(log)")
            #expect(try await resume(service) == 2, "what was in force before comes back")
            #expect(try await reasons(service, "resumed", ["0.6"]) == ["confident"])
        }
    }

    @Test("raise: a policy that somebody sets meanwhile is kept when all of it is lifted")
    func raisedThenSet() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.raising(0.05)) { service in
            _ = try await alarmed(service)
            try await service.setPolicy(Self.raising(0.05).replacing("0.5,", with: "0.51,"))
            #expect(try await upkeep(service).step().map(\.outcome.taken) == [.raise])
            #expect(try await service.sql("SELECT max(version) FROM policy") == "5")
            #expect(
                try await resume(service) == 6, "the policy of that person without the fallback")
            let after = try await service.project().policy
            #expect(after.auditRate == 0.51 && after.fallbacks.isEmpty)
        }
    }

    @Test("raise: where no threshold is certified the version stays stopped, and that is said")
    func noneCertified() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.raising(0.001)) { service in
            _ = try await alarmed(service)
            let done = try await upkeep(service).step()
            #expect(done.map(\.outcome.taken) == [.assist])
            #expect(
                done.first?.outcome.reason.hasSuffix(
                    "because the labels certify no threshold for it")
                    == true)
            #expect(try await upkeep(service).step().isEmpty, "it is looked for once")
            #expect(try await standing(service).map(\.action) == [.assist])
            #expect(try await reasons(service, "still", ["1"]) == ["alarm"])
            #expect(try await resume(service) == 2)
        }
    }

    @Test("raise: what was lifted before anybody looked is not raised")
    func liftedBefore() async throws {
        try await TestService.run(labels: ["a", "z"], policy: Self.raising(0.05)) { service in
            _ = try await alarmed(service)
            #expect(try await resume(service) == 2)
            #expect(try await upkeep(service).step().isEmpty)
            #expect(try await service.sql("SELECT max(version) FROM policy") == "3")
        }
    }

    private func strict(_ accept: String, _ more: String = "") -> String {
        """
        {"degree":"partial","accept":{"default":\(accept)},"audit_rate":0.001,"error_limit":0.05,
         "on_alarm":"previous"\(more)}
        """
    }

    private func alarm(
        _ service: TestService, _ subject: Int64, _ cause: AlarmCause = .concept
    ) async throws -> FallbackOutcome {
        try #require(try await service.actOnAlarm(cause, subject: subject))
    }

    @Test("previous: the policy before decides again; the next alarm under it stops the version")
    func previous() async throws {
        try await TestService.run(policy: strict("0.97")) { service in
            try await service.setPolicy(strict("0.9"))
            #expect(try await reasons(service, "lax", ["0.95"]) == ["confident"])
            #expect(try await alarm(service, 1).taken == .previous)
            #expect(
                try await reasons(service, "before", ["0.95", "0.98"])
                    == ["below_threshold", "confident"])
            // What was in force before that is laxer again.
            let again = try await alarm(service, 2)
            #expect(again.taken == .assist)
            #expect(again.reason.contains("because for previous the policy before may accept more"))
            #expect(try await reasons(service, "stopped", ["0.98"]) == ["alarm"])
            #expect(try await resume(service) == 3, "where both began")
        }
    }

    @Test("previous: what alarms did is no policy before; it stays, and what was before it counts")
    func previousBehindFallback() async throws {
        try await TestService.run(policy: strict("0.97")) { service in
            try await service.setPolicy(strict("0.9", #","on_expiry":"hold""#))
            _ = try await reasons(service, "lax", ["0.95"])
            #expect(try await alarm(service, 7, .expiry).taken == .hold)
            #expect(try await alarm(service, 1).taken == .previous)
            let policy = try await service.project().policy
            #expect(policy.accept.standard == 0.97)
            #expect(policy.fallbacks.map(\.action) == [.hold, .previous])
            #expect(try await resume(service) == 3)
        }
    }

    @Test("previous: with a laxer one before, the version is stopped and it is said why")
    func laxerBefore() async throws {
        try await TestService.run(policy: strict("0.9")) { service in
            try await service.setPolicy(strict("0.95"))
            _ = try await reasons(service, "one", ["0.96"])
            let laxer = try await alarm(service, 1)
            #expect(laxer.taken == .assist)
            #expect(laxer.reason.contains("the policy before may accept more"))
        }
    }

    @Test("previous: with none before, the version is stopped and it is said why")
    func noneBefore() async throws {
        try await TestService.run(policy: strict("0.9")) { service in
            _ = try await reasons(service, "one", ["0.95"])
            // What the project was made with lets people decide everything.
            #expect(try await alarm(service, 1).taken == .previous)
            #expect(try await reasons(service, "two", ["0.95"]) == ["degree"])
            #expect(try await resume(service) == 2)
            try await service.sql("DELETE FROM policy_activation WHERE version <> 2")
            let none = try await alarm(service, 2)
            #expect(none.taken == .assist)
            #expect(none.reason.contains("no policy was in force before"), "\(none.reason)")
        }
    }

    @Test("a fallback of a label that is renamed, or may not be given any more, goes on")
    func renamed() async throws {
        try await TestService.run(policy: strict("0.9", #","on_expiry":"assist""#)) { service in
            _ = try await reasons(service, "one", ["0.95"])
            _ = try await service.actOnAlarm(.expiry, labels: ["a", "b"], reason: "it ended")
            try await service.change(.rename("a", to: "alpha"))
            try await service.change(.retire("b"))
            let policy = try await service.project().policy
            #expect(policy.fallbacks.first?.labels?.map(\.text) == ["a", "b"])
            #expect(policy.alert(in: try await service.project().labels)?.contains("alpha") == true)
            #expect(
                try await service.ingest([
                    SentPrediction("x", label: "alpha", confidence: "0.95")
                ]).first?.stored?.reason == "alarm")
            #expect(try await resume(service) == 2)
            #expect(
                try await service.ingest([
                    SentPrediction("y", label: "alpha", confidence: "0.95")
                ]).first?.stored?.reason == "confident")
        }
    }
}
