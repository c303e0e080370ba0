import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice drift`.
struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Say what moved in the traffic, and whether the model is still right enough.",
        discussion: """
            The service cuts what a version decides into windows and compares each with a \
            reference: confidences, predicted labels, routing, and the places in payload and \
            metadata that you name. An alarm needs a shift that is both unlikely to be chance and \
            large, in two of three windows. Audits are watched against the policy's error_limit.
            """,
        subcommands: [
            Show.self, Inputs.self, Window.self, Reference.self, DriftClose.self,
        ],
        defaultSubcommand: Show.self)

    /// `sluice drift show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the last window, the ones before it, and the alarms.")

        @OptionGroup var question: WatchedVersionOptions

        @Option(help: "How many of the newest windows are shown.")
        var windows = 28

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("reporting drift") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.drift)
                    .path(["project": try await project.name(client)])
                let report = try await client.document(
                    path, query: question.query + [("windows", "\(windows)")])
                if json { return try Output.write(report.bytes + [10]) }
                for line in DriftText(report).lines() { try Output.print(line) }
            }
        }
    }

    /// `sluice drift inputs`.
    struct Inputs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which places in payload and metadata are watched; none for no places.")

        @Argument(help: "Places such as payload.amount or metadata.source.")
        var places: [String] = []

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("inputs")
            writer.array(places) { $0.string($1) }
            writer.endObject()
            try await DriftSetting(writer.bytes).apply(service, project)
        }
    }

    /// `sluice drift window`.
    struct Window: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how long windows are: so many items, or so many seconds.")

        @Option(help: "How many items of a version make a window, from 200 on.")
        var items: Int?

        @Option(help: "How many seconds make a window; 86400 is a day.")
        var seconds: Int?

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func validate() throws {
            guard (items == nil) != (seconds == nil) else {
                throw ValidationError("Give one of --items and --seconds.")
            }
        }

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.memberIfPresent("window_items", items)
            writer.memberIfPresent("window_seconds", seconds)
            writer.endObject()
            try await DriftSetting(writer.bytes).apply(service, project)
        }
    }

    /// `sluice drift reference`.
    struct Reference: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what windows are compared with: the first one, or a stretch of time.",
            discussion: """
                --first takes each version's own first window. --from and --to take what arrived \
                between them: of each version itself, or of the one that --model-version names.
                """)

        @Flag(help: "Each version's own first window with enough items.")
        var first = false

        @Option(help: "The first moment of the reference, RFC 3339.")
        var from: String?

        @Option(help: "The first moment after it, RFC 3339.")
        var to: String?

        @Option(help: "The version whose items it is, such as fraud/7.")
        var modelVersion: ModelVersion?

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func validate() throws {
            guard first != (from != nil && to != nil), first || from != nil else {
                throw ValidationError("Give --first, or --from and --to.")
            }
            guard !first || modelVersion == nil else {
                throw ValidationError("--model-version goes with --from and --to.")
            }
        }

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("reference")
            if first {
                writer.string("first")
            } else {
                writer.beginObject()
                writer.member("from", from)
                writer.member("to", to)
                writer.memberIfPresent("model", modelVersion?.model.text)
                writer.memberIfPresent("version", modelVersion?.version.text)
                writer.endObject()
            }
            writer.endObject()
            try await DriftSetting(writer.bytes).apply(service, project)
        }
    }
}

/// Which version and which time a question is about.
struct WatchedVersionOptions: ParsableArguments {
    @Option(help: "The version, such as fraud/7; the serving one without it.")
    var modelVersion: ModelVersion?

    @Option(help: "From this moment on, RFC 3339; four weeks ago without it.")
    var from: String?

    @Option(help: "Before this moment, RFC 3339.")
    var to: String?

    var query: [(String, String)] {
        let values: [(String, String?)] = [
            ("model", modelVersion?.model.text), ("version", modelVersion?.version.text),
            ("from", from), ("to", to),
        ]
        return values.compactMap { name, value in value.map { (name, $0) } }
    }
}

/// A change of what is watched.
private struct DriftSetting {
    private let document: [UInt8]

    init(_ document: [UInt8]) { self.document = document }

    /// Sends it, and prints the settings in force.
    func apply(_ service: ServiceOptions, _ project: ProjectOption) async throws {
        try await Failure.explain("changing what is watched for drift") {
            let client = try service.client()
            let settings = try await client.call(
                Endpoint<AnyDocument, AnyDocument>("PUT", StreamingPath.drift),
                at: ["project": try await project.name(client)],
                AnyDocument(parsing: document))
            try Output.write(settings.json + [10])
            Output.say("All windows are made anew; the next look is within seconds.")
        }
    }
}
