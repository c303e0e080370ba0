import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

/// 120 audits of which 106 agree and 14 wait for a second look, as nobody was there to give it; on every
/// surface that has an error rate it is the report's.
@Suite("Disputed audits in every figure", .database)
struct DisputedFiguresTests {
    private static let policy =
        #"{"degree":"partial","accept":{"default":0.5},"audit_rate":1,"costs":{"review":1,"error":20}}"#

    private func traffic(_ service: TestService, policy: String = policy) async throws {
        try await service.setRollout(
            #"{"mode":"shadow","serving":"demo/1","candidate":"demo/2"}"#)
        try await service.ingest(
            (0..<120).map {
                SentPrediction(
                    "i\($0)", label: "a", confidence: "0.\(900 + $0 % 90)",
                    more: #""metadata":{"site":"\#($0 % 2 == 0 ? "north" : "south")"}"#)
            })
        try await service.ingest(
            (0..<120).map {
                SentPrediction("i\($0)", label: $0 % 9 == 4 ? "b" : "a", version: "2")
            })
        let ann = try await service.reviewer("ann")
        while true {
            let leases = try await service.lease(50, by: ann)
            if leases.isEmpty { return }
            for lease in leases {
                let number = try #require(Int(lease.content.externalID.dropFirst()))
                try await service.answer(
                    lease, .label(number % 9 == 4 ? "b" : "a"), id: "ann\(number)", by: ann)
            }
        }
    }

    private func parsed(_ bytes: [UInt8]) throws -> JSONValue {
        try JSONValue(parsing: bytes, limits: JSONLimits(depth: 64, bytes: 1 << 24))
    }

    private func reported(_ service: TestService) async throws -> JSONValue {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        let report = try parsed(
            try await reporting.json(project: service.project(), ReportQuestion()))
        return try #require(report["metrics"]?["auto_accept_error"])
    }

    private func expect(
        _ figure: JSONValue?, is reported: JSONValue, complement: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        func number(_ json: JSONValue?, _ key: String) throws -> Double {
            try #require(json?[key]?.double, "\(key) of \(String(describing: json))")
        }
        let (value, lo, hi) = try (
            number(figure, "value"), number(figure, "lo"), number(figure, "hi")
        )
        let mirrored = complement ? (1 - value, 1 - hi, 1 - lo) : (value, lo, hi)
        #expect(
            abs(mirrored.0 - (try number(reported, "value"))) < 1e-9, "\(figure as Any)",
            sourceLocation: sourceLocation)
        #expect(
            abs(mirrored.1 - (try number(reported, "lo"))) < 1e-9, "\(figure as Any)",
            sourceLocation: sourceLocation)
        #expect(
            abs(mirrored.2 - (try number(reported, "hi"))) < 1e-9, "\(figure as Any)",
            sourceLocation: sourceLocation)
    }

    @Test("what-if, risk, errors and the audit plan say what the report says")
    func sameAsReport() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await traffic(service)
            let reported = try await reported(service)
            #expect(reported["audits_disputed"]?.int == 13 && reported["n"]?.int == 107)
            #expect(try #require(reported["value"]?.double) > 0.1 && reported["lo"]?.double == 0)
            let project = try await service.project()
            let whatIf = try parsed(
                try await WhatIf(pool: service.pool).json(WhatIfQuestion(), project: project))
            let inForce = try #require(whatIf["candidates"]?.array?.first)
            try expect(inForce["error"], is: reported)
            #expect(inForce["error"]?["n"]?.int == 107)
            let saved = try #require(inForce["saved"])
            #expect(
                try #require(saved["hi"]?.double) - #require(saved["lo"]?.double) > 20 * 120 * 0.15,
                "what is saved is as uncertain: \(saved)")
            let risk = try parsed(
                try await RiskCoverageReport(pool: service.pool).json(
                    project: project, EvidenceQuestion()))
            try expect(risk["in_force"]?["risk"], is: reported)
            try expect(risk["points"]?.array?.last?["risk"], is: reported)
            #expect(risk["labelled"]?.int == 107 && risk["disputed"]?.int == 13)
            for slicing in ["label", "metadata.site"] {
                let errors = try parsed(
                    try await ErrorReport(pool: service.pool, pageRows: 50).json(
                        project: project, EvidenceQuestion(),
                        by: #require(ErrorReport.Slicing(slicing)), named: slicing))
                try expect(errors["error_rate"], is: reported)
                try expect(errors["accuracy"], is: reported, complement: true)
                #expect(errors["labelled"]?.int == 107 && errors["disputed"]?.int == 13)
                let warnings = errors["warnings"]?.array?.compactMap(\.string) ?? []
                #expect(warnings.contains { $0.hasPrefix("13 audits are disputed") })
                let slices = try #require(errors["slices"]?.array)
                if slicing == "label" { try expect(slices.first?["error_rate"], is: reported) }
                for slice in slices {
                    #expect(try #require(slice["error_rate"]?["hi"]?.double) > 0.1)
                }
                if slicing == "label" {
                    try expect(
                        errors["labels"]?.array?.first?["precision"], is: reported, complement: true
                    )
                }
            }
            let plan = try parsed(
                try await AuditPlanning(pool: service.pool).json(
                    AuditPlanQuestion(goal: .halfWidth(0.02)), project: project))
            try expect(plan["expected_error"], is: reported)
            #expect(plan["expected_error"]?["source"]?.string == "measured")
        }
    }

    @Test("calibration has them at both ends, and the map is fitted with them")
    func calibration() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await traffic(service)
            let reported = try await reported(service)
            let project = try await service.project()
            let report = try parsed(
                try await CalibrationReport(pool: service.pool).json(
                    project: project, version: ModelVersion("demo/1"), from: nil, to: nil))
            #expect(report["labels"]?.int == 107 && report["disputed"]?.int == 13)
            try expect(report["diagram"]?.array?.first?["accuracy"], is: reported, complement: true)
            let gap = try #require(report["ece"])
            #expect(try #require(gap["hi"]?.double) > 0.05 && #require(gap["lo"]?.double) < 0.06)
            let calibrating = Calibrating(pool: service.pool, directory: service.directory)
            _ = try await calibrating.fit(
                ModelVersion("demo/1"), of: project, from: nil, to: nil, by: service.admin)
            let drift = try parsed(
                try await DriftReport(pool: service.pool).json(
                    project: service.project(), version: ModelVersion("demo/1"), from: nil, to: nil,
                    windows: 28))
            let expected = try #require(drift["expected_error"]?["expected"]?["value"]?.double)
            #expect(abs(expected - (try #require(reported["value"]?.double))) < 0.02, "\(expected)")
        }
    }

    @Test(
        "a comparison has the errors of both versions at both ends, and no verdict that they decide"
    )
    func comparison() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await traffic(service)
            let reported = try await reported(service)
            var question = ComparisonQuestion()
            question.serving = ModelVersion("demo/1")
            question.candidate = ModelVersion("demo/2")
            let comparison = try parsed(
                try await Comparing(pool: service.pool).json(
                    project: service.project(), question))
            let overall = try #require(comparison["overall"])
            #expect(overall["n"]?.int == 107 && comparison["selection"]?["disputed"]?.int == 13)
            for key in ["serving_error", "candidate_error"] {
                let figure = try #require(overall[key])
                #expect(figure["n"]?.int == 107)
                #expect(figure["lo"]?.double == 0)
                #expect(
                    try #require(figure["hi"]?.double) >= #require(reported["hi"]?.double) - 1e-9,
                    "\(key): \(figure)")
            }
            let difference = try #require(overall["error_difference"])
            #expect(
                try #require(difference["lo"]?.double) < -0.1
                    && #require(difference["hi"]?.double) > 0.1)
            #expect(comparison["verdict"]?["may_advance"]?.bool == false)
            let notes = comparison["selection"]?["notes"]?.array?.compactMap(\.string) ?? []
            #expect(notes.contains { $0.hasPrefix("13 audits are disputed") }, "\(notes)")
        }
    }
}
