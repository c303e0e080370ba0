import Logging
import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("How far confidences can be believed", .database)
struct CalibrationReportTests {
    private func report(_ service: TestService) async throws -> JSONValue {
        try await JSONValue(
            parsing: CalibrationReport(pool: service.pool).json(
                project: service.project(), version: nil, from: nil, to: nil),
            limits: JSONLimits(depth: 64, bytes: 1 << 24))
    }

    /// Sends items of which every tenth part of confidence holds as many, and answers them all: an
    /// overconfident model is right as often as the square of what it says.
    private func label(
        _ service: TestService, _ range: Range<Int>, by reviewer: Caller
    ) async throws {
        try await service.ingest(
            range.map { item in
                SentPrediction(
                    "item-\(item)", label: "a", confidence: "\(Self.confidence(item))")
            })
        while true {
            let leases = try await service.lease(50, by: reviewer)
            if leases.isEmpty { return }
            for lease in leases {
                let id = lease.content.externalID
                let item = try #require(Int(id.dropFirst(5)))
                try await service.answer(
                    lease, .label(Self.isRight(item) ? "a" : "b"), id: id, by: reviewer)
            }
        }
    }

    private static func confidence(_ item: Int) -> Double {
        0.525 + Double(item % 10) * 0.05
    }

    private static func isRight(_ item: Int) -> Bool {
        let confidence = confidence(item)
        return Double(item / 10 * 7 % 20) / 20 < confidence * confidence
    }

    @Test("the figures are those of the library on the exported labels, weighted")
    func figures() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.5}"#
        try await TestService.run(labels: ["a", "b"], policy: policy) { service in
            try await service.setPolicy(
                """
                {"degree":"partial","accept":{"default":0.9},"audit_rate":0.5,
                 "audits":{"second_look":false}}
                """)
            let ann = try await service.reviewer("ann")
            #expect(try await report(service: service, isEmpty: true))
            try await label(service, 0..<400, by: ann)
            let outcomes = try await service.sql(
                """
                SELECT p.confidence, d.label = p.label, p.propensity FROM prediction p
                JOIN decision d ON d.item_id = p.item_id AND d.source <> 'model'
                ORDER BY d.decided_at, d.item_id
                """
            ).split(separator: "\n").map { line in
                let cells = line.split(separator: "|").map(String.init)
                return ScoredOutcome(
                    confidence: try #require(Double(cells[0])), isRight: cells[1] == "t",
                    weight: 1 / (try #require(Double(cells[2]))))
            }
            #expect(outcomes.contains { $0.weight == 2 } && outcomes.contains { $0.weight == 1 })
            let report = try await report(service)
            #expect(report["labels"]?.int == outcomes.count)
            let fifteen = try ReliabilityDiagram(outcomes, binning: .equalWidth(15))
            let scores = try ProbabilityScores(outcomes)
            for (name, expected) in [
                ("ece", fifteen.expectedError), ("mce", fifteen.largestError),
                ("brier", scores.brier), ("log_loss", scores.logLoss),
            ] {
                let value = try #require(report[name]?["value"]?.double)
                #expect(abs(value - expected) < 1e-12, "\(name)")
            }
            for (name, estimate) in [
                ("ece", try fifteen.expectedErrorEstimate()),
                ("mce", try fifteen.largestErrorEstimate()),
                ("brier", try MeanLoss(.brier, of: outcomes).estimate()),
                ("log_loss", try MeanLoss(.logarithmic, of: outcomes).estimate()),
            ] {
                try expect(report[name], estimate, name)
            }
            #expect(try #require(report["spiegelhalter"]?["p"]?.double) < 0.01)
            let diagram = try #require(report["diagram"]?.array)
            #expect(diagram.count == 5 && diagram[0]["from"]?.double == 0.5)
            #expect(diagram.compactMap { $0["n"]?.int }.reduce(0, +) == outcomes.count)
            // Without a stored map the first half of the labels makes one for the second.
            #expect(report["map"]?["kind"]?.string == "platt")
            #expect(report["map"]?["fitted_on"]?["labels"]?.int == outcomes.count / 2)
        }
    }

    /// A figure says everything it takes to believe it.
    private func expect(_ figure: JSONValue?, _ estimate: Estimate, _ name: String) throws {
        for (member, expected) in [
            ("lo", estimate.lo), ("hi", estimate.hi), ("level", 0.95),
            ("n_eff", estimate.nEffective ?? Double(estimate.n)),
        ] {
            let found = try #require(figure?[member]?.double, "\(name) \(member)")
            #expect(abs(found - expected) < 1e-12 * max(expected, 1), "\(name) \(member)")
        }
        #expect(figure?["method"]?.string == estimate.method.rawValue)
        #expect(figure?["n"]?.int == estimate.n)
    }

    private func report(service: TestService, isEmpty: Bool) async throws -> Bool {
        try await service.ingest([SentPrediction("item-9999", label: "a", confidence: "0.7")])
        let report = try await report(service)
        return report["ece"]?["value"] == .null
            && report["ece"]?["reason"]?.string?.contains("it takes 100") == true
            && report["map"]?["value"] == .null
    }

    @Test("a map fitted to one window is kept, and scored on the labels that come after")
    func storedMap() async throws {
        try await TestService.run(labels: ["a", "b"]) { service in
            let ann = try await service.reviewer("ann")
            let calibrating = Calibrating(pool: service.pool, directory: service.directory)
            try await label(service, 0..<60, by: ann)
            await #expect(throws: ReviewError.self) {
                try await calibrating.fit(
                    nil, of: service.project(), from: nil, to: nil, by: service.admin)
            }
            try await label(service, 60..<300, by: ann)
            let map = try await JSONValue(
                parsing: calibrating.fit(
                    nil, of: service.project(), from: nil, to: nil, by: service.admin))
            #expect(map["number"]?.int == 1 && map["kind"]?.string == "platt")
            #expect(map["fitted_on"]?["labels"]?.int == 300)
            let cooled = try await JSONValue(
                parsing: calibrating.fit(
                    nil, of: service.project(), from: nil, to: nil, kind: .temperature,
                    by: service.admin))
            #expect(cooled["number"]?.int == 2 && cooled["kind"]?.string == "temperature")
            let temperature = try #require(cooled["parameters"]?["temperature"]?.double)
            #expect(temperature > 1, "the model is too sure")
            #expect(try await report(service)["map"]?["kind"]?.string == "temperature")
            _ = try await calibrating.fit(
                nil, of: service.project(), from: nil, to: nil, kind: .platt, by: service.admin)
            let early = try await report(service)["map"]
            #expect(early?["scored_on"]?["labels"]?.int == 0)
            #expect(early?["after"]?["ece"]?["value"] == .null)
            #expect(early?["change"]?["brier"]?["value"] == .null)
            try await label(service, 300..<600, by: ann)
            let scored = try #require(try await report(service)["map"])
            #expect(scored["number"]?.int == 3 && scored["kind"]?.string == "platt")
            #expect(scored["scored_on"]?["labels"]?.int == 300)
            let before = try #require(scored["before"]?["ece"]?["value"]?.double)
            let after = try #require(scored["after"]?["ece"]?["value"]?.double)
            #expect(before > 0.15 && after < before / 2, "\(before) and \(after)")
            for score in ["brier", "log_loss"] {
                let change = try #require(scored["change"]?[score])
                let value = try #require(change["value"]?.double)
                let raw = try #require(scored["before"]?[score]?["value"]?.double)
                let mapped = try #require(scored["after"]?[score]?["value"]?.double)
                #expect(abs(value - (mapped - raw)) < 1e-12, "\(score)")
                let hi = try #require(change["hi"]?.double)
                #expect(hi < 0 && change["n"]?.int == 300, "the map helps: \(change)")
            }
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM audit_log WHERE action = 'calibration.fitted'") == "3")
        }
    }

    @Test("the night's upkeep fits a map by itself, once a day")
    func nightly() async throws {
        try await TestService.run(labels: ["a", "b"]) { service in
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let ann = try await service.reviewer("ann")
            try await label(service, 0..<150, by: ann)
            func night() async throws -> String {
                // A fresh instance remembers nothing of when it last looked.
                try await DriftUpkeep(
                    pool: service.pool, directory: service.directory, settling: .zero,
                    idSpan: .zero,
                    logger: quiet
                ).step()
                return try await service.sql("SELECT count(*) FROM calibration_map")
            }
            #expect(try await night() == "1")
            #expect(try await night() == "1", "not again on the same day")
            try await service.sql(
                "UPDATE calibration_map SET fitted_at = now() - interval '25 hours'")
            #expect(try await night() == "2")
        }
    }

    @Test("every kind of map is stored and read back")
    func maps() throws {
        let corners = [(0.1, 0.2), (0.5, 0.2), (0.9, 0.95)].map {
            IsotonicMap.Corner(confidence: $0.0, probability: $0.1)
        }
        let isotonic = try #require(IsotonicMap(corners: corners))
        for map in [
            CalibrationMap.identity, .platt(PlattMap(slope: 1.25, offset: -0.5)),
            .temperature(Temperature(1.5)), .isotonic(isotonic),
        ] {
            #expect(try CalibrationMap(json: map.json) == map)
        }
    }
}
