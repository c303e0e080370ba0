import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.inTurns) struct CommandWordsTests {
    @Test(
        "a mistyped command is told with the one that was meant",
        arguments: [
            (["help", "exprt"], "exprt", "export"), (["exprt"], "exprt", "export"),
            (["exprt", "--help"], "exprt", "export"), (["polcy", "show"], "polcy", "policy"),
            (["policy", "shwo"], "shwo", "show"), (["help", "policy", "shwo"], "shwo", "show"),
        ])
    func near(arguments: [String], word: String, meant: String) async throws {
        let result = try await runCommand(try BuiltProduct.sluice(), arguments)
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(
            result.error.hasPrefix(
                "Error: there is no command '\(word)'; did you mean '\(meant)'?"),
            "\(result.error)")
    }

    @Test("what is nowhere near is not guessed, and commands that are there are helped with")
    func others() async throws {
        let far = try await runCommand(try BuiltProduct.sluice(), ["help", "xyzzy"])
        #expect(far.status == 64 && far.error.hasPrefix("Error: there is no command 'xyzzy'\n"))
        for arguments in [
            ["help"], ["help", "export"], ["help", "policy", "show"], ["--help"], [],
        ] {
            let result = try await runCommand(try BuiltProduct.sluice(), arguments)
            #expect(result.status == 0 && result.output.contains("USAGE: sluice"), "\(arguments)")
        }
    }

    @Test("a mistyped data directory is said to hold nothing, and stays as it is")
    func dataDirectory() async throws {
        try await Home.use { home in
            let (missing, empty) = (home.path("typo"), home.path("empty"))
            try FileManager.default.createDirectory(
                atPath: empty, withIntermediateDirectories: false)
            for arguments in [
                ["token", "list"], ["token", "create", "--role", "admin", "--name", "me"],
                ["token", "revoke", "1"], ["migrate"], ["migrate", "--plan"], ["doctor"],
            ] {
                for (path, why) in [
                    (missing, "there is no directory"), (empty, "there is no database in"),
                ] {
                    let result = try await runCommand(
                        try BuiltProduct.sluice(), arguments + ["--data-dir", path],
                        environment: home.environment())
                    #expect(result.status == 1 && result.output.isEmpty, "\(arguments)")
                    #expect(result.error.contains("\(why) \(path)"), "\(result.error)")
                    #expect(result.error.contains("hint: check --data-dir"))
                }
            }
            #expect(!FileManager.default.fileExists(atPath: missing))
            #expect(try FileManager.default.contentsOfDirectory(atPath: empty).isEmpty)
        }
    }

    @Test(
        "an interrupted demo leaves neither processes nor its directory",
        arguments: [
            ("starting a service", SIGINT), ("project debian-sections", SIGTERM),
            ("reviewing at", SIGINT), ("starting a service", SIGHUP),
        ])
    func demo(moment: String, signal: Int32) async throws {
        let top = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let scratch = try TemporaryDirectory()
        let said = scratch.path + "/said"
        let file = open(said, O_WRONLY | O_CREAT, 0o600)
        let child = try ChildProcess(
            try BuiltProduct.sluice(),
            [
                "demo", "--unattended", "--answers", "100000", "--data",
                "\(top.path)/Deploy/demo-data",
            ],
            environment: ["PATH": "/usr/bin:/bin", "TMPDIR": scratch.path], error: file)
        close(file)
        func text() throws -> String { try String(contentsOfFile: said, encoding: .utf8) }
        try await eventually("the demo says: \(moment)", within: .seconds(90)) {
            try text().contains(moment)
        }
        child.signal(signal)
        let status = await child.wait()
        let log = try text()
        #expect(status == -signal, "\(log)")
        let line = try #require(
            log.split(separator: "\n").first { $0.contains("its own PostgreSQL in ") })
        let directory = try #require(line.split(separator: " ").last.map(String.init))
        #expect(!FileManager.default.fileExists(atPath: directory), "\(log)")
        let servers = try await runCommand("/bin/ps", ["-eo", "args"])
        #expect(!servers.output.contains(directory))
        try scratch.remove()
    }
}
