import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the labels people decided on.",
        discussion: """
            Every row says where its label comes from, and with which probability a person was to \
            label it. --sort loss --limit 200 gives the labels that surprised the model most, which \
            is where wrong ones are found. CSV text that a spreadsheet would run as a formula gets \
            a leading '; csv-raw leaves it as it is.
            """)

    @Option(help: "jsonl, csv or csv-raw.")
    var format = "jsonl"

    @Option(
        name: [.short, .long], help: "The file to write; standard output without it, and for -.")
    var output: String?

    @Option(help: "Only labels of this source: single, consensus, adjudicated or model.")
    var source: String?

    @Option(help: "Only decisions made at or after this RFC 3339 time.")
    var since: String?

    @Option(help: "Only this label.")
    var label: String?

    @Option(
        help: """
            The label all answers make likeliest instead of the decision, with its probability: \
            map, one-coin, majority or ml. What adjudicators decided stands.
            """)
    var consensus: String?

    @Option(
        help: """
            Labels as a map names them: the name of a stored one, or a file. What they were called is \
            kept in label_original.
            """)
    var map: String?

    @Option(help: "item, or loss: the labels that surprised the model most first.")
    var sort: String?

    @Option(help: "With --sort loss: so many rows.")
    var limit: Int?

    @Flag(
        help: """
            With what each label is stored under, and the version of the label set that was in force \
            when it was decided.
            """)
    var labelSet = false

    @Flag(help: "Also the labels that only the model gave; their weight is 0.")
    var includePseudo = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("exporting") {
            let client = try service.client()
            var query = [("format", format)]
            if let source { query.append(("source", source)) }
            if let since { query.append(("since", since)) }
            if let label { query.append(("label", label)) }
            if let consensus { query.append(("consensus", consensus)) }
            if let map { query.append(("map", try LabelMapArgument.parameter(map))) }
            if let sort { query.append(("sort", sort)) }
            if let limit { query.append(("limit", String(limit))) }
            if labelSet { query.append(("label_set", "true")) }
            if includePseudo { query.append(("include_pseudo", "true")) }
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.labels)
                .path(["project": try await project.name(client)])
            guard let output, output != "-" else {
                try await client.download(path, query: query) { try Output.write($0) }
                return
            }
            try await OutputFile.write(output) { descriptor in
                var bar = ProgressBar("exporting", total: nil)
                defer { bar.finish() }
                var (bytes, lines) = (0, 0)
                try await client.download(path, query: query) { chunk in
                    try Output.write(chunk, to: descriptor, named: output)
                    bytes += chunk.count
                    lines += chunk.count { $0 == 10 }
                    bar.update(bytes: bytes, items: lines)
                }
                bar.finish()
                Output.say("\(lines) lines, \(bytes) bytes")
            }
        }
    }
}
