import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain

extension ProjectCommand {
    /// `sluice project archive`.
    struct Archive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a project take no predictions and give out no work.",
            discussion: """
                Everything can still be read and exported, and what somebody has leased can still be \
                answered. It can be taken up again: sluice project unarchive.
                """)

        @OptionGroup var change: ArchiveOptions

        func run() async throws {
            try await Failure.explain("archiving the project") {
                Output.say("archived \(try await change.call(Endpoints.archiveProject))")
            }
        }
    }

    /// `sluice project unarchive`.
    struct Unarchive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an archived project up again.")

        @OptionGroup var change: ArchiveOptions

        func run() async throws {
            try await Failure.explain("taking the project up again") {
                let name = try await change.call(Endpoints.unarchiveProject)
                Output.say("\(name) takes predictions and gives out work again")
            }
        }
    }

    /// What archiving a project and taking it up again are told.
    struct ArchiveOptions: ParsableArguments {
        @Argument(help: "The project.")
        var name: String

        @Option(help: "Why, for the audit log.")
        var reason: String?

        @OptionGroup var service: ServiceOptions

        /// Makes the change; the name of the project.
        func call(_ endpoint: Endpoint<Nothing, ProjectReply>) async throws -> String {
            try await service.client().call(
                endpoint, at: ["project": name], query: reason.map { [("reason", $0)] } ?? [],
                Nothing()
            ).name
        }
    }

    /// `sluice project delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an archived project with everything in it, for good.",
            discussion: """
                Asks for its name once more; a script gives it by --confirm. Nobody finds the project \
                from then on, its name is free, and tokens that were good for it alone are revoked. Its \
                rows are removed in the background; sluice project deleted says how far that is.
                """)

        @Argument(help: "The project.")
        var name: String

        @Option(help: "Its name once more, in place of typing it.")
        var confirm: String?

        @Option(help: "Why; it is kept.")
        var reason: String?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await Failure.explain("deleting the project") {
                let client = try service.client()
                var query = [("name", try confirmation())]
                if let reason { query.append(("reason", reason)) }
                _ = try await client.call(
                    Endpoints.deleteProject, at: ["project": name], query: query, Nothing())
                Output.say("deleted \(name); its rows are being removed")
            }
        }

        private func confirmation() throws -> String {
            if let confirm { return confirm }
            guard Confirmation.isSomebodyThere else {
                throw Failure(
                    "deleting \(name)", why: "nobody is there to type its name",
                    hint: "sluice project delete \(name) --confirm \(name)")
            }
            let typed = Confirmation.line(
                "everything in \(name) is deleted for good; type its name:")
            guard ExactText(typed) == ExactText(name) else {
                throw Failure(
                    "deleting \(name)", why: "another name was typed; nothing was changed")
            }
            return typed
        }
    }

    /// `sluice project deleted`.
    struct Deleted: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the projects that were deleted: when, by whom and why.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await Failure.explain("listing deleted projects") {
                let reply = try await service.client().call(Endpoints.deletedProjects, Nothing())
                if json { return try Output.write(reply.json + [10]) }
                for project in reply.projects {
                    let state =
                        project.finishedAt == nil
                        ? "\(project.rowsRemoved) rows removed so far" : "removed"
                    let why = project.reason.isEmpty ? "" : "  (\(project.reason))"
                    try Output.print(
                        safe(
                            "\(project.deletedAt.toTheSecond)  \(project.name)  "
                                + "\(project.deletedBy)  \(state)\(why)"))
                }
            }
        }
    }
}
