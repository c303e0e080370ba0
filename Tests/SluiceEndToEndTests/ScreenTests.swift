import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.inTurns) struct ScreenTests {
    /// A reviewer in front of the full screen.
    private final class Sitting {
        let terminal: PseudoTerminal
        let child: ChildProcess
        let before: [UInt32]
        private(set) var screen = ""

        init(_ home: Home, token: String) throws {
            terminal = try PseudoTerminal()
            before = terminal.settings
            child = try ChildProcess(
                try BuiltProduct.sluice(), ["review"], environment: home.environment(token: token),
                input: terminal.device, output: terminal.device, error: terminal.device)
        }

        func see(_ text: String) async throws {
            try await eventually("the screen shows \(text)") {
                screen += String(decoding: terminal.drawn(), as: UTF8.self)
                return screen.contains(text) || child.status != nil
            }
            #expect(screen.contains(text), "\(screen)")
            screen = ""
        }

        func left() async -> (status: Int32, rest: String) {
            // Somebody has to read, or the program waits to be heard.
            let status = await child.wait()
            return (status, screen + String(decoding: terminal.drawn(), as: UTF8.self))
        }
    }

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
            let (status, rest) = await sitting.left()
            #expect(status == 0)
            #expect(rest.contains("\u{1B}[?1049l"), "the first screen is back")
            #expect(rest.contains("2 reviewed"))
            #expect(sitting.terminal.settings == sitting.before)
            #expect(try await leases(home) == "0")
        }
    }

    @Test("SIGTERM gives the terminal and the leases back")
    func terminated() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (1...6).map { prediction("item-\($0)", confidence: "0.4") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            let sitting = try Sitting(home, token: admin)
            try await sitting.see("meow item-")
            #expect(try await leases(home) != "0")
            sitting.child.signal(SIGTERM)
            let (_, rest) = await sitting.left()
            #expect(rest.contains("\u{1B}[?1049l"))
            #expect(sitting.terminal.settings == sitting.before)
            #expect(try await leases(home) == "0")
        }
    }
}
