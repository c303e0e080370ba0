import Foundation
import Glibc
import SluiceCluster
import TestSupport
import Testing

@Suite("The server of a running service")
struct RunningClusterTests {
    @Test("is found by its directory, and through links to it")
    func found() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            let link = "\(fixture.directory.path)/link"
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: fixture.path)
            for path in [fixture.path, link] {
                #expect(try await EmbeddedCluster.runningAddress(directory: path) == address)
            }
            #expect(try await fixture.answers(address))
            await cluster.stop()
        }
    }

    @Test("is not there where nothing was started, or is no longer, and nothing is made")
    func notRunning() async throws {
        try await ClusterFixture.use { fixture in
            let error = ClusterError.notRunning(directory: fixture.path)
            await #expect(throws: error) {
                try await EmbeddedCluster.runningAddress(directory: fixture.path)
            }
            #expect(!FileManager.default.fileExists(atPath: fixture.path))
            #expect(error.description == "no service runs on \(fixture.path)")

            let cluster = fixture.cluster()
            _ = try await cluster.start()
            await cluster.stop()
            await #expect(throws: error) {
                try await EmbeddedCluster.runningAddress(directory: fixture.path)
            }
        }
    }

    @Test("that takes no connection is told apart from none, with what it said")
    func notAnswering() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            let process = try #require(await cluster.serverProcess)
            // Its socket is gone while it works on.
            let socket = "\(address.socketDirectory)/.s.PGSQL.5432"
            try FileManager.default.removeItem(atPath: socket)
            let error = try await #require(throws: ClusterError.self) {
                try await EmbeddedCluster.runningAddress(directory: fixture.path)
            }
            guard case .notAnswering(fixture.path, process, let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("No such file or directory"), "\(reason)")
            #expect(error.description.contains("(process \(process)) does not answer"))
            await cluster.stop()
        }
    }

    @Test("is not asked for where its account is missing", .enabled(if: geteuid() == 0))
    func accountMissing() async throws {
        try await ClusterFixture.use { fixture in
            await #expect(throws: ClusterError.accountMissing(name: "no-such-account")) {
                try await EmbeddedCluster.runningAddress(
                    directory: fixture.path, options: ClusterOptions(account: "no-such-account"))
            }
        }
    }

    @Test("is not trusted when its socket lies in a directory others may enter")
    func unsafeSocket() async throws {
        try await ClusterFixture.use { fixture in
            let cluster = fixture.cluster()
            let address = try await cluster.start()
            chmod(address.socketDirectory, 0o777)
            await #expect(
                throws: ClusterError.unsafeSocketDirectory(path: address.socketDirectory)
            ) {
                try await EmbeddedCluster.runningAddress(directory: fixture.path)
            }
            await cluster.stop()
        }
    }

    @Test("cannot be looked for where a file stands in the way")
    func unreadable() async throws {
        try await ClusterFixture.use { fixture in
            try Data().write(to: URL(fileURLWithPath: fixture.path))
            let path = "\(fixture.path)/below"
            await #expect(
                throws: ClusterError.fileSystem(operation: "find", path: path, errno: ENOTDIR)
            ) { try await EmbeddedCluster.runningAddress(directory: path) }
        }
    }
}
