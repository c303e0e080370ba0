import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import TestSupport
import Testing

@Suite("From which confidence on accepting pays", .database)
struct ThresholdSuggestionTests {
    private static let policy = """
        {"degree":"partial","accept":{"default":0.9,"labels":{"b":0.99}},\
        "costs":{"review":0.5,"error":20,"labels":{"b":100}}}
        """

    /// The suggestions of the report; those of trying policies out must be the same.
    private func suggestions(_ service: TestService) async throws -> [JSONValue] {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        let report = try await JSONValue(
            parsing: reporting.json(project: service.project(), from: nil, to: nil))
        let tried = try await JSONValue(
            parsing: WhatIf(pool: service.pool).json(
                WhatIfQuestion(), project: service.project()))
        let suggestions = try #require(report["cost"]?["suggestions"]?.array)
        #expect(tried["cost"]?["suggestions"]?.array == suggestions)
        return suggestions
    }

    private func from(_ suggestions: [JSONValue], _ expected: [Double]) {
        #expect(suggestions.count == expected.count)
        for (suggestion, expected) in zip(suggestions, expected) {
            #expect(abs((suggestion["accept_from"]?.double ?? .infinity) - expected) < 1e-9)
        }
    }

    @Test("with a map it is a confidence whose probability is worth it, and says by which map")
    func calibrated() async throws {
        try await TestService.run(labels: ["a", "b"], policy: Self.policy) { service in
            try await service.ingest([SentPrediction("x", confidence: "0.95", version: "1")])
            let plain = try await suggestions(service)
            from(plain, [0.975, 0.995])
            #expect(plain.allSatisfy { $0["calibration"] == .null })
            #expect(
                plain.allSatisfy {
                    $0["assumes"]?.string?.contains("confidences taken at their word") == true
                })

            try await service.store(.platt(PlattMap(slope: 1.5, offset: -1)), of: "1")
            let mapped = try await suggestions(service)
            // ln(0.975 / 0.025) = 3.663562, and (3.663562 + 1) / 1.5 = 3.109041, whose odds they are.
            from(mapped, [0.9572641447506682, 0.9851608584929428])
            #expect(mapped.map { $0["label"]?.string } == [nil, "b"])
            #expect(mapped.map { $0["threshold_in_force"]?.double } == [0.9, 0.99])
            for (suggestion, probability) in zip(mapped, [0.975, 0.995]) {
                #expect(abs((suggestion["probability"]?.double ?? 0) - probability) < 1e-12)
                #expect(
                    abs(
                        (suggestion["error_worth_accepting"]?.double ?? 0) - (1 - probability))
                        < 1e-12)
                let map = suggestion["calibration"]
                #expect(map?["model"]?.string == "demo" && map?["model_version"]?.string == "1")
                #expect(map?["map"]?.int == 1 && map?["kind"]?.string == "platt")
                #expect(map?["labels"]?.int == 100)
                #expect(map?["fitted_at"]?.string?.hasSuffix("Z") == true)
                #expect(suggestion["assumes"]?.string?.contains("at their word") == false)
            }

            // It stays a suggestion: 0.95 is accepted by the threshold in force, as before.
            let outcome = try await service.ingest([
                SentPrediction("y", confidence: "0.95", version: "1")
            ])
            #expect(outcome[0].stored?.route.answersWithLabel == true)
            #expect(try await service.project().policy.accept.standard == 0.9)
        }
    }

    @Test("where no confidence reaches what it takes there is no threshold to suggest")
    func none() async throws {
        try await TestService.run(labels: ["a", "b"], policy: Self.policy) { service in
            try await service.ingest([SentPrediction("x", version: "1")])
            let corners = [
                IsotonicMap.Corner(confidence: 0.4, probability: 0.5),
                IsotonicMap.Corner(confidence: 0.8, probability: 0.98),
                IsotonicMap.Corner(confidence: 0.9, probability: 0.98),
            ]
            try await service.store(
                .isotonic(try #require(IsotonicMap(corners: corners))), of: "1")
            let suggestions = try await suggestions(service)
            // 0.4 + 0.4 * (0.975 - 0.5) / 0.48.
            #expect(
                abs((suggestions[0]["accept_from"]?.double ?? 0) - 0.7958333333333334) < 1e-9)
            #expect(suggestions[0]["reason"] == nil)
            #expect(suggestions[1]["accept_from"] == .null)
            #expect(suggestions[1]["reason"]?.string?.contains("no confidence reaches") == true)
        }
    }

    @Test("the map is that of the version that serves, and no other version's")
    func serving() async throws {
        try await TestService.run(labels: ["a", "b"], policy: Self.policy) { service in
            try await service.ingest([SentPrediction("x", version: "1")])
            try await service.store(.platt(PlattMap(slope: 1.5, offset: -1)), of: "1")
            try await service.ingest([SentPrediction("y", version: "2")])
            from(try await suggestions(service), [0.975, 0.995])
            try await service.setRollout(#"{"serving":"demo/1"}"#)
            from(try await suggestions(service), [0.9572641447506682, 0.9851608584929428])
            try await service.setRollout(#"{"serving":"demo/2"}"#)
            #expect(try await suggestions(service).allSatisfy { $0["calibration"] == .null })
        }
    }
}
