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
        ])
    func workload(arguments: [String]) async throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let program = URL(fileURLWithPath: try BuiltProduct.sluice())
            .deletingLastPathComponent().appendingPathComponent("sluice-bench").path
        let result = try await runCommand(
            program,
            arguments + [
                "--repeats", "1", "--json", "--data",
                root.appendingPathComponent("Deploy/demo-data").path,
            ])
        try #require(result.status == 0, "\(result.output)\n\(result.error)")
        let figures = try JSONValue(parsing: result.output)["figures"]?.array
        #expect(try #require(figures).isEmpty == false)
    }
}
