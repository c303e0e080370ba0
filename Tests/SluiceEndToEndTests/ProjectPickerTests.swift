import TerminalProbe
import TestSupport
import Testing

@Suite(.inTurns) struct ProjectPickerTests {
    @Test("where there are two projects one is chosen on the screen, and its item comes")
    func choice() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let wines = #"{"name":"wines","labels":[{"name":"red"},{"name":"white"}]}"#
            #expect(
                try await home.sluice("project", "create", "-", token: admin, input: wines).status
                    == 0)
            for (project, label, id) in [
                ("pets", "cat", "tom"), ("wines", "red", "merlot"), ("wines", "red", "barolo"),
            ] {
                let imported = try await home.sluice(
                    "import", "-", "--project", project, token: admin,
                    input: prediction(id, confidence: "0.4", label: label) + "\n")
                #expect(imported.status == 0, "\(imported.error)")
            }
            let sitting = try Sitting(home, token: try await home.token("reviewer", "rita"))
            try await sitting.see("Which project?")
            try await sitting.see("› pets")
            #expect(sitting.grid.isFullScreen)
            sitting.terminal.type("\u{1B}[B")
            try await sitting.see("› wines")
            sitting.terminal.type("\r")
            try await sitting.see("meow merlot")
            #expect(sitting.grid.text.contains("sluice wines"))
            #expect(!sitting.grid.text.contains("Which project?"))
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            #expect(sitting.terminal.settings == sitting.before)
        }
    }

    @Test("leaving without a choice gives the terminal back and leases nothing")
    func left() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let wines = #"{"name":"wines","labels":[{"name":"red"},{"name":"white"}]}"#
            #expect(
                try await home.sluice("project", "create", "-", token: admin, input: wines).status
                    == 0)
            let sitting = try Sitting(home, token: try await home.token("reviewer", "rita"))
            try await sitting.see("Which project?")
            sitting.terminal.type("\u{03}")
            #expect(try await sitting.left() == 1)
            #expect(sitting.terminal.settings == sitting.before)
            #expect(try await home.ask("SELECT count(*) FROM lease") == "0")
        }
    }
}
