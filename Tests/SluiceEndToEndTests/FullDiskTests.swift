import Foundation
import Glibc
import TestSupport
import Testing

@Suite("An export to a disk that is full", .inTurns) struct FullDiskTests {
    /// A service with more labels than fit on a small disk.
    private static func labelled(_ body: (Home, String) async throws -> Void) async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (0..<2_000).map { prediction("i\($0)") + "\n" }.joined()
            let imported = try await home.sluice("import", "-", token: admin, input: lines)
            try #require(imported.status == 0, "\(imported.error)")
            try await body(home, admin)
        }
    }

    private static func mayMount() async throws -> Bool {
        guard geteuid() == 0, access("/usr/bin/unshare", X_OK) == 0 else { return false }
        return try await runCommand(
            "/usr/bin/unshare", ["-m", "/bin/mount", "-t", "tmpfs", "none", "/mnt"]
        ).status == 0
    }

    @Test(
        "says so, naming the file, and leaves nothing behind",
        .enabled("a small file system can be mounted here", { try await mayMount() }))
    func file() async throws {
        try await Self.labelled { home, admin in
            let disk = home.path("disk")
            try FileManager.default.createDirectory(
                atPath: disk, withIntermediateDirectories: false)
            // Mounted where only these commands see it: gone with them, however they end.
            let result = try await runCommand(
                "/usr/bin/unshare",
                [
                    "-m", "/bin/sh", "-c",
                    """
                    mount -t tmpfs -o size=64k none "$1" || exit 99
                    "$2" export --include-pseudo --project pets --output "$1/labels.jsonl"
                    status=$?
                    ls -A "$1"
                    exit $status
                    """, "sh", disk, try BuiltProduct.sluice(),
                ], environment: home.environment(token: admin))
            #expect(result.status == 1)
            #expect(
                result.error
                    == "sluice: writing \(disk)/labels.jsonl failed: No space left on device\n")
            #expect(result.output.isEmpty, "left behind: \(result.output)")
        }
    }

    @Test("says so on standard output, too")
    func standardOutput() async throws {
        try await Self.labelled { home, admin in
            let result = try await runCommand(
                "/bin/sh",
                [
                    "-c", "\"$1\" export --include-pseudo --project pets > /dev/full", "sh",
                    try BuiltProduct.sluice(),
                ], environment: home.environment(token: admin))
            #expect(result.status == 1)
            #expect(
                result.error == "sluice: writing the output failed: No space left on device\n")
        }
    }
}
