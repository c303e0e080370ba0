import SluiceJSON
import TestSupport
import Testing

/// `sluice item reopen` for many decisions, on a service of its own.
@Suite(.inTurns) struct ReopeningCommandTests {
    private func filled(_ home: Home, _ items: Int) async throws -> String {
        let admin = try await home.makeProject()
        let sent = try await home.sluice(
            "import", "-", token: admin,
            input: (0..<items).map { prediction("i\($0)", confidence: "0.95") }
                .joined(separator: "\n") + "\n")
        try #require(sent.status == 0, "\(sent.error)")
        return admin
    }

    @Test("many are counted, reopened and undone by their number")
    func undo() async throws {
        try await Home.served { home, _ in
            let admin = try await filled(home, 12)
            func reopen(_ arguments: String...) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(), ["item", "reopen"] + arguments,
                    environment: home.environment(token: admin))
            }
            let unasked = try await reopen("--label", "cat", "--reason", "why")
            #expect(unasked.status == 1 && unasked.error.contains("12 items would be reopened"))
            #expect(unasked.error.contains("add --yes"))
            let renamed = try await home.sluice(
                "label", "rename", "cat", "tomcat", "--yes", token: admin)
            #expect(renamed.status == 0, "\(renamed.error)")
            let opened = try await reopen(
                "--label", "cat", "--reason", "wrong threshold", "--yes", "--json")
            let reply = try JSONValue(parsing: opened.output)
            #expect(reply["items"]?.int == 12 && reply["status"]?.string == "reopened")
            #expect(reply["filter"]?["label"]?.string == "tomcat")
            let none = try await reopen("--label", "tomcat", "--reason", "again", "--yes")
            #expect(none.status == 0 && none.error.contains("0 items would be reopened"))
            let undone = try await reopen("--undo", "1", "--reason", "it was right")
            #expect(
                undone.error
                    == "reopening 1 is undone: 12 items have their decisions again\n")
            let list = try await home.sluice("item", "reopenings", token: admin)
            #expect(list.output.contains("undone") && list.output.contains("wrong threshold"))
            let log = try await home.sluice("audit-log", token: admin)
            #expect(log.output.contains("items.restored") && log.output.contains("it was right"))
            let unknown = try await reopen("--undo", "7")
            #expect(unknown.status == 1 && unknown.error.contains("SLU-218"), "\(unknown.error)")
            let both = try await reopen("--undo", "1", "--label", "cat")
            #expect(both.status == 64, "\(both.error)")
            let queue = try await home.sluice("queue", token: admin)
            #expect(queue.output.contains("0"), "\(queue.output)")
            #expect(try await home.ask("SELECT count(*) FROM ready") == "0")
        }
    }

    @Test("a service that dies in the middle goes on where it was when it is there again")
    func restart() async throws {
        try await Home.use { home in
            var service = try await home.serve()
            let admin = try await filled(home, 6_000)
            let command = Task {
                try await home.sluice(
                    "item", "reopen", "--source", "model", "--reason", "r", "--yes", token: admin)
            }
            try await eventually("the first batch is done") {
                try await home.ask("SELECT coalesce(max(reopened), 0) > 0 FROM reopening") == "t"
            }
            await service.kill()
            _ = try await command.value
            service = try await home.serve()
            try await eventually("the rest is done") {
                try await home.ask("SELECT status, reopened FROM reopening") == "reopened|6000"
            }
            #expect(try await home.ask("SELECT count(*) FROM ready") == "6000")
            #expect(
                try await home.ask(
                    "SELECT count(*), count(DISTINCT item_id) FROM decision WHERE outcome = 'reopened'"
                )
                    == "6000|6000")
            let undone = try await home.sluice("item", "reopen", "--undo", "1", token: admin)
            #expect(undone.error.contains("6000 items have their decisions again"))
            #expect(await service.terminate() == 0)
        }
    }
}
