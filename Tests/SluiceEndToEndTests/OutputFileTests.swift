import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.inTurns) struct OutputFileTests {
    /// Runs `body` beside a service with some labels.
    private func exporting(_ body: (Home, String, String) async throws -> Void) async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (0..<400).map { prediction("i\($0)") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            let whole = try await home.sluice("export", "--include-pseudo", token: admin)
            #expect(whole.status == 0 && whole.output.split(separator: "\n").count == 400)
            try await body(home, admin, whole.output)
        }
    }

    private func kind(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    @Test("what is no regular file is written to as it stands, and links stay links")
    func kinds() async throws {
        try await exporting { home, admin, whole in
            func export(_ path: String) async throws -> CommandResult {
                try await home.sluice("export", "--include-pseudo", "-o", path, token: admin)
            }
            let dash = try await export("-")
            #expect(dash.status == 0 && dash.output == whole)
            #expect(kind("-") == 0)
            let standard = home.path("stdout")
            #expect(symlink("/proc/self/fd/1", standard) == 0)
            #expect(try await export(standard).output == whole)
            #expect(kind(standard) == S_IFLNK)

            let (target, link, dangling) = (
                home.path("target"), home.path("link"), home.path("new")
            )
            #expect(FileManager.default.createFile(atPath: target, contents: Data("old".utf8)))
            #expect(chmod(target, 0o600) == 0)
            #expect(symlink("target", link) == 0 && symlink("not-yet", dangling) == 0)
            for path in [link, dangling] {
                #expect(try await export(path).status == 0)
                #expect(kind(path) == S_IFLNK)
                #expect(try String(contentsOfFile: path, encoding: .utf8) == whole)
            }
            var status = stat()
            #expect(stat(target, &status) == 0 && status.st_mode & 0o777 == 0o600)

            let pipe = home.path("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            async let read = runCommand("/bin/cat", [pipe])
            #expect(try await export(pipe).status == 0)
            #expect(try await read.output == whole)
            #expect(kind(pipe) == S_IFIFO)
            #expect(try await export("/dev/null").status == 0)
            #expect(kind("/dev/null") == S_IFCHR)

            let directory = try await export(home.path("."))
            #expect(directory.status == 1 && directory.error.contains("it is a directory"))
            let missing = try await export(home.path("no/such"))
            #expect(missing.status == 1 && missing.error.contains("No such file"))
            let left = try FileManager.default.contentsOfDirectory(atPath: home.path("."))
            #expect(!left.contains { $0.contains(".part") }, "\(left)")
        }
    }

    @Test("an interrupted export leaves nothing", arguments: [SIGINT, SIGTERM, SIGHUP])
    func interrupted(signal: Int32) async throws {
        try await exporting { home, admin, _ in
            let proxy = try CutProxy(to: .port(home.port))
            defer { proxy.close() }
            proxy.set(.blackhole)
            let child = try ChildProcess(
                try BuiltProduct.sluice(),
                ["export", "-p", "pets", "-o", home.path("labels.jsonl")],
                environment: home.environment(
                    token: admin, ["SLUICE_URL": "http://127.0.0.1:\(proxy.port)"]))
            func left() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: home.path("."))
                    .filter { $0.hasPrefix("labels") }
            }
            try await eventually("it has begun") { try left().count == 1 }
            child.signal(signal)
            #expect(await child.wait() == -signal)
            #expect(try left().isEmpty)
        }
    }

    @Test("whoever stops reading ends a command quietly")
    func readerGone() async throws {
        try await exporting { home, admin, _ in
            let program = try BuiltProduct.sluice()
            let predictions = (0..<3000).map { prediction("j\($0)") + "\n" }.joined()
            let file = try home.file("more.jsonl", predictions)
            for command in [
                "export --include-pseudo", "import --json \(file)", "report", "project show",
                "policy show", "policy history", "review --keys", "token list", "help", "agreement",
                "audit-log", "item show i0", "doctor", "errors", "queue show", "drift --json",
            ] {
                // The reader is gone before the first byte comes.
                let result = try await runCommand(
                    "/bin/bash",
                    [
                        "-c",
                        "( sleep 0.2; \"$0\" \(command) 2>\"$1\"; echo $? >\"$1.status\" ) | true",
                        program, home.path("said"),
                    ], environment: home.environment(token: admin))
                #expect(result.status == 0)
                let said = try String(contentsOfFile: home.path("said"), encoding: .utf8)
                #expect(!said.contains("failed") && !said.contains("pipe"), "\(command): \(said)")
                let status = try String(contentsOfFile: home.path("said.status"), encoding: .utf8)
                #expect(["0\n", "141\n"].contains(status), "\(command): \(status)\(said)")
            }
        }
    }
}
