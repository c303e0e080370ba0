import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice item`.
struct ItemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item", abstract: "Show an item, or take its decision back.",
        subcommands: [Show.self, Reopen.self])

    /// `sluice item show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print everything that happened to an item, as JSON.")

        @Argument(help: "The external id.")
        var item: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("showing the item") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.item).path(
                    ["project": try await project.name(client), "external_id": item])
                try Output.write(try await client.document(path).bytes + [10])
            }
        }
    }

    /// `sluice item reopen`.
    struct Reopen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an item's decision back after a complaint, and have people look.",
            discussion: """
                Of what the model decided, reviewers get the item without being told what the model \
                had said; of what reviewers decided, an adjudicator gets it. If the model was wrong \
                it counts as a known error, and in no estimate: nobody drew the item by chance. \
                Reopened again before it is decided, it stays as it is.
                """)

        @Argument(help: "The external id.")
        var item: String

        @Option(help: "What the complaint is, for the audit log.")
        var reason: String

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("reopening the item") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.reopenItem,
                    at: ["project": try await project.name(client), "external_id": item],
                    ReopenRequest(reason: reason))
                if json { return try Output.write(reply.json + [10]) }
                let who =
                    switch reply.asks {
                    case "audit": "is being audited, and that decides"
                    case "adjudication": "waits for an adjudicator"
                    default: "waits for a reviewer"
                    }
                Output.say(
                    safe(
                        "\(reply.externalID) \(reply.status == "open" ? "was open already: it" : "is open; it") \(who)"
                    ))
            }
        }
    }
}
