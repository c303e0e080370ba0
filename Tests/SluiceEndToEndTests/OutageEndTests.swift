import Glibc
import TerminalProbe
import TestSupport
import Testing

/// What a reviewer's client says, and how it ends, where it cannot begin.
@Suite(.inTurns) struct OutageEndTests {
    @Test("an address that is none is refused, whatever asks")
    func badAddress() async throws {
        try await Home.use { home in
            for url in [
                "nonsense", "127.0.0.1:8420", "ftp://127.0.0.1", "http://",
                "http://127.0.0.1:99999", "http://127.0.0.1:0",
            ] {
                let result = try await home.sluice(
                    "review", "--plain", token: "t", input: "",
                    with: ["SLUICE_URL": url, "SLUICE_PROJECT": "pets"])
                #expect(result.status == 1)
                #expect(result.error.contains("is no address of one"), "\(url)")
                #expect(result.error.contains("http://HOST:PORT"))
            }
        }
    }

    @Test("a script that has ended does not wait for ever for a service that is away")
    func scriptEnds() async throws {
        try await Home.use { home in
            let start = ContinuousClock.now
            let result = try await home.sluice(
                "review", "--plain", token: "t", input: "cat\n",
                with: ["SLUICE_URL": "http://127.0.0.1:1", "SLUICE_PROJECT": "pets"])
            #expect(result.status == 1)
            #expect(result.error.contains("the input has ended, and there is no answer"))
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test("signals end plain mode while the service is away", arguments: [SIGTERM, SIGHUP, SIGINT])
    func signals(signal: Int32) async throws {
        try await Home.use { home in
            let sitting = try Sitting(
                home, token: "t", arguments: ["review", "--plain"],
                environment: ["SLUICE_URL": "http://127.0.0.1:1", "SLUICE_PROJECT": "pets"])
            try await sitting.see("No connection")
            sitting.child.signal(signal)
            #expect(try await sitting.left() == 128 + signal)
        }
    }

    @Test("a terminal that cannot place a cursor is told of --plain")
    func dumb() async throws {
        try await Home.use { home in
            let sitting = try Sitting(
                home, token: "t",
                environment: ["TERM": "dumb", "SLUICE_PROJECT": "pets"])
            #expect(try await sitting.left() == 1)
            #expect(sitting.raw.contains("use --plain"))
        }
    }
}
