import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice policy what-if`.
struct PolicyWhatIf: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if",
        abstract: "Replay recorded traffic under other thresholds or another policy.",
        discussion: """
            Says, for the policy in force and for each that is tried, how much the model would \
            decide, how much people would see, and how often the model would be wrong: estimated \
            from the items that people labelled, each weighted by its chance of being asked about. \
            Where that cannot be known it says why. Nothing is changed.

            FILE alone is compared with the policy in force. Thresholds are tried in FILE if there \
            is one, else in the policy in force; without any, the usual ones.
            """)

    @Argument(help: "A policy document to try; - for standard input.")
    var file: String?

    @Option(
        name: .customLong("threshold"),
        help: "Default thresholds to try, such as 0.8,0.9,0.95.")
    var thresholds: String?

    @Option(
        name: .customLong("thresholds-for"),
        help: ArgumentHelp("Try thresholds of this label alone.", valueName: "label"))
    var label: String?

    @Option(help: "Start of the window, RFC 3339; the project's creation without it.")
    var from: String?

    @Option(help: "End of the window, RFC 3339; now without it.")
    var to: String?

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("replaying the traffic") {
            // All of the traffic is read for it.
            let client = try service.client(timeout: .seconds(3600))
            let path = ["project": try await project.name(client)]
            let query = [
                ("threshold", thresholds), ("label", label), ("from", from), ("to", to),
            ].compactMap { name, value in value.map { (name, $0) } }
            let reply =
                if let file {
                    try await client.call(
                        Endpoints.whatIfDocument, at: path, query: query,
                        PolicyDocument(parsing: InputFile.read(file)))
                } else {
                    try await client.call(Endpoints.whatIf, at: path, query: query, Nothing())
                }
            if json { return try Output.write(reply.document.bytes + [10]) }
            let lines =
                WhatIfTable(reply.document).lines() + WhatIfPlot(reply.document).lines()
            for line in lines { try Output.print(safe(line)) }
        }
    }
}
