import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("The autopilot", .database)
struct AutopilotTests {
    private let labels = ["a", "z"]

    private func policy(_ mode: String, limit: Double = 0.05, accept: Double = 0.95) -> String {
        """
        {"degree":"partial","accept":{"default":\(accept)},"audit_rate":0.5,"error_limit":\(limit),
         "autopilot":{"mode":"\(mode)","every_seconds":3600}}
        """
    }

    private func autopilot(_ service: TestService) -> AutopilotUpkeep {
        AutopilotUpkeep(
            pool: service.pool, directory: service.directory, certifying: service.certifying,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Makes the last look one of an hour ago.
    private func pass(_ service: TestService) async throws {
        try await service.sql(
            "UPDATE certificate SET made_at = made_at - interval '1 hour' WHERE is_automatic")
    }

    private func actions(_ service: TestService) async throws -> [String] {
        try await service.sql(
            "SELECT l.action || ' ' || a.name FROM audit_log l JOIN actor a ON a.id = l.actor_id ORDER BY l.id"
        ).split(separator: "\n").map(String.init).filter { $0.hasPrefix("certificate") }
    }

    @Test("it proposes what the labels allow, looks when it is due, and changes nothing")
    func proposes() async throws {
        try await TestService.run(labels: labels, policy: policy("propose")) { service in
            var traffic = CertifiedTraffic(seed: 21)
            try await service.ingest(traffic.predictions(6000))
            try await service.answerByName()
            let autopilot = autopilot(service)
            let before = try await service.project().policyVersion
            let made = try await autopilot.step()
            let first = try #require(made.first?.certificate)
            #expect(made.count == 1 && first.status == .proposed, "\(first.sentence)")
            #expect(first.json["automatic"]?.bool == true)
            #expect(first.json["method"]?.string == "e_process")
            #expect(try await autopilot.step().isEmpty, "an hour has not passed")
            #expect(try await service.project().policyVersion == before)
            try await pass(service)
            // Two instances at once: one look.
            async let one = autopilot.step()
            async let other = autopilot.step()
            #expect(try await one.count + other.count == 1)
            #expect(try await service.sql("SELECT count(*) FROM certificate") == "2")
            #expect(
                try await actions(service) == [
                    "certificate.proposed sluice", "certificate.proposed sluice",
                ])
            // Somebody applies it.
            _ = try await service.certifying.apply(
                1, reason: "looks right", of: service.project(), by: service.admin)
            #expect(try await service.project().policyVersion == before + 1)
        }
    }

    @Test("evidence is of a fixed grid and start, in order of arrival, up to what still waits")
    func evidence() async throws {
        try await TestService.run(labels: labels, policy: policy("propose")) { service in
            var traffic = CertifiedTraffic(seed: 22)
            try await service.ingest(traffic.predictions(4000))
            try await service.answerByName()
            let autopilot = autopilot(service)
            let first = try #require(try await autopilot.step().first?.certificate.json)
            try await service.ingest(traffic.predictions(4000))
            try await service.answerByName()
            // One of the later ones waits: what comes behind it does not count yet.
            try await pass(service)
            let second = try #require(try await autopilot.step().first?.certificate.json)
            for place in ["starts", "delta"] {
                let isSame = first["chains"]?[0]?[place] == second["chains"]?[0]?[place]
                #expect(isSame, "\(place)")
            }
            func thresholds(_ reply: JSONValue) -> [Double] {
                (reply["chains"]?[0]?["steps"]?.array ?? []).compactMap { $0["threshold"]?.double }
            }
            #expect(thresholds(first) == thresholds(second) && !thresholds(first).isEmpty)
            #expect(second["window"]?["after_item"]?.int == first["window"]?["after_item"]?.int)
            #expect(
                try #require(second["thresholds"]?["default"]?.double)
                    <= #require(first["thresholds"]?["default"]?.double))
            // Computed again from the rows, by the library alone.
            let chain = try #require(second["chains"]?[0])
            let start = try #require(chain["starts"]?[0]?.int)
            let rows = try await service.sql(
                """
                SELECT p.confidence, d.label <> p.label, p.propensity FROM prediction p
                JOIN decision d ON d.item_id = p.item_id AND d.source = 'reviewer'
                WHERE p.item_id > \(second["window"]?["after_item"]?.int ?? 0) ORDER BY p.item_id
                """)
            let found = rows.split(separator: "\n").map { row in
                let cells = row.split(separator: "|")
                return WeightedLabel(
                    confidence: Double(cells[0]) ?? 0, isWrong: cells[1] == "t",
                    weightShare: 0.5 / (Double(cells[2]) ?? 1))
            }
            let walk = EvidenceWalk(
                found, thresholds: thresholds(second),
                promise: try #require(ErrorPromise(limit: 0.05, delta: 1 - 0.95)), start: start)
            #expect(walk.certified == chain["certified_step"]?.int)
            #expect(walk.tests.map(\.peak).first == chain["tests"]?[0]?["evidence"]?.double)
        }
    }

    @Test("it applies what is wider, keeps what holds, and begins anew behind a revocation")
    func applies() async throws {
        try await TestService.run(labels: labels, policy: policy("apply")) { service in
            var traffic = CertifiedTraffic(seed: 23)
            try await service.ingest(traffic.predictions(6000))
            try await service.answerByName()
            let autopilot = autopilot(service)
            let first = try #require(try await autopilot.step().first?.certificate)
            #expect(first.status == .applied, "\(first.sentence)")
            let threshold = try #require(first.json["thresholds"]?["default"]?.double)
            #expect(threshold < 0.95 && traffic.error(from: threshold) <= 0.05)
            let project = try await service.project()
            #expect(project.policy.accept.standard == threshold)
            #expect(project.record.policy.createdBy == Store.serviceActor)
            #expect(
                try await actions(service) == [
                    "certificate.made sluice", "certificate.applied sluice",
                ])
            // The same again changes nothing.
            try await pass(service)
            let again = try #require(try await autopilot.step().first?.certificate)
            #expect(again.json["thresholds"]?["default"]?.double == threshold)
            #expect(try await service.project().policyVersion == project.policyVersion)
            // An alarm revokes them all; labels from before it count no more.
            let version = try #require(
                Int64(try await service.sql("SELECT max(id) FROM model_version")))
            let revoked = try await service.pool.transaction { session in
                try Store(session).revokeCertificates(
                    project: project.id, modelVersion: version, reason: "concept drift")
            }
            #expect(revoked == [1, 2])
            #expect(try await actions(service).suffix(2).allSatisfy { $0.contains("revoked") })
            try await pass(service)
            let fresh = try #require(try await autopilot.step().first?.certificate)
            #expect(fresh.status == .nothing, "\(fresh.sentence)")
            #expect(fresh.json["window"]?["items"]?.int == 0)
            #expect(try await service.project().policyVersion == project.policyVersion)
        }
    }
}
