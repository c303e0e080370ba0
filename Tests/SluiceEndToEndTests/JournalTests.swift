import Foundation
import Glibc
import TerminalProbe
import TestSupport
import Testing

/// What a reviewer did is never lost: not by outages, not by crashes, not by leaving.
@Suite(.inTurns) struct JournalTests {
    /// A service with items, to be stopped and started, and a reviewer's token.
    private func reviewing(
        policy: String = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#,
        _ body: (Home, ServiceProcess, String) async throws -> Void
    ) async throws {
        try await Home.use { home in
            let service = try await home.serve()
            let admin = try await home.makeProject(policy: policy)
            let lines = (1...9).map { prediction("item-\($0)", confidence: "0.4") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            let token = try await home.token("reviewer", "rita", project: "pets")
            do {
                try await body(home, service, token)
            } catch {
                await service.kill()
                throw error
            }
        }
    }

    private func journals(_ home: Home) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home.path(".local/state/sluice"))
    }

    private func labels(_ home: Home) async throws -> String {
        try await home.ask("SELECT string_agg(label, ' ' ORDER BY reviewed_at, id) FROM review")
    }

    private func counted(_ home: Home) async throws -> String {
        try await home.ask("SELECT count(*) FROM review WHERE status IN ('counted', 'late')")
    }

    private let pets = ["SLUICE_PROJECT": "pets"]

    /// Answers two items while the service is down, so that the answers are in the journal alone.
    private func answerOffline(
        _ sitting: Sitting, _ service: ServiceProcess
    ) async throws {
        try await sitting.see("meow item-")
        await service.kill()
        sitting.terminal.type("d")
        try await sitting.see("OFFLINE")
        // The same key sooner would be one that is held down.
        try await Task.sleep(for: .milliseconds(150))
        sitting.terminal.type("d")
        try await sitting.see("2 kept")
    }

    @Test("answers given offline survive kill -9, and the next start sends them and says so")
    func killed() async throws {
        try await reviewing { home, service, token in
            let sitting = try Sitting(home, token: token, environment: pets)
            try await answerOffline(sitting, service)
            // On disk before it is tried: two lines are there.
            try await eventually("both are written") {
                let name = try #require(try journals(home).first)
                let text = try String(
                    contentsOfFile: home.path(".local/state/sluice/\(name)"), encoding: .utf8)
                return text.components(separatedBy: #""event":"done""#).count == 3
            }
            await sitting.kill()
            // Nobody there yet: the next client waits with them.
            let next = try Sitting(home, token: token, environment: pets)
            try await next.see("OFFLINE")
            let again = try await home.serve()
            try await next.see("2 answers of an earlier session sent")
            #expect(try await labels(home) == "dog dog")
            next.terminal.type("q")
            #expect(try await next.left() == 0)
            #expect(try journals(home).isEmpty, "nothing is left to remember")
            await again.terminate()
        }
    }

    @Test("leaving offline says that the answers are kept; line mode sends them too")
    func left() async throws {
        try await reviewing { home, service, token in
            let sitting = try Sitting(home, token: token, environment: pets)
            try await answerOffline(sitting, service)
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 1)
            #expect(sitting.raw.contains("they are in the journal: the next `sluice review`"))
            let again = try await home.serve()
            let plain = try await home.sluice(
                "review", "--plain", token: token, input: "", with: pets)
            #expect(plain.status == 0)
            #expect(plain.output.contains("Sending 2 answers of an earlier session.\nSent."))
            #expect(try await labels(home) == "dog dog")
            await again.terminate()
        }
    }

    @Test("an answer refused after a crash is explained at every start until it is put away")
    func refused() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"lease_seconds":5}"#
        try await reviewing(policy: policy) { home, service, token in
            let sitting = try Sitting(home, token: token, environment: pets)
            try await answerOffline(sitting, service)
            await sitting.kill()
            let again = try await home.serve()
            // The leases lapse, and somebody else answers everything.
            let otto = try await home.token("reviewer", "otto", project: "pets")
            let other = try Sitting(home, token: otto, environment: pets)
            try await eventually("otto answers all", within: .seconds(40)) {
                if other.look().text.contains("meow item-") {
                    other.terminal.type("c")
                    try await Task.sleep(for: .milliseconds(150))
                }
                return try await counted(home) == "9"
            }
            other.terminal.type("q")
            _ = try await other.left()
            for _ in 1...2 {
                let next = try Sitting(home, token: token, environment: pets)
                try await next.see("dog was refused")
                try await next.see("1 of 2")
                await next.kill()
            }
            let plain = try await home.sluice(
                "review", "--plain", token: token, input: "", with: pets)
            #expect(plain.output.components(separatedBy: "dog was refused").count == 3)
            let last = try Sitting(home, token: token, environment: pets)
            try await last.see("1 of 2")
            last.terminal.type("\u{1B}")
            try await last.seeNoMore("1 of 2")
            last.terminal.type("\u{1B}")
            try await last.seeNoMore("was refused")
            last.terminal.type("q")
            #expect(try await last.left() == 0)
            #expect(try journals(home).isEmpty)
            #expect(try await counted(home) == "9")
            await again.terminate()
        }
    }

    @Test("without a place for the journal the screen says so, and the work goes on")
    func unwritable() async throws {
        try await reviewing { home, service, token in
            let sitting = try Sitting(
                home, token: token, environment: ["XDG_STATE_HOME": "/dev/null/nowhere"])
            try await sitting.see("Answers are not kept on this machine")
            try await sitting.see("NO JOURNAL")
            try await sitting.see("meow item-")
            sitting.terminal.type("d")
            try await eventually("it is stored") { try await labels(home) == "dog" }
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            await service.terminate()
        }
    }
}
