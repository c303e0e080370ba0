import Foundation
import SluiceJSON
import TerminalProbe
import TestSupport
import Testing

/// `sluice policy`: looked at, changed, compared, taken back.
@Suite(.inTurns) struct PolicyCommandTests {
    @Test("a policy is set with what it changes told, kept in the history, activated, rolled back")
    func changes() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let policy = try home.file("policy.json", #"{"degree":"assist"}"#)
            let set = try await home.sluice(
                "policy", "set", policy, "--reason", "slow down", token: admin)
            #expect(set.status == 0 && set.output.isEmpty)
            #expect(
                set.error == """
                    changes to policy 2:
                      degree "partial" -> "assist"
                      accept.default 0.90 -> 0.95
                      audit_rate 0.00 -> 0.02
                    policy 3 is in force

                    """)
            let again = try await home.sluice("policy", "set", policy, token: admin)
            #expect(again.status == 0)
            #expect(again.error == "policy 3 says that already; nothing changed\n")
            let bad = try await home.sluice(
                "policy", "set", "-", token: admin, input: #"{"degree":"x"}"#)
            #expect(bad.status == 1 && bad.error.contains("SLU-301"))
            let late = try await home.sluice(
                "policy", "set", "-", "--base", "2", token: admin, input: "{}")
            #expect(late.status == 1 && late.error.contains("SLU-303"))

            let activated = try await home.sluice(
                "policy", "activate", "1", "--reason", "start", token: admin)
            #expect(activated.status == 0)
            #expect(activated.error.hasSuffix("policy 1 is in force\n"))
            let back = try await home.sluice(
                "policy", "rollback", "--reason", "no \u{1B}[31mred", token: admin)
            #expect(back.status == 0)
            #expect(back.error.hasSuffix("policy 3 is in force\n"))
            let unknown = try await home.sluice("policy", "activate", "9", token: admin)
            #expect(unknown.status == 1 && unknown.error.contains("SLU-302"))

            let history = try await home.sluice("policy", "history", token: admin)
            let rows = history.output.split(separator: "\n")
            #expect(rows.count == 6 && rows[1].hasPrefix(">"))
            #expect(rows[1].contains("rolled back to") && rows[3].contains("slow down"))
            #expect(!history.output.contains("\u{1B}"))
            let lines = try await home.sluice("policy", "history", "--json", token: admin)
                .output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            #expect(lines.map { $0["version"]?.int } == [3, 1, 3, 2, 1])
            #expect(lines.map { $0["in_force"]?.bool } == [true, false, false, false, false])
            #expect(lines[2]["reason"]?.string == "slow down")
            #expect(lines[2]["changed"]?[0]?["path"]?.string == "degree")
            #expect(lines[4]["changed"]?.isNull == true)
            #expect(lines[4]["document"]?["degree"]?.string == "assist")
        }
    }

    @Test("what is shown can be set again; two versions, or a file and one, are compared")
    func showAndDiff() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let shown = try await home.sluice("policy", "show", token: admin)
            #expect(shown.status == 0)
            #expect(shown.error.hasPrefix("policy 2 of pets, set by root at "))
            #expect(shown.error.hasSuffix(": first\n"))
            #expect(shown.output.split(separator: "\n").count > 5)
            let same = try await home.sluice(
                "policy", "set", "-", token: admin, input: shown.output)
            #expect(same.error == "policy 2 says that already; nothing changed\n")
            let whole = try await home.sluice(
                "policy", "show", "--version", "1", "--json", token: admin)
            let reply = try JSONValue(parsing: whole.output)
            #expect(reply["version"]?.int == 1 && reply["created_by"]?.string == "root")

            let diff = try await home.sluice("policy", "diff", token: admin)
            #expect(diff.status == 0 && diff.error == "policy 1 -> policy 2:\n")
            #expect(
                diff.output == """
                    degree "assist" -> "partial"
                    accept.default 0.95 -> 0.90
                    audit_rate 0.02 -> 0.00

                    """)
            let reverse = try await home.sluice("policy", "diff", "2", "1", "--json", token: admin)
            let json = try JSONValue(parsing: reverse.output)
            #expect(json["from"]?.string == "policy 2")
            #expect(
                json["changes"]?[1]
                    == ["kind": "changed", "path": "accept.default", "from": 0.9, "to": 0.95])
            let file = try home.file(
                "other.json", #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0.1}"#)
            let toFile = try await home.sluice("policy", "diff", file, token: admin)
            #expect(toFile.output == "audit_rate 0.0 -> 0.1\n")
            let none = try await home.sluice("policy", "diff", "2", token: admin)
            #expect(none.output.isEmpty && none.error.contains("no difference"))
        }
    }

    /// Does the first line of its script that is left, and counts how often it was called.
    private func editor(_ home: Home, _ steps: [String]) throws -> [String: String] {
        for (index, step) in steps.enumerated() { _ = try home.file("step-\(index)", step) }
        let script = try home.file(
            "editor.sh",
            """
            n=$(cat '\(home.path("calls"))' 2>/dev/null || echo 0)
            echo $((n + 1)) > '\(home.path("calls"))'
            cp "$1" '\(home.path("seen"))'-$n
            . '\(home.path("step"))'-$n
            """)
        return ["EDITOR": "/bin/sh \(script)", "TMPDIR": home.path("")]
    }

    private func seen(_ home: Home, _ call: Int) throws -> String {
        try String(contentsOfFile: home.path("seen-\(call)"), encoding: .utf8)
    }

    @Test("an edited policy is stored; a refused one is told and opened again with the text kept")
    func edit() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let shown = try await home.sluice("policy", "show", token: admin)
            let edited = try await home.sluice(
                "policy", "edit", "--reason", "by hand", token: admin,
                with: try editor(
                    home,
                    [
                        #"sed -i 's/"default": 0.9/"default": 9/' "$1""#,
                        #"sed -i 's/"default": 9,/"default": 9;/' "$1""#,
                        #"sed -i 's/"default": 9;/"default": 0.8,/' "$1""#,
                    ]))
            #expect(edited.status == 0, "\(edited.error)")
            #expect(try seen(home, 0) == shown.output)
            #expect(try seen(home, 1).contains("\"default\": 9,"))
            #expect(try seen(home, 2).contains("\"default\": 9;"))
            #expect(edited.error.contains("accept.default is 9; accepted: a number from 0 to 1"))
            #expect(edited.error.contains("SLU-101"))
            #expect(edited.error.hasSuffix("  accept.default 0.9 -> 0.8\npolicy 3 is in force\n"))
            let reply = try await home.sluice("policy", "show", "--json", token: admin)
            #expect(try JSONValue(parsing: reply.output)["reason"]?.string == "by hand")
        }
    }

    @Test("an edit that changes nothing, fails, or is given up stores nothing; text is never lost")
    func editGivenUp() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func edit(_ steps: String...) async throws -> CommandResult {
                _ = try await runCommand("/bin/rm", ["-f", home.path("calls")])
                return try await home.sluice(
                    "policy", "edit", token: admin, with: try editor(home, steps))
            }
            let same = try await edit("true")
            #expect(same.status == 0 && same.error == "nothing changed; nothing was stored\n")
            let spaces = try await edit(#"echo >> "$1""#)
            #expect(spaces.status == 0 && spaces.error == "nothing changed; nothing was stored\n")
            let failing = try await edit("exit 3")
            #expect(failing.status == 1 && failing.error.contains("ended with status 3"))
            let givenUp = try await edit(#"echo mine > "$1""#, "true")
            #expect(givenUp.status == 1)
            let kept = try #require(givenUp.error.split(separator: " ").last)
            #expect(
                try String(contentsOfFile: kept.trimmingCharacters(in: .newlines), encoding: .utf8)
                    == "mine\n")
            // Somebody else is faster.
            let sluice = try BuiltProduct.sluice()
            let beaten = try await edit(
                """
                sed -i 's/"default": 0.9/"default": 0.7/' "$1"
                echo '{"degree":"full"}' | '\(sluice)' policy set - >/dev/null 2>&1
                """)
            #expect(beaten.status == 1 && beaten.error.contains("SLU-303"))
            #expect(beaten.error.contains("hint: the text is in "))
            let none = try await home.sluice("policy", "edit", token: admin)
            #expect(none.status == 1 && none.error.contains("neither VISUAL nor EDITOR"))
            let history = try await home.sluice("policy", "history", "--json", token: admin)
            #expect(history.output.split(separator: "\n").count == 3)
        }
    }

    @Test("at a terminal the change is shown and asked about, with why; no is no")
    func asked() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let policy = try home.file("p.json", #"{"degree":"full","audit_rate":0}"#)
            for (answer, shown) in [("n", "you said no"), ("", "Why, for the history?")] {
                let sitting = try Sitting(
                    home, token: admin, arguments: ["policy", "set", policy])
                try await sitting.see("degree \"partial\" -> \"full\"")
                try await sitting.see("Put it in force? [Y/n]")
                sitting.terminal.type(answer + "\r")
                try await sitting.see(shown)
                if answer.isEmpty {
                    sitting.terminal.type("friday\r")
                    try await sitting.see("policy 3 is in force")
                }
                #expect(await sitting.child.wait() == (answer.isEmpty ? 0 : 1))
            }
            let history = try await home.sluice("policy", "history", "--json", token: admin)
            let rows = history.output.split(separator: "\n")
            #expect(rows.count == 3)
            #expect(try JSONValue(parsing: String(rows[0]))["reason"]?.string == "friday")
        }
    }
}
