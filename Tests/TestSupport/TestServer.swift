import Foundation
import Glibc
import Logging
import SluiceCluster

/// The PostgreSQL server of a test run: private, started when the first test asks, forgetful of crashes
/// and therefore fast.
///
/// However the run ends, a watchdog ends the server and removes its directory. With
/// `SLUICE_TEST_KEEP=1` the directory stays; `log/postgres.log` in it has every statement.
public struct TestServer: Sendable {
    /// How to reach it as the role that owns everything.
    public let address: ClusterAddress
    /// Where every statement of every test is written down.
    public let log: String
    // Both live as long as the run: the cluster holds the directory, the socket holds the watchdog.
    private let cluster: EmbeddedCluster
    private let watchdog: Watchdog

    /// The one server of this process.
    public static func shared() async throws -> TestServer { try await Starter.only.server() }

    private actor Starter {
        static let only = Starter()
        private var starting: Task<TestServer, any Error>?

        func server() async throws -> TestServer {
            let task = starting ?? Task { try await TestServer() }
            starting = task
            return try await task.value
        }
    }

    private init() async throws {
        let directory = try TemporaryDirectory()
        watchdog = try Watchdog(directory: directory.path)
        cluster = EmbeddedCluster(
            directory: "\(directory.path)/c",
            options: ClusterOptions(durability: .none, settings: Self.settings),
            logger: Logger(label: "test-server") { _ in SwiftLogNoOpLogHandler() })
        address = try await cluster.start()
        log = "\(directory.path)/c/log/postgres.log"
    }

    /// Chosen to bring bugs to light: nobody's local time is the server's, and whole quarters of an hour
    /// off; and to leave the log complete.
    private static let settings = [
        "timezone": "Asia/Kathmandu",
        "log_statement": "all",
        "log_min_error_statement": "error",
        "log_error_verbosity": "default",
        "autovacuum": "off",
        "max_connections": "800",
        "shared_buffers": "64MB",
        "max_prepared_transactions": "0",
    ]

    /// Runs statements with `psql`, so that the tests' tools do not depend on the code under test.
    ///
    /// - Returns: the rows, one a line, columns separated by `|`.
    @discardableResult
    public func execute(
        _ statements: String, database: String = "sluice", user: String? = nil
    ) async throws -> String {
        let result = try await runCommand(
            "/usr/bin/psql",
            [
                "-XAtq", "-v", "ON_ERROR_STOP=1",
                address.connectionString(database: database, user: user),
            ], input: statements)
        guard result.status == 0 else {
            throw StatementsFailed(message: result.error, log: log)
        }
        return result.output.trimmingCharacters(in: .newlines)
    }
}

/// Statements a test needed did not run.
public struct StatementsFailed: Error, CustomStringConvertible {
    let message: String
    let log: String
    /// What PostgreSQL said, and where the rest stands.
    public var description: String { "\(message) (all statements: \(log))" }
}

/// A shell that waits for the end of this process, however it comes, and then clears up after it.
private struct Watchdog {
    private let child: ChildProcess

    /// Our end of the socket is never closed here: the system does it when the process ends.
    init(directory: String) throws {
        var ends: [Int32] = [0, 0]
        // Closed on exec from the beginning: a server that kept an end would keep the watchdog waiting.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        defer { close(ends[0]) }
        let script = """
            read -r _
            read -r server < "$1/c/data/postmaster.pid" && kill -QUIT "$server"
            for _ in $(seq 100); do kill -0 "$server" || break; sleep 0.05; done
            [ -n "$SLUICE_TEST_KEEP" ] || rm -rf -- "$1"
            """
        child = try ChildProcess("/bin/sh", ["-c", script, "sh", directory], input: ends[0])
    }
}
