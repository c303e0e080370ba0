import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct DriftCallTests {
    @Test("settings are changed member by member, and the report says them and what is missing")
    func settings() async throws {
        let project = try await TestProject()
        try expectProblem(
            .invalidParameter, try await project.send("GET", "/drift", as: .analyst))
        #expect(try await project.post(prediction("a")).status == 200)
        let first = try await project.send(
            "PUT", "/drift", as: .admin, #"{"inputs":["payload.text","metadata.site"]}"#
        ).json
        #expect(first["window_seconds"]?.int == 86_400)
        #expect(first["reference"]?.string == "first")
        let second = try await project.send(
            "PUT", "/drift", as: .admin, #"{"window_items":500}"#
        ).json
        #expect(second["window_items"]?.int == 500 && second["window_seconds"] == nil)
        #expect(second["inputs"]?.array?.compactMap(\.string) == ["payload.text", "metadata.site"])
        let report = try await project.send("GET", "/drift?windows=5", as: .analyst).json
        #expect(report["settings"]?["window_items"]?.int == 500)
        #expect(report["model"]?.string == "m" && report["model_version"]?.string == "1")
        for key in ["reference", "current", "concept"] {
            #expect(report[key]?["value"] == .null && report[key]?["reason"]?.string != nil)
        }
        #expect(
            report["concept"]?["reason"]?.string?.contains("error_limit") == true)
        let expected = report["expected_error"]
        #expect(expected?["expected"]?["value"] == .null && expected?["gap"]?["value"] == .null)
        #expect(report["alarms"]?.array?.isEmpty == true && report["level"]?.string == "none")
        let named = try await project.send(
            "GET", "/drift?model=m&version=1&from=2026-01-01T00:00:00Z", as: .producer)
        #expect(named.status == 200)
    }

    @Test("what cannot be is refused with its place")
    func refusals() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        for (body, path) in [
            (#"{"window_items":10}"#, "window_items"), (#"{"inputs":["text"]}"#, "inputs[0]"),
        ] {
            let problem = try expectProblem(
                .invalidField, try await project.send("PUT", "/drift", as: .admin, body))
            #expect(problem.detail.contains(path), "\(problem.detail)")
        }
        try expectProblem(
            .unknownField,
            try await project.send("PUT", "/drift", as: .admin, #"{"windows":10}"#))
        let close = "/drift/episodes/1/close"
        try expectProblem(
            .unknownEpisode, try await project.send("POST", close, as: .admin, #"{"reason":"x"}"#))
        try expectProblem(.missingField, try await project.send("POST", close, as: .admin, "{}"))
        try expectProblem(
            .unknownEpisode,
            try await project.send(
                "POST", "/drift/episodes/0/close", as: .admin, #"{"reason":"x"}"#))
        for query in [
            "model=m", "version=1", "model=m&version=2", "windows=0", "from=now",
            "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        ] {
            try expectProblem(
                .invalidParameter, try await project.send("GET", "/drift?\(query)", as: .analyst))
        }
    }

    @Test("calibration says what it takes while there are too few labels")
    func calibration() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        let report = try await project.send("GET", "/calibration", as: .analyst).json
        #expect(report["labels"]?.int == 0 && report["diagram"]?.array?.isEmpty == true)
        for name in ["ece", "mce", "brier", "log_loss", "map"] {
            #expect(report[name]?["value"] == .null && report[name]?["reason"]?.string != nil)
        }
        let problem = try expectProblem(
            .invalidParameter, try await project.send("POST", "/calibration", as: .admin, "{}"))
        #expect(problem.detail.contains("100 labels"), "\(problem.detail)")
        try expectProblem(
            .missingField,
            try await project.send("POST", "/calibration", as: .admin, #"{"version":"1"}"#))
        let kind = try expectProblem(
            .invalidField,
            try await project.send("POST", "/calibration", as: .admin, #"{"kind":"spline"}"#))
        #expect(kind.detail.contains("temperature"), "\(kind.detail)")
    }
}
