import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct LabelCommandTests {
    @Test("a label is renamed, retired, merged and brought back, with counts first and a history")
    func changes() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func run(_ arguments: String...) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(), ["label"] + arguments,
                    environment: home.environment(token: admin))
            }
            let answers = ["item,worker,label", "1,ana,cat", "2,ana,dog", "3,ana,dog", ""]
            let file = try home.file("answers.csv", answers.joined(separator: "\n"))
            let sent = try await home.sluice(
                "import", "--reviews", file, "--decide", "--create-items", token: admin)
            try #require(sent.status == 0, "\(sent.error)")

            let dry = try await run("rename", "dog", "hound", "--dry-run")
            #expect(dry.status == 0 && dry.error.contains("0 items waiting"), "\(dry.error)")
            #expect(dry.error.contains("2 items decided so") && dry.error.contains("dry run"))
            let renamed = try await run(
                "rename", "dog", "hound", "--reason", "as hunters say", "--yes")
            #expect(
                renamed.status == 0
                    && renamed.error.contains("dog is called hound; the label set is version 2"),
                "\(renamed.error)")
            let again = try await run("rename", "dog", "hound", "--yes")
            #expect(again.status == 0 && again.error.contains("nothing changed"), "\(again.error)")
            let typo = try await run("retire", "houn")
            #expect(
                typo.status == 1 && typo.error.contains("did you mean \"hound\"?"), "\(typo.error)")
            let merged = try await run("merge", "hound", "cat", "--json")
            let reply = try JSONValue(parsing: Array(merged.output.utf8))
            #expect(reply["version"]?.int == 3 && reply["touches"]?["decided"]?.int == 2)
            let exported = try await home.sluice("export", token: admin)
            #expect(
                !exported.output.contains("hound") && exported.output.contains(#""label":"cat""#))
            let list = try await run()
            #expect(list.output.contains("merged into cat"), "\(list.output)")
            let back = try await run("add", "hound", "--yes")
            #expect(back.error.contains("hound may be given again"), "\(back.error)")
            let stale = try await run("retire", "hound", "--base", "1")
            #expect(stale.status == 1 && stale.error.contains("SLU-226"), "\(stale.error)")
            let history = try await run("history")
            let lines = history.output.split(separator: "\n")
            #expect(lines.count == 5 && lines[0].hasPrefix("version"))
            #expect(
                lines[3].contains("dog renamed to hound") && lines[3].contains("as hunters say"))
            let log = try await home.sluice("audit-log", token: admin)
            #expect(log.output.contains("label.renamed") && log.output.contains("labels 2: hound"))
            let twin = try await run("add", "hound ", "--yes")
            #expect(
                twin.status == 1 && twin.error.contains("looks like the label"), "\(twin.error)")
        }
    }
}
