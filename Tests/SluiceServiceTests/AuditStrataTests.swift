import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Audits by stratum, in the report", .database)
struct AuditStrataTests {
    private static let policy = """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,
         "audits":{"second_look":false,"strata":[{"labels":["b"],"rate":1},{"from":0.9,"rate":0.25}]}}
        """

    private func error(_ service: TestService) async throws -> JSONValue {
        let report = try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), from: nil, to: nil))
        return try #require(report["metrics"]?["auto_accept_error"])
    }

    /// Answers every waiting audit: those whose number is divisible by `wrong` are found wrong.
    private func answerAll(_ service: TestService, wrong: Int) async throws {
        let ann = try await service.reviewer("ann")
        for lease in try await service.lease(1000, by: ann) {
            let name = lease.content.externalID
            let number = Int(name.split(separator: "-").last ?? "") ?? 1
            let predicted = name.hasPrefix("b") ? "b" : "a"
            try await service.answer(
                lease, .label(number % wrong == 0 ? "c" : predicted), id: name, by: ann)
        }
    }

    @Test("strata are counted apart, named, and weighed by their items")
    func strata() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await service.ingest(
                (0..<40).map { SentPrediction("b-\($0)", label: "b", confidence: "0.95") }
                    + (0..<400).map { SentPrediction("sure-\($0)", label: "a", confidence: "0.95") }
                    + (0..<200).map { SentPrediction("rest-\($0)", label: "a", confidence: "0.6") })
            try await answerAll(service, wrong: 8)
            let error = try await error(service)
            let strata = try #require(error["strata"]?.array)
            #expect(strata.map { $0["stratum"]?.int } == [1, 2, nil])
            #expect(strata.map { $0["items"]?.int } == [40, 400, 200])
            #expect(strata.map { $0["rate"]?.double } == [1, 0.25, 0.5])
            #expect(strata[0]["labels"]?.array?.compactMap(\.string) == ["b"])
            #expect(strata[1]["from"]?.double == 0.9 && strata[1]["labels"] == nil)
            #expect(strata[0]["audits"]?.int == 40 && strata[0]["errors"]?.int == 5)
            let counts = try strata.map {
                StratifiedSample.Stratum(
                    items: try #require($0["items"]?.int), audits: try #require($0["audits"]?.int),
                    errors: try #require($0["errors"]?.int))
            }
            let expected = try StratifiedSample(counts).kornGraubard()
            #expect(error["method"]?.string == "korn_graubard")
            for (key, value) in [
                ("value", expected.value), ("lo", expected.lo), ("hi", expected.hi),
            ] {
                #expect(abs((error[key]?.double ?? -1) - value) < 1e-12, "\(key)")
            }
            #expect(error["detail"] == nil && error["confidence_sequence"]?["t_opt"]?.int == 1000)
            #expect(error["upper_bound"]?["method"]?.string == "union")
        }
    }

    @Test("one rate has the exact interval beside it, and an interval for those who look daily")
    func oneRate() async throws {
        let policy =
            #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest((0..<60).map { SentPrediction("a-\($0)", label: "a") })
            try await answerAll(service, wrong: 20)
            let error = try await error(service)
            #expect(error["method"]?.string == "wilson" && error["value"]?.double == 0.05)
            #expect(error["strata"] == nil && error["known_errors"]?.int == 0)
            // All of them were audited: what was found is what there is.
            let exact = error["detail"]?["hypergeometric"]
            #expect(exact?["lo"]?.double == 0.05 && exact?["hi"]?.double == 0.05)
            let sequence = try ConfidenceSequence.standard.interval(for: Proportion(3, of: 60))
            #expect(error["confidence_sequence"]?["hi"]?.double == sequence.hi)
        }
    }

    @Test("strata of policies that number them differently keep their counts and lose their names")
    func renamed() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await service.ingest(
                (0..<40).map { SentPrediction("b-\($0)", label: "b", confidence: "0.95") })
            try await service.setPolicy(
                """
                {"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,
                 "audits":{"second_look":false,"strata":[{"labels":["a"],"rate":1}]}}
                """)
            try await service.ingest(
                (0..<10).map { SentPrediction("a-\($0)", label: "a", confidence: "0.95") })
            try await answerAll(service, wrong: 8)
            let strata = try #require(try await error(service)["strata"]?.array)
            #expect(strata.count == 1 && strata[0]["items"]?.int == 50)
            #expect(strata[0]["stratum"]?.int == 1 && strata[0]["labels"] == nil)
        }
    }
}
