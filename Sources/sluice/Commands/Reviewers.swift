import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice reviewer`.
struct ReviewerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewer", abstract: "Say how reviewers fare; pause and resume them.",
        subcommands: [List.self, ReviewerShow.self, Pause.self, Resume.self])

    /// `sluice reviewer list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who reviews, their accuracy on gold items, and who is paused.",
            discussion: """
                In the order of names and in no other: where intervals overlap, one is not better than \
                another.
                """)

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing reviewers") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.reviewers)
                    .path(["project": try await project.name(client)])
                let reply = try await client.document(path)
                if json { return try Output.write(reply.bytes + [10]) }
                var table = Table(["reviewer", "reviews", "gold right", "of", "paused"])
                for reviewer in reply["reviewers"]?.array ?? [] {
                    table.add([
                        reviewer["reviewer"]?.string ?? "", "\(reviewer["reviews"]?.int ?? 0)",
                        Self.accuracy(reviewer["gold"]), "\(reviewer["gold"]?["n"]?.int ?? 0)",
                        reviewer["paused"]?["why"]?.string ?? "",
                    ])
                }
                try table.print()
            }
        }

        private static func accuracy(_ figure: JSONValue?) -> String {
            guard let value = figure?["value"]?.double, let lo = figure?["lo"]?.double,
                let hi = figure?["hi"]?.double
            else { return "not known" }
            func percent(_ share: Double) -> String {
                let tenths = Int((share * 1000).rounded())
                return "\(tenths / 10).\(tenths % 10)"
            }
            return "\(percent(value)) % (\(percent(lo)) to \(percent(hi)))"
        }
    }

    /// `sluice reviewer pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a reviewer no more work; what they hold may still be answered.")

        @Argument(help: "The reviewer's name.")
        var name: String

        @Option(help: "Why; the reviewer is told.")
        var reason: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("pausing the reviewer") {
                let client = try service.client()
                _ = try await client.call(
                    Endpoints.pauseReviewer,
                    at: ["project": project.name(client), "name": name],
                    PauseRequest(reason: reason))
                Output.say("\(safe(name)) is paused")
            }
        }
    }

    /// `sluice reviewer resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a reviewer work again.",
            discussion: "Only gold items answered from now on can pause them again.")

        @Argument(help: "The reviewer's name.")
        var name: String

        @Option(help: "Why.")
        var reason = ""

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("resuming the reviewer") {
                let client = try service.client()
                _ = try await client.call(
                    Endpoints.resumeReviewer,
                    at: ["project": project.name(client), "name": name],
                    PauseRequest(reason: reason))
                Output.say("\(safe(name)) is given work again")
            }
        }
    }
}
