import TerminalProbe
import TestSupport
import Testing

/// The terminal is lent to the reviewer's own editor, and comes back.
@Suite(.inTurns) struct EditorTests {
    /// Shows the text it got, and keeps the line typed in it; the line "give up" fails.
    private static let editor = """
        #!/bin/sh
        printf 'it was: %s.\\n' "$(cat "$1")"
        read -r line
        [ "$line" = "give up" ] && exit 3
        printf '%s\\n' "$line" > "$1"
        """

    /// Presses C and waits until the editor asks, in a terminal as it was found.
    private func openEditor(_ sitting: Sitting, showing text: String) async throws {
        sitting.terminal.type("C")
        try await sitting.see("it was: \(text).")
        #expect(!sitting.grid.isFullScreen)
        #expect(sitting.terminal.settings == sitting.before)
    }

    /// The rows below the header, whose times change by themselves, once what the last key did is
    /// no longer said.
    private func quietScreen(_ sitting: Sitting, without flash: String) async throws -> [String] {
        sitting.terminal.type("\u{1B}[H")
        try await sitting.seeNoMore(flash)
        return sitting.grid.rows.dropFirst().map { String($0) }
    }

    @Test("a comment is written in $EDITOR: the screen comes back whole, the comment is stored")
    func comment() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let line = prediction("item-1", confidence: "0.4") + "\n"
            #expect(try await home.sluice("import", "-", token: admin, input: line).status == 0)
            let sitting = try Sitting(
                home, token: try await home.token("reviewer", "rita", project: "pets"),
                environment: ["EDITOR": "/bin/sh \(try home.file("editor.sh", Self.editor))"])
            try await sitting.see("meow item-1")
            let raw = sitting.terminal.settings

            try await openEditor(sitting, showing: "")
            sitting.terminal.type("whiskers, I think\r")
            try await sitting.see("the comment goes with the answer")
            #expect(sitting.grid.isFullScreen)
            #expect(sitting.terminal.settings == raw)
            let after = try await quietScreen(sitting, without: "the comment goes")
            #expect(after.contains { $0.contains("comment: whiskers, I think") })

            // A screen drawn anew is the same: nothing of the editor's was left, nothing is missing.
            let frames = sitting.grid.frames
            sitting.terminal.type("\u{0C}")
            try await eventually("the screen is drawn anew") { sitting.look().frames > frames }
            #expect(sitting.grid.rows.dropFirst().map { String($0) } == after)

            try await openEditor(sitting, showing: "whiskers, I think")
            sitting.terminal.type("give up\r")
            try await sitting.see("ended with status 3")
            #expect(
                try await quietScreen(sitting, without: "ended with status") == after)

            sitting.terminal.type("d")
            try await eventually("the answer is stored with its comment") {
                try await home.ask("SELECT label, comment FROM review") == "dog|whiskers, I think"
            }
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            #expect(sitting.terminal.settings == sitting.before)
        }
    }
}
