import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice corrections`.
struct CorrectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corrections",
        abstract: "List decisions of people that took the place of a model's.",
        discussion: """
            For whoever acted on what the model had decided: a line for each audited item whose \
            decision is another now, oldest first, and for each that was taken back. Goes on after \
            --after; the last line of standard error says what to give there next time.
            """)

    @Option(help: "Go on after this place; without it, from the beginning.")
    var after: String?

    @Flag(help: "Wait for more, until interrupted.")
    var follow = false

    @Flag(help: "Print JSON lines.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("reading corrections") {
            let client = try service.client(timeout: .seconds(60))
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.corrections)
                .path(["project": try await project.name(client)])
            var cursor = after
            var isAtEnd = false
            while !isAtEnd || follow {
                var query = [("limit", "1000"), ("wait", isAtEnd ? "30" : "0")]
                if let cursor { query.append(("after", cursor)) }
                let reply = try await client.document(path, query: query)
                let entries = reply["corrections"]?.array ?? []
                for entry in entries { try print(entry) }
                cursor = reply["next"]?.string ?? cursor
                isAtEnd = entries.isEmpty
            }
            if let cursor { Output.say("--after \(cursor)") }
        }
    }

    private func print(_ entry: JSONValue) throws {
        if json { return try Output.write(entry.bytes + [10]) }
        func text(_ key: String) -> String { entry[key]?.string ?? "" }
        let label = entry["label"]?.string ?? text("outcome")
        let who =
            entry["withdrawn"]?.bool == true
            ? "taken back" : text("reviewer").isEmpty ? text("source") : text("reviewer")
        try Output.print(
            safe(
                "\(text("decided_at").prefix(19))Z  \(text("external_id"))  "
                    + "\(text("model_label")) -> \(label)  \(who)"))
    }
}
