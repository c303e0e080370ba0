import Foundation
import Glibc
import TerminalProbe
import TestSupport
import Testing

/// Whatever ends or interrupts the reviewer's client: the terminal and the leases are given back.
@Suite(.inTurns) struct TerminalTests {
    private func leases(_ home: Home) async throws -> String {
        try await home.ask("SELECT count(*) FROM lease WHERE expires_at > now()")
    }

    /// A service with items, and a reviewer's token.
    private func reviewing(_ body: (Home, String) async throws -> Void) async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (1...9).map { prediction("item-\($0)", confidence: "0.4") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            try await body(home, try await home.token("reviewer", "rita", project: "pets"))
        }
    }

    @Test("SIGTERM and SIGHUP give the terminal and the leases back", arguments: [SIGTERM, SIGHUP])
    func terminated(signal: Int32) async throws {
        try await reviewing { home, token in
            let sitting = try Sitting(home, token: token)
            try await sitting.see("meow item-")
            #expect(try await leases(home) != "0")
            sitting.child.signal(signal)
            #expect(try await sitting.left() == 128 + signal)
            #expect(sitting.raw.contains("\u{1B}[?1049l"))
            #expect(sitting.terminal.settings == sitting.before)
            #expect(try await leases(home) == "0")
        }
    }

    @Test("a connection that breaks gives the leases back, in time")
    func hungUp() async throws {
        try await reviewing { home, token in
            let sitting = try Sitting(home, token: token)
            try await sitting.see("meow item-")
            #expect(try await leases(home) != "0")
            let start = ContinuousClock.now
            sitting.terminal.hangUp()
            _ = try await sitting.left()
            // The limit of leaving is two seconds; the rest is for a busy machine.
            #expect(start.duration(to: .now) < .seconds(6))
            #expect(try await leases(home) == "0")
        }
    }

    @Test("a crash leaves the terminal as it was found", arguments: [SIGSEGV, SIGABRT, SIGBUS])
    func crashed(signal: Int32) async throws {
        try await reviewing { home, token in
            // The runtime's own report of a crash would wait for somebody to read it.
            let sitting = try Sitting(
                home, token: token, environment: ["SWIFT_BACKTRACE": "enable=no"])
            try await sitting.see("meow item-")
            #expect(sitting.terminal.settings != sitting.before)
            sitting.child.signal(signal)
            #expect(try await sitting.left() == -signal, "it died of it all the same")
            #expect(sitting.raw.contains("\u{1B}[?1049l"))
            #expect(sitting.terminal.settings == sitting.before)
        }
    }

    @Test("Ctrl-Z goes to the shell with a sane terminal, and fg comes back to the item")
    func suspended() async throws {
        try await reviewing { home, token in
            let sitting = try Sitting(shellOf: home, token: token)
            try await sitting.see("ready>")
            let sane = sitting.terminal.settings
            for round in 1...2 {
                sitting.terminal.type(
                    round == 1 ? "\(try BuiltProduct.sluice()) review\r" : "fg\r")
                try await sitting.see("meow item-")
                #expect(sitting.grid.isFullScreen)
                sitting.terminal.type("\u{1A}")
                try await eventually("the shell has the terminal") {
                    !sitting.look().isFullScreen && sitting.terminal.settings == sane
                }
                try await sitting.see("Stopped")
                try await sitting.see("ready>")
                sitting.terminal.type("echo round-$((\(round) + 10))\r")
                try await sitting.see("round-\(round + 10)")
            }
            sitting.terminal.type("fg\r")
            try await eventually("the screen is back") { sitting.look().isFullScreen }
            try await sitting.see("meow item-")
            sitting.terminal.type("q")
            try await sitting.see("0 reviewed")
            #expect(try await leases(home) == "0")
            sitting.terminal.type("exit\r")
            _ = try await sitting.left()
        }
    }

    @Test("a terminal that changed its size while the client was stopped is drawn whole by fg")
    func resizedWhileStopped() async throws {
        try await reviewing { home, token in
            let sitting = try Sitting(shellOf: home, token: token)
            try await sitting.see("ready>")
            sitting.terminal.type("\(try BuiltProduct.sluice()) review\r")
            try await sitting.see("meow item-")
            sitting.terminal.type("\u{1A}")
            try await sitting.see("Stopped")
            try await sitting.see("ready>")
            sitting.resize(columns: 100, rows: 30)
            sitting.terminal.type("fg\r")
            try await eventually("the item is drawn in the new size") {
                let screen = sitting.look()
                return screen.text.contains("meow item-")
                    && String(screen.rows[0].suffix(8)).contains("online")
                    && String(screen.rows[29]).contains("quit")
            }
            sitting.terminal.type("q")
            try await sitting.see("0 reviewed")
            sitting.terminal.type("exit\r")
            _ = try await sitting.left()
        }
    }

    @Test("a storm of sizes ends with the item drawn in the last one")
    func resized() async throws {
        try await reviewing { home, token in
            let sitting = try Sitting(home, token: token)
            try await sitting.see("meow item-")
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<300 {
                sitting.resize(
                    columns: Int.random(in: 1...220, using: &generator),
                    rows: Int.random(in: 1...70, using: &generator))
            }
            sitting.resize(columns: 100, rows: 30)
            // Drawn for this size: the header reaches its end, and the keys stand in the last row.
            try await eventually("the item is drawn anew") {
                let screen = sitting.look()
                return screen.text.contains("meow item-")
                    && String(screen.rows[0].suffix(8)).contains("online")
                    && String(screen.rows[29]).contains("quit")
            }
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            #expect(sitting.terminal.settings == sitting.before)
        }
    }
}
