import Foundation
import Glibc
import Logging
import SluiceCluster
import TestSupport

/// A directory for one test's clusters, and a way to ask their servers.
struct ClusterFixture {
    let directory: TemporaryDirectory
    /// Where the cluster lies: a subdirectory, which the cluster has to make itself.
    let path: String

    /// Gives `body` a fixture; whatever happens, no server is left afterwards.
    static func use(
        subdirectory: String = "cluster", _ body: (ClusterFixture) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let fixture = ClusterFixture(
            directory: directory, path: "\(directory.path)/\(subdirectory)")
        do {
            try await body(fixture)
        } catch {
            try fixture.cleanUp()
            throw error
        }
        try fixture.cleanUp()
    }

    func cluster(_ options: ClusterOptions = ClusterOptions(durability: .none)) -> EmbeddedCluster {
        EmbeddedCluster(
            directory: path, options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs one statement over a connection of its own; the answer without decoration.
    func ask(_ address: ClusterAddress, _ statement: String) async throws -> String {
        let result = try await runCommand(
            "/usr/bin/psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", address.connectionString],
            input: statement)
        guard result.status == 0 else { throw QuestionFailed(message: result.error) }
        return result.output.trimmingCharacters(in: .newlines)
    }

    func answers(_ address: ClusterAddress) async throws -> Bool {
        try await runCommand("/usr/bin/psql", ["-XAtqc", "SELECT 1", address.connectionString])
            .status == 0
    }

    private func cleanUp() throws {
        let file = "\(path)/data/postmaster.pid"
        if let text = try? String(contentsOfFile: file, encoding: .utf8),
            let process = text.split(separator: "\n").first.flatMap({ Int32($0) }), process > 1,
            process != getpid()
        {
            kill(process, SIGQUIT)
        }
        try directory.remove()
    }
}

struct QuestionFailed: Error {
    let message: String
}
