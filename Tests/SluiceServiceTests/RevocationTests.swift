import SluiceDomain
import SluiceJSON
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Certificates that somebody revokes", .database)
struct RevocationTests {
    private static let policy =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.3}"#

    private func revoke(
        _ service: TestService, _ number: Int = 1, keepsRouting: Bool = false
    ) async throws -> CertificateRevocation {
        try await service.certifying.revoke(
            number, reason: "wrong labels", keepsRouting: keepsRouting, of: service.project(),
            by: service.admin)
    }

    private func reasons(_ service: TestService, _ round: Int) async throws -> [String] {
        try await service.ingest(
            ["a", "b"].map { SentPrediction("\($0)\(round)", label: $0, confidence: "0.9999") }
        ).map { $0.stored?.reason ?? "refused" }
    }

    private func resume(_ service: TestService) async throws -> Int {
        try await service.administration.resumePolicy(
            reason: "mended", of: service.project(), by: service.admin
        ).policy.version
    }

    @Test("revoking takes back what the certificate covered, once, and one command gives it back")
    func story() async throws {
        try await TestService.run(
            labels: ["a", "b", "z"], policy: Self.policy, connections: 8
        ) { service in
            try await service.certifyMadeTraffic()
            let before = try await service.project().policyVersion
            async let one = revoke(service)
            async let other = revoke(service)
            let done = try await [one, other]
            let fallbacks = done.compactMap(\.fallback)
            #expect(fallbacks.map(\.taken) == [.assist])
            #expect(
                fallbacks.first?.reason
                    == "certificate 1 (demo/1) was revoked by admin: wrong labels; "
                    + "people decide what demo/1 would have decided")
            let json = try #require(done.first { $0.fallback != nil }).json
            #expect(json["status"]?.string == "revoked")
            #expect(json["fallback"]?["policy_version"]?.int == before + 1)
            #expect(try await reasons(service, 1) == ["alarm", "alarm"])
            #expect(
                try await service.sql(
                    """
                    SELECT l.action || ' ' || a.name FROM audit_log l JOIN actor a ON a.id = l.actor_id
                    ORDER BY l.id DESC LIMIT 2
                    """) == "policy.fell_back sluice\ncertificate.revoked admin")
            #expect(try await resume(service) == before)
            #expect(try await reasons(service, 2) == ["confident", "confident"])
            let again = try await revoke(service)
            #expect(again.fallback == nil && again.certificate.status == .revoked, "once")
            let last = try again.json["fallback"]
            #expect(last == .null)
            #expect(try await reasons(service, 3) == ["confident", "confident"])
        }
    }

    @Test("it covers the labels whose threshold in force is its own, and not what rules accept")
    func covered() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            let accept = try await service.project().policy.accept.standard
            try await service.setPolicy(
                """
                {"degree":"partial","accept":{"default":\(accept),"labels":{"b":0.999}},
                 "audit_rate":0.3,"on_alarm":"hold",
                 "rules":[{"name":"known","when":{"metadata.source":["F9"]},"then":{"route":"accept"}}]}
                """)
            #expect(try await revoke(service).fallback?.taken == .hold)
            #expect(try await reasons(service, 1) == ["alarm", "confident"])
            let ruled = try await service.ingest([
                SentPrediction(
                    "r", label: "a", confidence: "0.5", more: #""metadata":{"source":"F9"}"#)
            ])
            #expect(ruled[0].stored?.route.answersWithLabel == true)
        }
    }

    @Test("the routing stays where that is asked for, and goes when it is asked for no more")
    func kept() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            let before = try await service.project().policyVersion
            #expect(try await revoke(service, keepsRouting: true).fallback == nil)
            #expect(try await service.project().policyVersion == before)
            #expect(try await reasons(service, 1) == ["confident", "confident"])
            #expect(try await revoke(service).fallback?.taken == .assist)
            #expect(try await reasons(service, 2) == ["alarm", "alarm"])
        }
    }

    @Test("where nothing of it is in force, or the policy says to notify, nothing is taken back")
    func harmless() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            try await service.setPolicy(Self.policy.replacing("0.9", with: "0.97"))
            let made = try await service.certifying.certify(
                service.everything(0.05), CertificateOrder(), of: service.project(),
                by: service.admin)
            #expect(made.number == 2)
            #expect(try await revoke(service, 2).fallback == nil, "it was never applied")
            #expect(try await revoke(service).fallback == nil, "its threshold was replaced")
            #expect(try await service.sql("SELECT count(*) FROM fallback") == "0")
            await #expect(throws: ReviewError.unknownCertificate(number: "9")) {
                _ = try await revoke(service, 9)
            }
        }
    }

    @Test("with notify it is said and no more")
    func notify() async throws {
        try await TestService.run(labels: ["a", "b", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            let accept = try await service.project().policy.accept.standard
            try await service.setPolicy(
                Self.policy.replacing(
                    #"{"default":0.9}"#, with: #"{"default":\#(accept)},"on_alarm":"notify""#))
            let done = try #require(try await revoke(service).fallback)
            #expect(done.taken == .notify && done.policyVersion == nil)
            #expect(try await reasons(service, 1) == ["confident", "confident"])
        }
    }

    @Test("a label that means something else now is stopped alone, each time")
    func labelChange() async throws {
        try await TestService.run(labels: ["a", "b", "c", "z"], policy: Self.policy) { service in
            try await service.certifyMadeTraffic()
            try await service.change(.rename("a", to: "alpha"))
            #expect(try await service.project().policy.fallbacks.isEmpty)
            try await service.change(.merge("c", into: "b"))
            let merged = try await service.project().policy.fallbacks
            #expect(merged.map(\.cause) == [.labelChange])
            #expect(merged.first?.labels?.map(\.text) == ["b"])
            func reasons(_ round: Int) async throws -> [String] {
                try await service.ingest(
                    ["alpha", "b", "c"].map {
                        SentPrediction("\($0)\(round)", label: $0, confidence: "0.9999")
                    }
                ).map { $0.stored?.reason ?? "refused" }
            }
            #expect(try await reasons(1) == ["confident", "alarm", "alarm"])
            try await service.change(.retire("alpha"))
            #expect(
                try await service.project().policy.fallbacks.count == 1, "people decide it anyway")
            try await service.change(.add(Label(name: "alpha")))
            #expect(
                try await service.project().policy.fallbacks.map { $0.labels?.map(\.text) }
                    == [["b"], ["a"]])
            #expect(try await reasons(2) == ["alarm", "alarm", "alarm"])
            _ = try await resume(service)
            #expect(try await reasons(3) == ["confident", "confident", "confident"])
        }
    }
}
