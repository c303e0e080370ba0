import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice drift close`.
struct DriftClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Close an alarm of the watch of audits.",
        discussion: """
            Evidence counts anew: only audits that are asked for from now on lead to another alarm. \
            What was done about the alarm stays until sluice policy resume.
            """)

    @Argument(help: "The alarm's number, as sluice drift shows it.")
    var number: Int

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("closing the alarm") {
            let client = try service.client()
            let episode = try await client.call(
                Endpoints.closeEpisode,
                at: ["project": try await project.name(client), "number": "\(number)"],
                EpisodeClose(reason: reason))
            if json { return try Output.write(episode.json + [10]) }
            Output.say("alarm \(episode.number) is over: \(Self.end(of: episode))")
            if !episode.fallbacks.isEmpty {
                let numbers = episode.fallbacks.map(String.init).joined(separator: ", ")
                Output.say("fallback \(numbers) stands; sluice policy resume gives it back")
            }
        }
    }

    private static func end(of episode: EpisodeReply) -> String {
        switch episode.overReason {
        case "recovered": "the audits since were within the limit"
        case "limit_changed": "the limit was changed"
        default: "closed by \(episode.overBy ?? "somebody")"
        }
    }
}
