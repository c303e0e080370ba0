import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice errors`.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Say where the model's errors are: by tag, by label, or by a field.",
        discussion: """
            Of everything people labelled, each item weighted by one over its chance of being asked \
            about: what is mostly queued must not look as if it made most of the errors. What there \
            is to gain is the gap to how well people do, times the share of the data.
            """)

    @Option(help: "Slice by tag, label, or a place such as metadata.site.")
    var by = "tag"

    @Option(help: "Arrivals from this moment on, RFC 3339; the project's creation without it.")
    var from: String?

    @Option(help: "Arrivals before this moment, RFC 3339; now without it.")
    var to: String?

    @OptionGroup var version: VersionOptions

    @Flag(help: "Draw with ASCII alone.")
    var ascii = false

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("analysing errors") {
            // All of the window is read for it.
            let client = try service.client(timeout: .seconds(600))
            var query = [("by", by)] + version.query
            for (name, value) in [("from", from), ("to", to)] {
                if let value { query.append((name, value)) }
            }
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.errors)
                .path(["project": try await project.name(client)])
            let report = try await client.document(path, query: query)
            if json {
                try Output.write(report.bytes + [10])
            } else {
                let paint = Output.paint
                for line in ErrorsText(report, glyphs: ascii ? .ascii : Output.glyphs).lines() {
                    try Output.print(paint.line(line))
                }
            }
        }
    }
}

/// The flags that name a model or one version of it.
struct VersionOptions: ParsableArguments {
    @Option(help: "Only predictions of this model.")
    var model: String?

    @Option(name: .customLong("model-version"), help: "Only of this version of the model.")
    var version: String?

    /// As parameters of a call.
    var query: [(String, String)] {
        [("model", model), ("version", version)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }
}
