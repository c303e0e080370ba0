import Foundation
import SluiceAPI
import SluiceDomain
import TestSupport
import Testing

/// The README promises nothing that does not work: its commands are run, its table is compared.
@Suite("README")
struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text() throws -> String {
        try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    }

    /// The blocks a reader would paste into a shell, in order.
    private static func shellBlocks(_ text: String) -> [String] {
        text.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    @Test("every shell command of the README works, in the order it is told")
    func commands() async throws {
        let place = try TemporaryDirectory()
        let data = try TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: "\(place.path)/Deploy",
            withDestinationPath: Self.root.appendingPathComponent("Deploy").path)
        let service = try await ServiceProcess(environment: ["SLUICE_DATA_DIR": data.path])
        let sluice = URL(fileURLWithPath: try BuiltProduct.sluice())
        let blocks = Self.shellBlocks(try Self.text())
        #expect(blocks.count >= 4)
        let script =
            """
            set -euo pipefail
            cd '\(place.path)'
            export PATH='\(sluice.deletingLastPathComponent().path)':"$PATH" USER=reader
            export SLUICE_DATA_DIR='\(data.path)' SLUICE_URL='\(service.url.absoluteString)'

            """ + blocks.joined(separator: "\n")
        let result = try await runCommand("/bin/bash", ["-c", script])
        #expect(result.status == 0, "\(result.output)\n\(result.error)")
        #expect(result.output.contains("\"route\":\"queued\""))
        #expect(result.output.contains("SLU-105"), "the line with a wrong label is refused")
        #expect(result.output.contains("automation rate"))
        let labels = try String(contentsOfFile: "\(place.path)/labels.jsonl", encoding: .utf8)
        #expect(labels.contains("\"label\":\"science\""))
        #expect(await service.terminate() == 0)
        try place.remove()
        try data.remove()
    }

    @Test("the table of errors is the one of the code")
    func errors() throws {
        let text = try Self.text()
        for code in ErrorCode.allCases {
            let row = ProblemTable.row(code)
            #expect(text.contains("| `\(code.rawValue)` | \(row.status) | \(row.title) |"))
        }
    }
}
