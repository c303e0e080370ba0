import Foundation
import SluiceJSON
import TestSupport
import Testing

/// A measurement that stopped working would be noticed only by whoever needs its figure; none of
/// what is measured here is asserted.
@Suite("sluice-bench", .inTurns)
struct BenchTests {
    @Test(
        "a workload measures the service beside its baseline",
        arguments: [
            ["review", "--backlog", "5000", "--clients", "2", "--seconds", "1"],
            ["single", "--connections", "2", "--seconds", "1"],
            ["ingest", "--predictions", "500", "--connections", "1"],
            ["export", "--labels", "500"],
            ["rollback", "--rollbacks", "1", "--clients", "1"],
            ["report", "--predictions", "2000", "--few", "500", "--days", "2"],
        ])
    func workload(arguments: [String]) async throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let figures = try await figures(
            arguments + ["--data", root.appendingPathComponent("Deploy/demo-data").path])
        #expect(!figures.isEmpty)
    }

    @Test("the estimate of labels comes to what the baseline comes to")
    func consensus() async throws {
        let figures = try await figures(
            ["consensus", "--items", "2000", "--reviewers", "20", "--labels", "5"])
        #expect(figures.count == 2)
    }

    private func figures(_ arguments: [String]) async throws -> [JSONValue] {
        let program = URL(fileURLWithPath: try BuiltProduct.sluice())
            .deletingLastPathComponent().appendingPathComponent("sluice-bench").path
        let result = try await runCommand(program, arguments + ["--repeats", "1", "--json"])
        try #require(result.status == 0, "\(result.output)\n\(result.error)")
        return try #require(try JSONValue(parsing: result.output)["figures"]?.array)
    }
}
