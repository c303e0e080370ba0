import Glibc
import Testing

@testable import SluiceCluster

@Suite("The parts of a cluster") struct ClusterPartsTests {
    @Test("postmaster.pid is read line by line, and half a file says half")
    func postmasterFile() {
        let whole = PostmasterFile(
            text: "4711\n/data\n1700000000\n5432\n/data/run\n\n  1234 5\nready   \n")
        #expect(whole?.process == 4711)
        #expect(whole?.socketDirectory == "/data/run")
        #expect(whole?.status == .ready)
        let young = PostmasterFile(text: "4711\n/data\n1700000000\n5432\n")
        #expect(young?.process == 4711)
        #expect(young?.status == nil)
        #expect(PostmasterFile(text: "") == nil)
        #expect(PostmasterFile(text: "-4711\n/data\n") == nil)
    }

    @Test("a process is judged by where it works, not by its number")
    func processFacts() {
        #expect(ProcessFacts.of(getpid(), servingFrom: "/nowhere") == .unrelated)
        #expect(ProcessFacts.of(getpid(), servingFrom: ".") == .serves)
        #expect(ProcessFacts.of(Int32.max, servingFrom: "/") == .gone)
    }

    @Test("restarts pause longer and longer, up to ten seconds, until the server stays up")
    func backoff() {
        var backoff = Backoff()
        let pauses = (0..<10).map { _ in backoff.next(afterUptime: .seconds(1)) }
        #expect(
            pauses.prefix(4) == [.zero, .milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(pauses.last == .seconds(10))
        #expect(backoff.next(afterUptime: .seconds(60)) == .zero)
    }

    @Test("a socket path has at most 107 bytes", arguments: [2, 89, 90, 300])
    func socketPath(length: Int) {
        let directory = "/" + String(repeating: "d", count: length - 1)
        let layout = ClusterLayout(directory: directory, environment: [:], user: 1000)
        #expect("\(layout.socketDirectory)/.s.PGSQL.5432".utf8.count <= 107)
        #expect(layout.socketIsElsewhere == (length > 89))
    }

    @Test("only the installed version that wrote the data may open it")
    func versions() throws {
        let newest = try ServerBinaries.locate(explicit: nil, dataVersion: nil, path: "/bin")
        let version = try #require(newest.version)
        let match = try ServerBinaries.locate(explicit: nil, dataVersion: version, path: "")
        #expect(match == newest)
        let error = #expect(throws: ClusterError.self) {
            try ServerBinaries.locate(explicit: nil, dataVersion: "9", path: "")
        }
        guard case .versionMissing(data: "9", let installed) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(installed.contains(version))
    }

    @Test("a value in a connection string is quoted")
    func quoting() {
        let address = ClusterAddress(
            socketDirectory: "/it's/a\\b", port: 5432, user: "sluice", database: "sluice")
        #expect(
            address.connectionString
                == #"host='/it\'s/a\\b' port=5432 user='sluice' dbname='sluice'"#)
    }
}
