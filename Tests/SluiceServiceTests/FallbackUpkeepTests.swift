import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Promises that end by themselves", .database)
struct FallbackUpkeepTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func upkeep(_ service: TestService) -> FallbackUpkeep {
        FallbackUpkeep(pool: service.pool, directory: service.directory, logger: quiet)
    }

    private func reasons(_ service: TestService, _ round: Int) async throws -> [String] {
        try await service.ingest(
            ["a", "b"].map { SentPrediction("\($0)\(round)", label: $0, confidence: "0.9999") }
        ).map { $0.stored?.reason ?? "refused" }
    }

    private func warnings(_ service: TestService) async throws -> [String] {
        let report = try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil))
        return (report["warnings"]?.array ?? []).compactMap(\.string)
    }

    private func expire(_ service: TestService, days: Int) async throws {
        try await service.sql(
            "UPDATE certificate SET expires_at = now() - interval '\(days) days'")
    }

    private static let policy =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.3}"#

    @Test("an expired certificate warns for its grace, then stops what it allowed, once")
    func expiry() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            #expect(try await upkeep(service).step().isEmpty)
            try await expire(service, days: 6)
            #expect(try await upkeep(service).step().isEmpty, "seven days of grace")
            let warning = try #require(
                try await warnings(service).first { $0.hasPrefix("the promise") })
            #expect(
                warning.contains("certify again, or from") && warning.contains("on_expiry: assist"))
            #expect(try await reasons(service, 1) == ["confident", "confident"])

            try await expire(service, days: 8)
            // Two instances at once: one acts.
            async let one = upkeep(service).step()
            async let other = upkeep(service).step()
            let done = try await one + other
            #expect(done.map(\.outcome.taken) == [.assist])
            #expect(try await reasons(service, 2) == ["alarm", "alarm"])
            #expect(try await warnings(service).contains { $0.hasPrefix("fallback 1") })
            #expect(try await !warnings(service).contains { $0.hasPrefix("the promise") })
            #expect(
                try await service.sql(
                    "SELECT kind || ' ' || level FROM alarm_event") == "expiry act")

            _ = try await service.administration.resumePolicy(
                reason: "", of: service.project(), by: service.admin)
            #expect(try await upkeep(service).step().isEmpty, "not again for the same one")
            #expect(try await reasons(service, 3) == ["confident", "confident"])
        }
    }

    @Test("a label whose threshold somebody changed since is not the certificate's any more")
    func changed() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            try await expire(service, days: 8)
            let accept = try await service.project().policy.accept.standard
            // One label has a threshold of its own now: the others fall.
            try await service.setPolicy(
                """
                {"degree":"partial","accept":{"default":\(accept),"labels":{"b":0.999}},
                 "audit_rate":0.3,"on_expiry":"hold"}
                """)
            let done = try await upkeep(service).step()
            #expect(done.map(\.outcome.taken) == [.hold])
            #expect(try await reasons(service, 1) == ["alarm", "confident"])
            #expect(
                try await service.project().policy.fallbacks.first?.labels?.map(\.text)
                    == ["a", "z"])
        }
    }

    @Test("thresholds that were all changed since are nobody's certificate")
    func replaced() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            try await expire(service, days: 8)
            try await service.setPolicy(Self.policy.replacing("0.9", with: "0.97"))
            #expect(try await upkeep(service).step().isEmpty)
            #expect(try await service.sql("SELECT count(*) FROM fallback") == "0")
        }
    }

    @Test("with notify nothing but the alarm, and once")
    func notify() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            let accept = try await service.project().policy.accept.standard
            try await service.setPolicy(
                """
                {"degree":"partial","accept":{"default":\(accept)},"audit_rate":0.3,
                 "on_expiry":"notify","expiry_grace_seconds":0}
                """)
            try await expire(service, days: 0)
            #expect(try await upkeep(service).step().map(\.outcome.taken) == [.notify])
            #expect(try await upkeep(service).step().isEmpty)
            #expect(try await reasons(service, 1) == ["confident", "confident"])
            #expect(try await service.sql("SELECT count(*) FROM alarm_event") == "1")
        }
    }

    private static let canary = """
        {"serving":"demo/1","candidate":"demo/2","mode":"canary","share":0.0001,
         "answer_within_seconds":60,"fallback":"FALLBACK"}
        """

    /// Has the candidate answer alone, and ends the waits for the serving version.
    private func alone(_ service: TestService, _ range: Range<Int>) async throws {
        try await service.ingest(
            range.map { SentPrediction("s\($0)", confidence: "0.95", version: "2") })
        try await service.lapseWaits()
        _ = try await service.waits.settle()
    }

    @Test(
        "a serving version that lets ten in a row wait is silent; the other does not take its place"
    )
    func silence() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"error_limit":0.05}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.95")])
            try await service.ingest([SentPrediction("x", confidence: "0.95", version: "2")])
            try await service.setRollout(Self.canary.replacing("FALLBACK", with: "other"))
            // While the version is heard of, items that it leaves out are no silence.
            try await alone(service, 0..<20)
            #expect(try await service.sql("SELECT unanswered FROM version_silence") == "0")
            try await service.age(hours: 1)
            try await alone(service, 20..<29)
            #expect(try await service.sql("SELECT unanswered FROM version_silence") == "9")
            #expect(try await service.project().policy.fallbacks.isEmpty)
            try await alone(service, 29..<30)
            let fallback = try #require(try await service.project().policy.fallbacks.first)
            #expect(fallback.cause == .silence && fallback.version?.description == "demo/2")
            try await alone(service, 30..<42)
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM prediction WHERE reason = 'alarm'") == "12")
            #expect(try await service.sql("SELECT count(*) FROM alarm_event") == "1", "one alarm")
            // It comes back: what it answers is accepted as before; the other stays out until lifted.
            let back = try await service.ingest([SentPrediction("s50", confidence: "0.95")])
            #expect(back[0].stored?.reason == "confident")
            _ = try await service.administration.resumePolicy(
                reason: "", of: service.project(), by: service.admin)
            #expect(try await service.sql("SELECT count(*) FROM version_silence") == "0")
        }
    }

    @Test(
        "where people decide instead, or nothing was promised, silence is an alarm and no more",
        arguments: [("review", "0.05"), ("other", "null")])
    func harmless(_ fallback: String, _ limit: String) async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"error_limit":\#(limit)}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.95")])
            try await service.ingest([SentPrediction("x", confidence: "0.95", version: "2")])
            try await service.setRollout(Self.canary.replacing("FALLBACK", with: fallback))
            try await service.age(hours: 1)
            try await alone(service, 0..<12)
            #expect(try await service.sql("SELECT kind FROM alarm_event") == "silence")
            #expect(try await service.project().policy.fallbacks.isEmpty)
            #expect(try await service.sql("SELECT count(*) FROM fallback") == "0")
        }
    }
}
