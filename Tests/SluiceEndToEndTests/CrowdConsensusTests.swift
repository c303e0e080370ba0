import Foundation
import SluiceJSON
import TestSupport
import Testing

/// Real people's answers through the whole product, against the truth.
///
/// The sets lie beside the project and may not be in it: where they are not, there is nothing to run.
@Suite("Consensus of crowds that were imported", .inTurns)
struct CrowdConsensusTests {
    @Test(
        "what is estimated of an imported crowd is at least as good as majority vote",
        arguments: ["crowd_reviews", "crowd_weather", "crowd_bluebirds"])
    func crowd(name: String) async throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../shared/data/\(name)").standardizedFileURL
        guard FileManager.default.fileExists(atPath: directory.path) else { return }
        let truth = try Self.truth(directory)
        try await Home.served { home, _ in
            let admin = try await home.token("admin", "root")
            let labels = try JSONValue(
                parsing: String(
                    contentsOf: directory.appending(path: "labels.json"), encoding: .utf8))
            let names = try #require(labels["labels"]?.array).compactMap { $0["id"]?.string }
            let project =
                #"{"name":"crowd","labels":["#
                + names.map { #"{"name":"\#($0)"}"# }.joined(separator: ",") + "]}"
            let created = try await home.sluice(
                "project", "create", "-", token: admin, input: project)
            try #require(created.status == 0, "\(created.error)")
            let policy = try await home.sluice(
                "policy", "set", "-", "--reason", "first", token: admin,
                input: #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#)
            try #require(policy.status == 0, "\(policy.error)")
            let file = directory.appending(path: "annotations.csv").path
            // The votes of reviews are places in a list and not people.
            let anonymous = name == "crowd_reviews" ? ["--anonymous"] : []
            let imported = try await runCommand(
                try BuiltProduct.sluice(),
                ["import", "--reviews", "--create-items"] + anonymous + [file],
                environment: home.environment(token: admin))
            try #require(imported.status == 0, "\(imported.error)")

            let majority = try await Self.score(home, admin, truth, method: "majority")
            let map = try await Self.score(home, admin, truth, method: "map")
            let suited = try await Self.score(home, admin, truth, method: nil)
            for score in [map, suited] {
                #expect(score.accuracy > majority.accuracy - 0.01, "\(score) \(majority)")
                #expect(score.error < majority.error, "\(score) \(majority)")
            }
            let report = try await home.sluice("consensus", token: admin)
            #expect(report.status == 0, "\(report.error)")
            let lines = report.output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(report.output)")
            #expect(lines.contains { $0.hasPrefix("(anonymous)") } == (name == "crowd_reviews"))
            let json = try await home.sluice("consensus", "--json", token: admin)
            #expect(try JSONValue(parsing: json.output)["items"]?.int == truth.count)
        }
    }

    private static func truth(_ directory: URL) throws -> [String: String] {
        let rows = try String(contentsOf: directory.appending(path: "truth.csv"), encoding: .utf8)
            .split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",").map(String.init) }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }

    /// Accuracy over all items, those without a label being wrong, and the error of calibration in 15
    /// bins over those with one.
    private static func score(
        _ home: Home, _ admin: String, _ truth: [String: String], method: String?
    ) async throws -> (accuracy: Double, error: Double) {
        let items = try await runCommand(
            try BuiltProduct.sluice(),
            ["consensus", "--items"] + (method.map { ["--method", $0] } ?? []),
            environment: home.environment(token: admin))
        try #require(items.status == 0, "\(items.error)")
        var right = 0
        var all = 0
        var decided = 0
        var bins = Array(repeating: 0.0, count: 15)
        for line in items.output.split(separator: "\n") {
            let item = try JSONValue(parsing: String(line))
            all += 1
            guard let label = item["label"]?.string else { continue }
            let posterior = try #require(item["posterior"]?.double)
            let id = try #require(item["external_id"]?.string)
            let isRight = try #require(truth[id]) == label
            decided += 1
            right += isRight ? 1 : 0
            bins[min(Int(posterior * 15), 14)] += posterior - (isRight ? 1 : 0)
        }
        try #require(all == truth.count)
        let error = bins.reduce(0) { $0 + abs($1) } / Double(decided)
        return (Double(right) / Double(all), error)
    }
}
