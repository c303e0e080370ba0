import Glibc
import SluicePostgres
import Synchronization

/// A PostgreSQL server of the tests' own, on a socket in /tmp; it goes when the test process does.
final class ScratchServer: Sendable {
    private static let only = Mutex<ScratchServer?>(nil)
    private static let spawning = Mutex(())

    let directory: String
    private let watchdog: Int32

    /// The server most tests share.
    static func shared() throws -> ScratchServer {
        try only.withLock { server in
            if let server { return server }
            let new = try ScratchServer()
            server = new
            return new
        }
    }

    /// Starts a server; those that are stopped by a test should be the test's own.
    init() throws {
        directory = "/tmp/sluicepg\(UInt32.random(in: 0...UInt32.max))"
        // Under the lock, so that no program started meanwhile inherits the pipe and keeps it open.
        let ends = try Self.spawning.withLock { _ in
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw Failed(command: "pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return ends
        }
        watchdog = ends[1]
        defer { close(ends[0]) }
        try Self.run("mkdir -m 700 \(directory)")
        try Self.run("initdb -D \(directory)/data -U tester --no-sync --no-locale -E UTF8 -A trust")
        try start()
        // Whatever way this process ends, its end of the pipe closes, and the server is stopped.
        _ = try Self.spawn(
            "read line; pg_ctl -D \(directory)/data -m immediate stop; rm -rf \(directory)",
            input: ends[0])
    }

    func options(_ database: String = "postgres") -> ConnectionOptions {
        ConnectionOptions(
            connectionString: "host=\(directory) user=tester dbname=\(database)",
            applicationName: "tests")
    }

    func start() throws {
        try Self.run(
            """
            pg_ctl -D \(directory)/data -w -l \(directory)/log start -o "-k \(directory) \
            -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
            -c max_connections=200 -c deadlock_timeout=50ms"
            """)
    }

    func stop() throws { try Self.run("pg_ctl -D \(directory)/data -w -m immediate stop") }

    /// Creates a database and returns how to reach it.
    func database() async throws -> ConnectionOptions {
        let name = "scratch\(UInt32.random(in: 0...UInt32.max))"
        let connection = try await Connection.open(options())
        try await connection.run { try $0.script("CREATE DATABASE \(name)") }
        await connection.close()
        return options(name)
    }

    private struct Failed: Error { let command: String }

    private static func run(_ command: String) throws {
        var status: Int32 = 0
        waitpid(try spawn(command, input: STDIN_FILENO), &status, 0)
        guard status == 0 else { throw Failed(command: command) }
    }

    /// Starts a shell command as the server's user.
    ///
    /// Not through Foundation's `Process`, which takes a
    /// program for running while a server that it started still runs.
    private static func spawn(_ command: String, input: Int32) throws -> pid_t {
        let script =
            "PATH=/usr/lib/postgresql/15/bin:$PATH; cd /tmp; { \(command); } >/dev/null 2>&1"
        let words =
            (getuid() == 0 ? ["/sbin/runuser", "-u", "postgres", "--"] : []) + [
                "/bin/sh", "-c", script,
            ]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        return try spawning.withLock { _ in
            var pid: pid_t = 0
            guard posix_spawn(&pid, words[0], &actions, nil, &arguments, environ) == 0 else {
                throw Failed(command: command)
            }
            return pid
        }
    }
}

/// A statement named after its own text.
func sql(_ text: String) -> Statement {
    Statement(name: "\(text.prefix(40))#\(text.utf8.count)", text: text)
}

/// Runs `body` on a new connection to the shared server.
@discardableResult
func withConnection<T: Sendable>(_ body: @escaping @Sendable (Session) throws -> T) async throws
    -> T
{
    let connection = try await Connection.open(ScratchServer.shared().options())
    do {
        let value = try await connection.run(body)
        await connection.close()
        return value
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs `body` with a pool, which is shut down whatever happens.
func withPool<T: Sendable>(
    _ options: ConnectionOptions? = nil, maximum: Int = 4,
    waitLimit: Int = 1000, waitTimeout: Duration = .seconds(5),
    _ body: (ConnectionPool) async throws -> T
) async throws -> T {
    let pool = ConnectionPool(
        options: try options ?? ScratchServer.shared().options(),
        configuration: .init(maximum: maximum, waitLimit: waitLimit, waitTimeout: waitTimeout))
    do {
        let value = try await body(pool)
        await pool.shutdown()
        return value
    } catch {
        await pool.shutdown()
        throw error
    }
}

/// The code of the error that `body` throws.
func code<T>(
    of body: () async throws -> T
) async throws -> PostgresError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as PostgresError {
        return error.code
    }
}

/// Asks until the answer is yes, for up to ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let limit = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < limit {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}

/// Asks the server something through a pool; the answer is 1.
@discardableResult
func ping(_ pool: ConnectionPool) async throws -> Int {
    try await pool.withSession { try $0.query(sql("SELECT 1")).count }
}

/// Ends a server process, and waits until it is gone.
func terminate(_ pid: Int32?) async throws {
    try await withConnection {
        try $0.execute(sql("SELECT pg_terminate_backend($1, 5000)"), [.optional(pid)])
    }
}
