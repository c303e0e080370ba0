import Foundation
import Glibc
import TerminalProbe
import TestSupport
import Testing

@Suite(.inTurns) struct ScreenTests {
    private func leases(_ home: Home) async throws -> String {
        try await home.ask("SELECT count(*) FROM lease WHERE expires_at > now()")
    }

    /// Waits until these labels were given, in this order.
    private func stored(_ labels: String, in home: Home) async throws {
        try await eventually("\(labels) is stored") {
            try await home.ask("SELECT string_agg(label, ' ' ORDER BY reviewed_at) FROM review")
                == labels
        }
    }

    @Test("a few keys review items in full screen, and quitting gives the terminal back")
    func keys() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (1...6).map { prediction("item-\($0)", confidence: "0.4") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            let rita = try await home.token("reviewer", "rita", project: "pets")
            let sitting = try Sitting(home, token: rita)
            try await sitting.see("meow item-")
            #expect(sitting.terminal.settings != sitting.before, "raw mode")
            sitting.terminal.type("d")
            try await stored("dog", in: home)
            sitting.terminal.type("\r")
            try await stored("dog cat", in: home)
            sitting.terminal.type("q")
            let status = try await sitting.left()
            #expect(status == 0)
            #expect(sitting.raw.contains("\u{1B}[?1049l"), "the first screen is back")
            #expect(sitting.raw.contains("2 reviewed"))
            #expect(sitting.terminal.settings == sitting.before)
            #expect(try await leases(home) == "0")
        }
    }
}
