import Glibc
import TerminalProbe
import TestSupport
import Testing

/// The token is asked for on the terminal, and never seen there.
@Suite(.inTurns) struct LoginTests {
    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test("a token typed at the prompt is not shown, is kept for its owner alone, and works")
    func prompt() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let line = prediction("item-1", confidence: "0.4") + "\n"
            #expect(try await home.sluice("import", "-", token: admin, input: line).status == 0)
            let token = try await home.token("reviewer", "rita", project: "pets")
            let without = try await home.sluice("review", "--plain")
            #expect(without.status == 1 && without.error.contains("nobody has logged in"))

            let sitting = try Sitting(ownTerminalOf: home, try BuiltProduct.sluice() + " login")
            try await sitting.see("Token for http://127.0.0.1:\(home.port):")
            #expect(sitting.terminal.settings != sitting.before)
            // A slip, the line taken back, and the token with one character too many.
            sitting.terminal.type("mistyped\u{15}\(token)x\u{7F}\r")
            #expect(try await sitting.left() == 0)
            #expect(sitting.raw.contains("rita, reviewer of project pets"), "\(sitting.raw)")
            #expect(sitting.raw.contains("next: sluice review"), "\(sitting.raw)")
            #expect(!sitting.raw.contains("mistyped") && !sitting.raw.contains("slu_"))
            #expect(!sitting.raw.contains(token.suffix(8)))
            #expect(sitting.terminal.settings == sitting.before)

            let file = home.path(".config/sluice/login.json")
            #expect(mode(file) == 0o600)
            #expect(mode(home.path(".config/sluice")) == 0o700)
            let review = try await home.sluice("review", "--plain", input: "d\n:quit\n")
            #expect(review.status == 0 && review.output.contains("item-1: dog"), "\(review.error)")
        }
    }

    @Test("Ctrl-C at the prompt gives the terminal back, and nothing is remembered")
    func givenUp() async throws {
        try await Home.use { home in
            let sitting = try Sitting(ownTerminalOf: home, try BuiltProduct.sluice() + " login")
            try await sitting.see("Token for ")
            sitting.terminal.type("slu_half\u{03}")
            #expect(try await sitting.left() == 1)
            #expect(sitting.raw.contains("reading the token failed: there is none"))
            #expect(!sitting.raw.contains("slu_half"))
            #expect(sitting.terminal.settings == sitting.before)
            #expect(mode(home.path(".config/sluice/login.json")) == nil)
        }
    }
}
