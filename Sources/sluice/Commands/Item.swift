import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice item`.
struct ItemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item", abstract: "Show an item, or take decisions back.",
        subcommands: [Show.self, ItemReopen.self, ItemReopenings.self])

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
}
