import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import SluiceTerminal

/// `sluice project`.
struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project", abstract: "Create and show projects.",
        subcommands: [
            Create.self, List.self, Show.self, Set.self, Slices.self, Archive.self, Unarchive.self,
            Delete.self, Deleted.self,
        ])

    /// `sluice project create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a project from a JSON file: name, labels, guidelines.")

        @Argument(help: "The file; - for standard input.")
        var file: String

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await Failure.explain("creating the project") {
                let request = try ProjectRequest(parsing: InputFile.read(file))
                let reply = try await service.client().call(Endpoints.createProject, request)
                Output.say("created \(reply.name) with \(reply.labels.count) labels")
            }
        }
    }

    /// `sluice project list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the projects you may see.")

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await Failure.explain("listing projects") {
                for name in try await service.client().call(Endpoints.listProjects, Nothing())
                    .projects
                {
                    try Output.print(name)
                }
            }
        }
    }

    /// `sluice project show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a project as JSON.")

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("showing the project") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.project, at: ["project": project.name(client)], Nothing())
                try Output.write(reply.json + [10])
            }
        }
    }
}

extension ProjectCommand {
    /// `sluice project set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a setting of a project.",
            discussion: """
                A key that comes sooner than the dwell after an item is on the screen does not \
                answer it; 0 asks only that the item is on the screen. Sessions that are open keep \
                theirs.
                """)

        @Option(help: "Milliseconds an item is on the screen before a key answers it; 0 to 5000.")
        var dwellMs: Int

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func validate() throws {
            guard AnswerDwell(milliseconds: dwellMs) != nil else {
                throw ValidationError("--dwell-ms takes 0 to \(AnswerDwell.maximumMilliseconds)")
            }
        }

        func run() async throws {
            try await Failure.explain("changing the project") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.patchProject, at: ["project": try await project.name(client)],
                    ProjectPatch(dwell: AnswerDwell(milliseconds: dwellMs)))
                Output.say("\(reply.name): answers wait \(reply.dwell.milliseconds) ms")
            }
        }
    }

    /// `sluice project slices`.
    struct Slices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show or set the metadata by which reports tell items apart.",
            discussion: """
                Setting them counts everything there is anew, which takes about a minute for ten \
                million items; reports go on meanwhile.
                """)

        @Argument(help: "The slices to have from now on, as metadata.source; at most 8.")
        var slices: [String] = []

        @Flag(help: "Have none.")
        var none = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("setting the slices") {
                let client = try service.client()
                let place = ["project": try await project.name(client)]
                let reply =
                    slices.isEmpty && !none
                    ? try await client.call(Endpoints.project, at: place, Nothing())
                    : try await client.call(
                        Endpoints.patchProject, at: place, ProjectPatch(slices: slices))
                for slice in reply.slices { try Output.print(safe(slice)) }
            }
        }
    }
}
