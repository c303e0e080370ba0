import Foundation
import Glibc
import SluiceCluster
import TestSupport
import Testing

@Suite("After a crash") struct ClusterRecoveryTests {
    @Test("of the server, the supervisor brings it back with what was committed")
    func serverKilled() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            let supervisor = Task { try await cluster.run() }
            for round in 1...2 {
                _ = try await fixture.ask(
                    address, "CREATE TABLE round_\(round) AS SELECT 1; CHECKPOINT")
                let process = try #require(await cluster.serverProcess)
                kill(process, SIGKILL)
                try await eventually("the server is back after kill \(round)") {
                    let current = await cluster.serverProcess
                    guard let current, current != process else { return false }
                    return try await fixture.answers(address)
                }
            }
            #expect(try await fixture.ask(address, "SELECT 1 FROM round_1, round_2") == "1")
            supervisor.cancel()
            try await supervisor.value
            #expect(try await !fixture.answers(address))
        }
    }

    @Test("of the server with a busy session, the start waits until that session is gone")
    func busySessionOutlivesServer() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            // Only a session that never waits overlooks the death of its server for a while.
            let busy = """
                DO $$ DECLARE till timestamptz := clock_timestamp() + interval '1.5 s';
                BEGIN WHILE clock_timestamp() < till LOOP END LOOP; END $$
                """
            let session = Task { try await fixture.ask(address, busy) }
            try await eventually("the session is busy") {
                try await fixture.ask(
                    address, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO $$%'")
                    == "1"
            }
            let process = try #require(await cluster.serverProcess)
            kill(process, SIGKILL)
            try await eventually("the end is noticed") { await cluster.serverProcess == nil }
            _ = try await cluster.start()
            #expect(try await fixture.answers(address))
            _ = await session.result
            await cluster.stop()
        }
    }

    @Test("of the service, the next one takes over the running server and stops it at its end")
    func survivingServer() async throws {
        try await ClusterFixture.use { fixture in
            let first = fixture.cluster()
            let address = try await first.start()
            await first.stop()
            try await startServerWithoutService(fixture, address)
            let survivor = try await fixture.ask(address, "SELECT pg_backend_pid()")
            #expect(!survivor.isEmpty)

            let second = fixture.cluster()
            #expect(try await second.start() == address)
            let process = try #require(await second.serverProcess)
            #expect(try serverProcess(in: fixture) == process)
            await second.stop()
            #expect(try await !fixture.answers(address))
            #expect(await second.serverProcess == nil)
        }
    }

    @Test("of a server that was taken over, the supervisor starts one of its own")
    func adoptedServerKilled() async throws {
        try await ClusterFixture.use { fixture in
            let first = fixture.cluster()
            let address = try await first.start()
            await first.stop()
            try await startServerWithoutService(fixture, address)
            let cluster = fixture.cluster()
            _ = try await cluster.start()
            let supervisor = Task { try await cluster.run() }
            let process = try #require(await cluster.serverProcess)
            kill(process, SIGKILL)
            try await eventually("a new server answers") {
                guard let current = await cluster.serverProcess, current != process else {
                    return false
                }
                return try await fixture.answers(address)
            }
            await cluster.stop()
            try await supervisor.value
        }
    }

    @Test("of the whole machine, a number that now belongs to another process is no obstacle")
    func reusedProcessNumber() async throws {
        try await ClusterFixture.use { fixture in
            let first = fixture.cluster()
            let address = try await first.start()
            let running = try String(
                contentsOfFile: "\(fixture.path)/data/postmaster.pid", encoding: .utf8)
            await first.stop()
            var lines = running.split(separator: "\n", omittingEmptySubsequences: false)
            lines[0] = "\(getpid())"
            try Data(lines.joined(separator: "\n").utf8).write(
                to: URL(fileURLWithPath: "\(fixture.path)/data/postmaster.pid"))
            let second = fixture.cluster()
            _ = try await second.start()
            #expect(try await fixture.answers(address))
            #expect(await second.serverProcess != getpid())
            await second.stop()
        }
    }

    @Test("a start that is cancelled leaves nothing running")
    func cancelledStart() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let start = Task { try await cluster.start() }
            start.cancel()
            let result = await start.result
            if case .failure(let error) = result {
                #expect(error as? ClusterError == .stoppedWhileStarting)
                #expect(await cluster.serverProcess == nil)
            }
            await cluster.stop()
            let left = try serverProcess(in: fixture)
            #expect(left == nil)
        }
    }

    /// Starts the server as its service would have left it: alive, and nobody's child.
    private func startServerWithoutService(
        _ fixture: ClusterFixture, _ address: ClusterAddress
    ) async throws {
        let newest = try #require(
            try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
                .compactMap { Int($0) }.max())
        let start = [
            "/usr/lib/postgresql/\(newest)/bin/pg_ctl", "-w", "-D", "\(fixture.path)/data", "-l",
            "\(fixture.path)/log/postgres.log", "-o",
            "-c listen_addresses='' -c fsync=off -k \(address.socketDirectory)", "start",
        ]
        let asRoot = geteuid() == 0
        let result = try await runCommand(
            asRoot ? "/usr/sbin/runuser" : "/usr/bin/env",
            (asRoot ? ["-u", "postgres", "--"] : []) + start)
        try #require(result.status == 0, "\(result.output)\(result.error)")
    }

    private func serverProcess(in fixture: ClusterFixture) throws -> Int32? {
        let file = "\(fixture.path)/data/postmaster.pid"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try String(contentsOfFile: file, encoding: .utf8)
            .split(separator: "\n").first.flatMap { Int32($0) }
    }
}
