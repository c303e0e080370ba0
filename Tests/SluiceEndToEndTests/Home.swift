import Foundation
import Glibc
import SluiceClient
import SluiceJSON
import TestSupport
import Testing

/// A data directory with the programs that work on it: `sluice serve`, and commands beside it.
struct Home: Sendable {
    /// Where the private database lives.
    let data: String
    /// Where the service of this directory listens.
    let port: Int
    private let directory: TemporaryDirectory

    /// Runs `body` in a fresh directory; whatever it leaves running is ended.
    static func use<Value>(_ body: (Home) async throws -> Value) async throws -> Value {
        let home = try Home()
        do {
            let value = try await body(home)
            try await home.clear()
            return value
        } catch {
            try await home.clear()
            throw error
        }
    }

    /// Runs `body` beside a service, which is stopped in order at the end.
    static func served<Value>(
        _ environment: [String: String] = [:],
        _ body: (Home, ServiceProcess) async throws -> Value
    ) async throws -> Value {
        try await use { home in
            let service = try await home.serve(environment)
            do {
                let value = try await body(home, service)
                let status = await service.terminate()
                #expect(status == 0, "\(service.standardError)")
                return value
            } catch {
                await service.kill()
                throw error
            }
        }
    }

    private init() throws {
        directory = try TemporaryDirectory()
        data = directory.path + "/d"
        port = try ServiceProcess.freePort()
    }

    /// Ends a server that was left behind, and removes everything.
    private func clear() async throws {
        if let server = postmaster {
            kill(server, SIGQUIT)
            try await eventually("the server ends") { kill(server, 0) != 0 }
        }
        // Files that a server on its way out removes itself must not stop this.
        let removal = try await runCommand("/bin/rm", ["-rf", "--", directory.path])
        #expect(removal.status == 0, "\(removal.error)")
    }

    /// The process of the private PostgreSQL; nil when none runs.
    var postmaster: Int32? {
        guard
            let text = try? String(contentsOfFile: "\(data)/data/postmaster.pid", encoding: .utf8),
            let process = text.split(separator: "\n").first.flatMap({ Int32($0) }),
            kill(process, 0) == 0
        else { return nil }
        return process
    }

    /// Starts the service of this directory.
    func serve(_ environment: [String: String] = [:]) async throws -> ServiceProcess {
        try await ServiceProcess(
            environment: environment.merging(["SLUICE_DATA_DIR": data]) { $1 }, port: port,
            within: .seconds(60))
    }

    /// The environment of commands.
    func environment(token: String? = nil, _ more: [String: String] = [:]) -> [String: String] {
        var variables = [
            "PATH": "/usr/bin:/bin", "HOME": directory.path, "TERM": "xterm-256color",
            "SLUICE_DATA_DIR": data, "SLUICE_URL": "http://127.0.0.1:\(port)",
        ]
        variables["SLUICE_TOKEN"] = token
        return variables.merging(more) { $1 }
    }

    /// Runs `sluice` with these arguments to its end.
    func sluice(
        _ arguments: String..., token: String? = nil, input: String = "",
        with more: [String: String] = [:]
    ) async throws -> CommandResult {
        try await runCommand(
            try BuiltProduct.sluice(), arguments, environment: environment(token: token, more),
            input: input)
    }

    /// Makes a token, as an operator does.
    func token(_ role: String, _ name: String, project: String? = nil) async throws -> String {
        let result = try await runCommand(
            try BuiltProduct.sluice(),
            ["token", "create", "--role", role, "--name", name]
                + (project.map { ["--project", $0] } ?? []),
            environment: environment())
        try #require(result.status == 0, "\(result.error)")
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// Writes a file beside the data.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(directory.path)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A path beside the data.
    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    /// Creates the project of these tests, and its policy.
    ///
    /// - Returns: an admin's token.
    func makeProject(
        policy: String = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#
    ) async throws -> String {
        let admin = try await token("admin", "root")
        for (arguments, text) in [
            (["project", "create", "-"], Self.project),
            (["policy", "set", "-", "--reason", "first"], policy),
        ] {
            let result = try await runCommand(
                try BuiltProduct.sluice(), arguments, environment: environment(token: admin),
                input: text)
            try #require(result.status == 0, "\(result.error)")
        }
        return admin
    }

    static let project = """
        {"name":"pets","labels":[{"name":"cat","key":"c"},{"name":"dog","key":"d"}],\
        "guidelines":"Whiskers: cat.","dwell_ms":0}
        """

    /// What the private database answers to a query, past the service.
    func ask(_ query: String) async throws -> String {
        let client = try await runCommand(
            "/usr/bin/psql", ["-XAtq", "-c", query, try connectionString()])
        try #require(client.status == 0, "\(client.error)")
        return client.output.trimmingCharacters(in: .newlines)
    }

    /// How to connect to the private database.
    func connectionString() throws -> String {
        let lines = try String(contentsOfFile: "\(data)/data/postmaster.pid", encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        return "host='\(lines[4])' port=\(lines[3]) user=sluice dbname=sluice"
    }
}

/// A prediction of these tests' model.
func prediction(_ id: String, confidence: String = "0.95", label: String = "cat") -> String {
    """
    {"external_id":"\(id)","model":"m","model_version":"1","label":"\(label)",\
    "confidence":\(confidence),"payload":{"text":"meow \(id)"}}
    """
}
