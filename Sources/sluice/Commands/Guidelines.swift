import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice guidelines`.
struct GuidelinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guidelines",
        abstract: "Show and change what reviewers read, and settle what they propose.",
        discussion: """
            Every change is a version of its own. Reviewers are told what changed until they have \
            read it.
            """,
        subcommands: [
            Show.self, Set.self, History.self, Proposals.self, Accept.self, Reject.self,
        ], defaultSubcommand: Show.self)

    /// `sluice guidelines show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the guidelines.")

        @Argument(help: "The version; the one in force without it.")
        var version: Int?

        @Flag(help: "Print JSON, with who wrote it and when.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("showing the guidelines") {
                let client = try service.client()
                let name = try await project.name(client)
                if let version {
                    let reply = try await client.call(
                        Endpoints.guidelinesVersion,
                        at: ["project": name, "version": "\(version)"], Nothing())
                    try write(reply.json, reply.text)
                } else {
                    let reply = try await client.call(
                        Endpoints.guidelines, at: ["project": name], Nothing())
                    try write(reply.json, reply.text)
                }
            }
        }

        private func write(_ document: [UInt8], _ text: String) throws {
            if json { return try Output.write(document + [10]) }
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                try Output.print(safe(String(line)))
            }
        }
    }

    /// `sluice guidelines set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put new guidelines in force, from a file.",
            discussion: "The text that is in force already makes no new version.")

        @Argument(help: "The file; - for standard input.")
        var file: String

        @Option(help: "What changed, in a sentence: reviewers are told so.")
        var summary: String?

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("changing the guidelines") {
                let text = try InputFile.text(file)
                let client = try service.client()
                let path = ["project": try await project.name(client)]
                let before = try await client.call(Endpoints.project, at: path, Nothing())
                let after = try await client.call(
                    Endpoints.patchProject, at: path,
                    ProjectPatch(guidelines: text, guidelinesSummary: summary))
                Output.say(
                    before.guidelinesVersion == after.guidelinesVersion
                        ? "version \(after.guidelinesVersion) reads like this already"
                        : "version \(after.guidelinesVersion) is in force")
            }
        }
    }

    /// `sluice guidelines history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the versions there were, the newest first.")

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the guidelines") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.guidelines, at: ["project": project.name(client)], Nothing())
                if json {
                    for version in reply.versions { try Output.write(version.json + [10]) }
                    return
                }
                var table = Table(["version", "since", "by", "what changed"])
                for version in reply.versions {
                    table.add([
                        "\(version.version)", version.createdAt.toTheSecond, version.createdBy,
                        version.summary,
                    ])
                }
                try table.print()
            }
        }
    }
}
