import TestSupport
import Testing

@Suite(.inTurns) struct ProjectRemovalCommandTests {
    @Test("a project is archived, taken up again and deleted by commands; a name is asked for")
    func commands() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let line = prediction("a") + "\n"
            let stored = try await home.sluice(
                "import", "-", "--project", "pets", token: admin, input: line)
            #expect(stored.status == 0)
            let early = try await home.sluice(
                "project", "delete", "pets", "--confirm", "pets", token: admin)
            #expect(early.status == 1 && early.error.contains("sluice project archive"))
            let archived = try await home.sluice("project", "archive", "pets", token: admin)
            #expect(archived.status == 0 && archived.error.contains("archived pets"))
            let refused = try await home.sluice(
                "import", "-", "--project", "pets", token: admin, input: line)
            #expect(refused.status != 0 && refused.error.contains("archived"))
            let back = try await home.sluice("project", "unarchive", "pets", token: admin)
            #expect(back.status == 0)
            #expect(
                try await home.sluice("project", "archive", "pets", token: admin).status == 0)
            // Nobody is there to be asked, and a wrong name changes nothing.
            let unasked = try await home.sluice("project", "delete", "pets", token: admin)
            #expect(unasked.status == 1 && unasked.error.contains("--confirm pets"))
            let wrong = try await home.sluice(
                "project", "delete", "pets", "--confirm", "pet", token: admin)
            #expect(wrong.status == 1)
            #expect(try await home.sluice("project", "list", token: admin).output == "pets\n")
            let deleted = try await home.sluice(
                "project", "delete", "pets", "--confirm", "pets", "--reason", "over",
                token: admin)
            #expect(deleted.status == 0, "\(deleted.error)")
            #expect(try await home.sluice("project", "list", token: admin).output.isEmpty)
            try await eventually("its rows are removed") {
                try await home.ask("SELECT count(*) FROM item") == "0"
            }
            let list = try await home.sluice("project", "deleted", token: admin)
            #expect(list.output.contains("  pets  root  ") && list.output.contains("(over)"))
        }
    }
}
