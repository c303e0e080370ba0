import Foundation
import Glibc
import SluiceCluster
import TestSupport
import Testing

@Suite("An embedded cluster") struct EmbeddedClusterTests {
    @Test("is made at the first start, and keeps its data over a restart")
    func madeOnceAndKept() async throws {
        try await ClusterFixture.use { fixture in
            let first = fixture.cluster()
            let address = try await first.start()
            #expect(try await fixture.ask(address, "SELECT current_database()") == "sluice")
            _ = try await fixture.ask(address, "CREATE TABLE kept AS SELECT 7 AS n")
            await first.stop()

            let second = fixture.cluster()
            #expect(try await second.start() == address)
            #expect(try await fixture.ask(address, "SELECT n FROM kept") == "7")
            await second.stop()
        }
    }

    @Test("started twice is the same server, and stopped twice is stopped")
    func idempotent() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let first = try await cluster.start()
            let process = await cluster.serverProcess
            #expect(try await cluster.start() == first)
            #expect(await cluster.serverProcess == process)
            await cluster.stop()
            await cluster.stop()
            #expect(await cluster.serverProcess == nil)
        }
    }

    @Test("that is stopped leaves no process and frees the directory")
    func stopsCompletely() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            let process = try #require(await cluster.serverProcess)
            await cluster.stop()
            #expect(kill(process, 0) == -1 && errno == ESRCH)
            #expect(try await !fixture.answers(address))
            #expect(!FileManager.default.fileExists(atPath: "\(fixture.path)/data/postmaster.pid"))
            let next = fixture.cluster()
            _ = try await next.start()
            await next.stop()
        }
    }

    @Test("refuses a second service on its directory, naming the first")
    func oneServiceADirectory() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            let second = fixture.cluster()
            await #expect(
                throws: ClusterError.inUse(directory: fixture.path, process: getpid())
            ) { try await second.start() }
            await second.stop()
            #expect(try await fixture.answers(address))
            await cluster.stop()
        }
    }

    @Test("listens on a private unix socket and nowhere else")
    func privateSocket() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            #expect(try await fixture.ask(address, "SHOW listen_addresses") == "")
            for path in [
                fixture.path, "\(fixture.path)/data", "\(fixture.path)/log",
                address.socketDirectory, "\(address.socketDirectory)/.s.PGSQL.5432",
            ] {
                var status = stat()
                try #require(stat(path, &status) == 0)
                #expect(status.st_mode & 0o077 == 0, "\(path) is open to others")
            }
            await cluster.stop()
        }
    }

    @Test("as root runs the server as another account", .enabled(if: geteuid() == 0))
    func dropsRoot() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            _ = try await cluster.start()
            let process = try #require(await cluster.serverProcess)
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let user = try #require(getpwnam("postgres")).pointee.pw_uid
            #expect(status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)\n"))
            // A session of its own: what is typed at the service's terminal does not reach it.
            #expect(getsid(process) == process)
            await cluster.stop()
        }
    }

    @Test("puts its socket elsewhere when its own path is too long, and cleans up there")
    func longPath() async throws {
        let long = String(repeating: "long/", count: 30) + "cluster"
        try await ClusterFixture.use(subdirectory: long) { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            #expect(!address.socketDirectory.hasPrefix(fixture.path))
            #expect(address.socketDirectory.utf8.count < 90)
            #expect(try await fixture.answers(address))
            await cluster.stop()
            #expect(!FileManager.default.fileExists(atPath: address.socketDirectory))
        }
    }

    @Test("begins again after an interrupted first start")
    func interruptedInitialisation() async throws {
        try await ClusterFixture.use { fixture in
            try FileManager.default.createDirectory(
                atPath: "\(fixture.path)/data.unfinished/base", withIntermediateDirectories: true)
            try Data("15\n".utf8).write(
                to: URL(fileURLWithPath: "\(fixture.path)/data.unfinished/PG_VERSION"))
            chmod(fixture.path, 0o755)
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            #expect(try await fixture.answers(address))
            #expect(!FileManager.default.fileExists(atPath: "\(fixture.path)/data.unfinished"))
            await cluster.stop()
        }
    }

    @Test("does not touch a directory that holds something else")
    func foreignData() async throws {
        try await ClusterFixture.use { fixture in
            try FileManager.default.createDirectory(
                atPath: "\(fixture.path)/data/thesis", withIntermediateDirectories: true)
            let cluster = fixture.cluster()
            await #expect(throws: ClusterError.notACluster(directory: "\(fixture.path)/data")) {
                try await cluster.start()
            }
            #expect(FileManager.default.fileExists(atPath: "\(fixture.path)/data/thesis"))
        }
    }

    @Test("says so when PostgreSQL is missing, or the account to run it as")
    func missingPieces() async throws {
        try await ClusterFixture.use { fixture in
            let nowhere = fixture.cluster(ClusterOptions(binaries: "/nowhere/bin"))
            await #expect(throws: ClusterError.notInstalled(searched: ["/nowhere/bin"])) {
                try await nowhere.start()
            }
            guard geteuid() == 0 else { return }
            let nobody = fixture.cluster(ClusterOptions(account: "no-such-account"))
            await #expect(throws: ClusterError.accountMissing(name: "no-such-account")) {
                try await nobody.start()
            }
        }
    }

    @Test("shows what PostgreSQL said when it does not start")
    func startFailure() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster(
                ClusterOptions(durability: .none, settings: ["shared_buffers": "many"]))
            let error = await #expect(throws: ClusterError.self) { try await cluster.start() }
            #expect(error?.description.contains("shared_buffers") == true)
            #expect(await cluster.serverProcess == nil)
        }
    }
}
